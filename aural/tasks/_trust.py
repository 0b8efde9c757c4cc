"""Decides by several signals whether somebody spoke and whether what was written is what they said."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aural.models.face import Hypothesis
from aural.tasks._gate import FRAME, HOP, RATE, SHORT, Heard, longest_run
from aural.tasks._witness import Account

# A linear score over the signals of a window, fitted by logistic regression on the answers of the small
# recognizer to `train` clips of single words, readings, noises, notes and loops (bench/nothing.py repeats
# the measurement on `valid`). Base writes next to nothing into noise and only has to pass.
_RUN, _SHARE, _STEADY, _LIKELY, _BIAS = 3.057, 8.391, -10.744, 3.556, -0.741
_ENOUGH = 0.25
# Sneezes and the like pass the gate but swing less than voices do: a window where neither the swing passes
# PERIODIC nor the share TIGHT (as in recordings of one word) is not believed. A word alone in a quiet
# recording has a small share; it is believed where the gate is certain (ALONE), most of what can be heard at
# all is the voice, and the words are not unlikely. Chosen on `train` clips of words as they are, alone in
# 4 s of silence, in noise at 10 and 3 dB, and of esc10, noises, notes and loops.
_PERIODIC, _TIGHT, _ALONE, _HEARD, _FEWEST, _UNLIKELY = 0.7, 0.3, 0.85, 0.5, 6, -1.2
# Nor do sneezes last: where a changing voice is heard for _LASTS s in all and each unit is written without doubt, words with pauses
# between them were said. Chosen on `train`: of 613 noises, notes and loops and two recognizers, one of which knows ten words and
# is sure of them, none gains words; six strings of words of which all were lost are found.
_LASTS, _DOUBT = 0.85, -0.1
# A hit, a horn or a held note of under SHORT s, heard behind silence, passes the gate for a moment or faintly; words last, are
# firm, and change (1 of 637 is as steady, train).
_SHORT_RUN, _FIRM, _HELD = 5, 0.65, 0.92
# With a sound tagger as witness: a linear score over the logits of speech and of any other sound, the run, the firmness and the
# likelihood, fitted on the answers of both recognizers to the same clips (train), words in noise and behind silence among
# them. No false word is left there; of words alone in 4 s 2 in 100 are lost, 16 without a witness. _BODY: a score
# of sneezes and the like from which words are not believed.
_SPEECH, _OTHER, _LASTING, _STEADFAST, _LIKELIER, _START = 0.608, -0.713, 2.837, 1.9, 0.812, -1.927
_BELIEF, _BODY, _LEAST_CHANCE = 1.0, 0.25, 0.004
# Held notes of train are alike from swing to swing by 0.97 and more where they last; speech in noise at 0 and -5 dB by 0.4 to 0.6.
_NO_NOTE, _CERTAIN = 0.8, 0.8
_LONG = 30  # frames of voice in a row (1 s): no sneeze lasts so long
_AUDIBLE = 30.0  # dB below the loud voiced frames: what is softer is as good as silence
# Letters for a second of voice: in 416 windows of words, readings and prompts, also at 0 dB (train), nobody says more than 22.
_FASTEST = 33.0
_LONGEST_RUN = 12  # frames of voice in a row (0.4 s): more says no more
_SHARE_OVER = 5.0  # s: the share of voiced frames is taken over a window of this length at most
_STEADY_FROM = 0.88  # speech stays below this in 98 of 100 clips, held notes lie above
_SWING, _LAGS = 1024, slice(40, 230)  # samples (64 ms) and lags (70 to 400 Hz) in which a swing is looked for
_SPECTRUM, _LAG = 2048, 4  # samples (128 ms) and frames (128 ms) over which steadiness is seen


@dataclass(frozen=True)
class Evidence:
    """What the voice gate and the sound itself show in a window.

    `run` is the longest stretch with a voice (frames of 32 ms), `share` the share of voiced frames,
    `steady` how alike the spectrum stays over 128 ms where a voice is supposed (1 = a held note),
    `periodic` how alike the sound is to itself one swing later (70 to 400 Hz; 1 = a pure tone), `firm` the
    mean probability of the voiced frames, `heard` their share of the frames that can be heard at all; `short`:
    the window has less than SHORT s.
    """

    run: int
    soft_run: int
    share: float
    seconds: float
    steady: float
    periodic: float
    firm: float
    heard: float
    short: bool = False

    @property
    def any(self) -> bool:
        """Worth asking the recognizer at all."""
        return self.soft_run >= 2

    @property
    def strong(self) -> bool:
        """Somebody speaks, even if the recognizer answers with nothing."""
        return self.run >= 5 and self.steady < _STEADY_FROM + 0.02

    @property
    def sure(self) -> bool:
        """So much speech that no answer to it is doubted."""
        return self.run >= _LONG and self.seconds >= 2.0 and (self.steady < _STEADY_FROM or self.noisy)

    @property
    def noisy(self) -> bool:
        """Steady because of a noise around a certain voice, not as a held note is, which is alike from swing to swing, too."""
        return self.periodic < _NO_NOTE and self.firm > _CERTAIN


def evidence(heard: Heard, threshold: float = 0.5) -> Evidence:
    """The evidence in a window."""
    soft = heard.voice >= 0.6 * threshold
    seconds = float(soft.sum()) * HOP
    span = min(len(soft) * HOP, _SHARE_OVER)
    share = min(seconds / span, 1.0) if span else 0.0
    run = longest_run(heard.voice, threshold)
    plain = run >= 60 and seconds >= 4.0  # so much voice that its steadiness need not be looked at
    steady, periodic = (0.0, 1.0) if plain else (steadiness(heard, soft), periodicity(heard, soft))
    firm = float(heard.voice[soft].mean()) if soft.any() else 0.0
    short, soft_run = len(heard.samples) < SHORT * RATE, longest_run(heard.voice, 0.6 * threshold)
    return Evidence(run, soft_run, share, seconds, steady, periodic, firm, _heard(heard, soft), short)


def believed(told: Hypothesis, found: Evidence, other: Account | None = None) -> bool:
    """Whether a window's words are kept; `other`: what a sound tagger heard there, where one was asked."""
    if found.sure:
        return True
    if (found.short and found.run < _SHORT_RUN) or hurried(told, found):
        return False
    if other is not None:
        sneezed = other.body > _BODY and found.run < _LONG
        return not sneezed and witnessed(told, found, other) > _BELIEF
    if found.short and (found.firm < _FIRM or found.steady > _HELD):
        return False
    lasting = found.seconds >= _LASTS and found.steady <= _STEADY_FROM and told.scores.get("avg_logprob", -np.inf) > _DOUBT
    if score(told, found) > _ENOUGH and (found.periodic > _PERIODIC or found.share > _TIGHT or lasting):
        return True
    certain = found.firm > _ALONE and found.heard > _HEARD and found.run >= _FEWEST and found.steady <= _STEADY_FROM
    return certain and told.scores.get("avg_logprob", 0.0) > _UNLIKELY


