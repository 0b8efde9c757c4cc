"""Sound from amplitudes alone: phases are guessed again and again until neighboring windows agree (the Griffin-Lim algorithm)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from aural.errors import UsageError
from aural.sound.mel import MelOptions
from aural.sound.spectrum import Framing, istft, stft
from aural.sound.voice_mel import VOICE, margin, to_amplitudes

ITERATIONS, MOMENTUM = 32, 0.99


def griffin_lim(
    amplitudes: np.ndarray, *, framing: Framing, iterations: int = ITERATIONS, momentum: float = MOMENTUM,
    rng: np.random.Generator | None = None,
) -> np.ndarray:  # fmt: skip
    """Samples [T] whose transform has nearly these amplitudes [D, F]. Phases begin at 0, or as `rng` draws them.

    `momentum` 0 is the algorithm as published, whose `inconsistency` never rises; near 1 it goes on in the direction of the
    last step and comes closer in fewer rounds, without that promise.
    Raises: UsageError when D does not fit, or a setting is out of range.
    Source: D. Griffin and J. Lim, IEEE TASSP 32, 1984; N. Perraudin et al., "A fast Griffin-Lim algorithm", WASPAA 2013.
    """
    if iterations < 0 or not 0 <= momentum < 1:
        raise UsageError(f"{iterations} iterations, momentum {momentum:g}", where="griffin_lim", fix="Take 0 or more, and 0 to 1")
    angle = np.zeros(amplitudes.shape) if rng is None else rng.uniform(-np.pi, np.pi, amplitudes.shape)
    guess = amplitudes * np.exp(1j * angle)
    before = np.zeros_like(guess)
    for _ in range(iterations):
        agreed = stft(istft(guess, framing=framing), framing=framing)
        moved = agreed + momentum * (agreed - before)
        before = agreed
        guess = amplitudes * moved / np.maximum(np.abs(moved), 1e-16)
    return istft(guess, framing=framing)


def inconsistency(samples: np.ndarray, amplitudes: np.ndarray, *, framing: Framing) -> float:
    """How far the transform of samples [T] is from amplitudes [D, F]: the norm of the difference over that of the amplitudes."""
    gone = np.abs(stft(samples, framing=framing)) - amplitudes
    return float(np.linalg.norm(gone) / max(float(np.linalg.norm(amplitudes)), 1e-12))


def from_mel(
    log_mel: np.ndarray, *, options: MelOptions = VOICE, iterations: int = ITERATIONS, momentum: float = MOMENTUM
) -> np.ndarray:
    """Samples [F * hop] float32 from a `voice_mel` [M, F]; the floor that every trained vocoder has to beat."""
    framing = replace(options.framing, center=False)
    # Silence around the ends, where windows would stand alone.
    extra = options.n_fft // options.hop
    padded = np.pad(to_amplitudes(log_mel, options=options), ((0, 0), (extra, extra)))
    sound = griffin_lim(padded, framing=framing, iterations=iterations, momentum=momentum)
    first = extra * options.hop + margin(options)
    return np.asarray(sound[first : first + log_mel.shape[1] * options.hop], np.float32)