def hurried(told: Hypothesis, found: Evidence) -> bool:
    """More is written than anybody can say in the time that a voice is heard."""
    return sum(map(str.isalnum, told.text)) > _FASTEST * found.seconds


def witnessed(told: Hypothesis, found: Evidence, other: Account) -> float:
    """The sum of the signals with those of a witness: above 1 somebody spoke."""
    speech, sound = (_logit(x) for x in (other.speech, other.other))
    run, likely = min(found.run, _LONGEST_RUN) / _LONGEST_RUN, max(told.scores.get("avg_logprob", 0.0), -2.0)
    return _SPEECH * speech + _OTHER * sound + _LASTING * run + _STEADFAST * found.firm + _LIKELIER * likely + _START


def _logit(chance: float) -> float:
    chance = min(max(chance, _LEAST_CHANCE), 1 - _LEAST_CHANCE)
    return float(np.log(chance / (1 - chance)))


def score(told: Hypothesis, found: Evidence) -> float:
    """The sum of the signals: above 0.25 somebody spoke."""
    likely = max(told.scores.get("avg_logprob", 0.0), -2.0)
    over = max(found.steady - _STEADY_FROM, 0.0) * 10
    run = min(found.run, _LONGEST_RUN) / _LONGEST_RUN
    return _RUN * run + _SHARE * found.share + _STEADY * over + _LIKELY * likely + _BIAS


def periodicity(heard: Heard, voiced: np.ndarray) -> float:
    """The highest autocorrelation at 70 to 400 Hz in 64 ms of the voiced frames, the loud ones counting more."""
    frames = np.flatnonzero(voiced)
    if not len(frames):
        return 0.0
    rows = np.lib.stride_tricks.sliding_window_view(np.pad(heard.samples, (FRAME // 2, _SWING)), _SWING)[::FRAME][frames]
    slope = np.hanning(_SWING).astype(np.float32)
    power = np.abs(np.fft.rfft(rows * slope, 2 * _SWING, axis=1)) ** 2
    alike = np.fft.irfft(power, axis=1)[:, : _LAGS.stop]
    own = np.fft.irfft(np.abs(np.fft.rfft(slope, 2 * _SWING)) ** 2)[: _LAGS.stop]
    best = (alike[:, _LAGS] / (own[_LAGS] / own[0])).max(1) / (alike[:, 0] + 1e-12)
    return float((best * alike[:, 0]).sum() / (alike[:, 0].sum() + 1e-12))


def _heard(heard: Heard, voiced: np.ndarray) -> float:
    """The share of voiced frames among those within AUDIBLE dB of the loud voiced ones."""
    if not voiced.any():
        return 0.0
    audible = heard.level[: len(voiced)] > np.percentile(heard.level[: len(voiced)][voiced], 90) - _AUDIBLE
    return float((voiced & audible).sum() / max(audible.sum(), 1))


def steadiness(heard: Heard, voiced: np.ndarray) -> float:
    """The median likeness (cosine) of spectra 128 ms apart in voiced frames; 0 where there are none."""
    if not voiced.any():
        return 0.0
    filled = np.pad(heard.samples, (0, _SPECTRUM))
    rows = np.lib.stride_tricks.sliding_window_view(filled, _SPECTRUM)[::FRAME]
    spectra = np.sqrt(np.abs(np.fft.rfft(rows * np.hanning(_SPECTRUM).astype(np.float32), axis=1)))[:, 20:512]
    spectra /= np.linalg.norm(spectra, axis=1, keepdims=True) + 1e-6
    alike = np.einsum("ij,ij->i", spectra[_LAG:], spectra[:-_LAG])
    middle = voiced[_LAG // 2 :][: len(alike)]
    chosen = alike[: len(middle)][middle]
    return float(np.median(chosen)) if len(chosen) else 0.0
