"""A voice as numbers: trees or a small net tell envelope, noise and pitch from what surrounds each phone; a vocoder makes sound.

Source: H. Zen, K. Tokuda and A. Black, "Statistical parametric speech synthesis", Speech Communication 51, 2009.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from aural import settings
from aural.errors import ExtraMissing
from aural.files import write_text
from aural.learn.job import Job, Method
from aural.learn.voicing import card as cards
from aural.learn.voicing import manner as manners
from aural.learn.voicing.prepare import Terms, prepared
from aural.learn.voicing.said import Said
from aural.models.card import Card
from aural.models.engines import parametric as engine
from aural.models.engines.parametric import Parts
from aural.models.face import Prosody
from aural.models.manner import STATES
from aural.models.spectrum import Spectrum, Trees
from aural.patterns.trajectories import with_slopes
from aural.patterns.trees import Sums, Tree, grow, refilled
from aural.settings import option
from aural.sound import mel_cepstrum
from aural.sound.envelope import bands_of, envelope, noisiness, size_of

_MEASURED = 40  # clips from which it is told how much averaging took away
_SHARPEST = 1.8
_SLOPES = 13  # cepstra whose slopes count where a tree splits
_ALIKE = 1.0  # how strict splits are over frames
_BINS = 10 / np.log(10) * np.sqrt(2)


@dataclass(frozen=True)
class Options:
    """How a parametric voice is made."""

    sample_rate: int = option(
        16000, "of the voice; more than the recordings have brings nothing", unit="Hz", least=8000, most=48000
    )
    order: int = option(40, "cepstra of a frame: more tell finer resonances", least=12, most=80)
    least: int = option(60, "frames of 5 ms that a leaf of a tree holds at least", least=5)
    leaves: int = option(1500, "most leaves of a tree, of which there are three", least=1)
    language: str = option("en", "what is spoken; other than English needs phonemes in the rows")
    model: str = option("trees", "what tells envelope and noise of a frame: trees, or a small net", choices=("trees", "net"))
    width: int = option(256, "of the net: numbers inside", least=4)
    epochs: int = option(12, "of the net: passes over all frames", least=1)
    lexicon: str | None = option(None, "file with your own pronunciations: a word, a tab, its phonemes, line by line")
    seed: int = option(0, "for the split of the clips", least=0)


def read(job: Job) -> Options:
    """The options that were given. Raises: UsageError, also where nobody told by whose leave the voice is made."""
    cards.consent_of(job)
    return settings.build(Options, job.given, where="--method parametric")


def run(job: Job) -> Card:
    """Prepare, measure, grow trees, write the model folder."""
    options = read(job)
    said = prepared(job, Terms(language=options.language, lexicon=options.lexicon))
    train = said["train"]
    hours = sum(s.duration for s in train) / 3600
    job.say(f"{len(train)} clips, {hours:.2f} hours, {sum(len(s.phones) for s in train):,} phones")
    manner, around = manners.learn(train)
    low = min(float(s.pitch[s.pitch > 0].min()) for s in train if (s.pitch > 0).any())
    n_fft = size_of(options.sample_rate, low)
    spectrum = (_trees if options.model == "trees" else _net)(job, train, around, options, n_fft)
    width = options.order + len(bands_of(options.sample_rate)) - 1
    parts = Parts(manner, spectrum, np.zeros(width), np.ones(width), options.sample_rate, options.order, n_fft)
    parts = _sharp(parts, train[:: max(1, len(train) // _MEASURED)], options)
    job.model.mkdir(parents=True, exist_ok=True)
    engine.write(job.model, parts)
    figures = judged(parts, said["valid"], options)
    write_text(job.folder / "options.json", json.dumps(settings.as_dict(options), indent=1, sort_keys=True) + "\n")
    size = (job.model / engine.FILE).stat().st_size / 1e6
    job.say(f"{_shape(spectrum)}, {len(manner.duration.count)} leaves for durations; {size:.1f} MB")
    job.say(
        "on valid, with the recordings' own durations: " + ", ".join(f"{k} {v['value']:.3f}" for k, v in figures["valid"].items())
    )
    return cards.write(
        job, train, "parametric", options.sample_rate, options.language, seed=options.seed, figures=figures, controls=("timbre",)
    )


def _trees(job: Job, train: Sequence[Said], around: np.ndarray, options: Options, n_fft: int) -> Spectrum:
    """A tree for each state."""
    told = manners.joined([_summed(frames, one) for one, frames in _heard(job, train, options, n_fft)])
    found = []
    for k in range(STATES):
        job.progress.step(k, STATES, "grow trees", "trees")
        found.append(_grown(around, manners.every(told, k), options))
    job.progress.close()
    return Trees(tuple(found))


def _net(job: Job, train: Sequence[Said], around: np.ndarray, options: Options, n_fft: int) -> Spectrum:
    """A net over all frames. Raises: ExtraMissing without torch."""
    try:
        from aural.learn.voicing import frame_net
    except ImportError:
        raise ExtraMissing("a small net is learned with torch", where="--set model=net", fix="pip install 'aural[train]'") from None
    values = [frames.astype(np.float16) for _, frames in _heard(job, train, options, n_fft)]
    rows = frame_net.rows([manners.state_frames(one) for one in train], values)

    def step(done: int, of: int) -> None:
        job.progress.step(done, of, "teach the net", "epochs")

    found = frame_net.learn(around, rows, width=options.width, epochs=options.epochs, seed=options.seed, step=step)
    job.progress.close()
    return found


def _heard(job: Job, train: Sequence[Said], options: Options, n_fft: int) -> Iterator[tuple[Said, np.ndarray]]:
    for done, one in enumerate(train):
        job.progress.step(done, len(train), "measure", "clips")
        yield one, measured(one, options, n_fft)
    job.progress.close()


def _shape(spectrum: Spectrum) -> str:
    if isinstance(spectrum, Trees):
        return f"trees of {', '.join(str(len(t.count)) for t in spectrum.each)} leaves"
    return f"a net of {sum(a.size for a in spectrum.arrays().values()):,} numbers"


def measured(one: Said, options: Options, n_fft: int) -> np.ndarray:
    """Cepstra, logits of noise and voicing of a clip's frames [F, order + B + 1]."""
    samples = one.samples(options.sample_rate)
    power = envelope(samples, one.pitch, sample_rate=options.sample_rate, hop=one.hop, n_fft=n_fft)
    share = noisiness(samples, one.pitch, sample_rate=options.sample_rate, hop=one.hop)
    cepstra = mel_cepstrum.encode(power, sample_rate=options.sample_rate, order=options.order)
    return np.column_stack([cepstra, np.log(share / (1 - share)), one.pitch > 0])


def _summed(frames: np.ndarray, one: Said) -> Sums:
    """Sums over each state of values, slopes and bends, and of voicing."""
    values = np.column_stack([with_slopes(frames[:, :-1]), frames[:, -1]])
    return manners.summed(values, np.ones(len(values)), manners.state_frames(one))


def _grown(around: np.ndarray, sums: Sums, options: Options) -> Tree:
    """A tree whose splits look at all values and the slopes of the first cepstra, on one scale, filled with everything."""
    width = (sums.first.shape[1] - 1) // 3
    columns = [*range(width), *range(width, width + min(_SLOPES, options.order)), 3 * width]
    total = sums.weight.sum()
    mean = sums.first[:, columns].sum(axis=0) / total
    scale = np.sqrt(np.maximum(sums.second[:, columns].sum(axis=0) / total - mean**2, 1e-9))
    weight = sums.weight[:, None]
    first = (sums.first[:, columns] - weight * mean) / scale
    second = (sums.second[:, columns] - 2 * mean * sums.first[:, columns] + weight * mean**2) / scale**2
    tree = grow(around, Sums(sums.weight, first, second), least=options.least, strictness=_ALIKE, most=options.leaves)
    return refilled(tree, around, sums)


def _sharp(parts: Parts, said: Sequence[Said], options: Options) -> Parts:
    """With the factors by which the voice's own values move more than what the trees tell of them."""
    own, told = [], []
    for one in said:
        heard = measured(one, options, parts.n_fft)[:, :-1]
        course, _ = parts.course(parts.manner.context(one.phones), manners.state_frames(one))
        loud = one.level > one.level.max() - 40
        own.append(heard[loud])
        told.append(course[loud])
    heard, course = np.concatenate(own), np.concatenate(told)
    middle = course.mean(axis=0)
    factor = np.clip(heard.std(axis=0) / np.maximum(course.std(axis=0), 1e-6), 1.0, _SHARPEST)
    factor[0] = min(factor[0], 1.1)  # loudness
    factor[options.order :] = 1.0
    return Parts(parts.manner, parts.spectrum, middle, factor, parts.sample_rate, parts.order, parts.n_fft)


def judged(parts: Parts, said: Sequence[Said], options: Options) -> dict[str, dict[str, dict[str, float]]]:
    """How far what is told of valid clips lies from what they are, each phone lasting as long as in the recording.

    mel_cepstral_distortion (dB, loudness left out, frames with speech), pitch_error (semitones, root mean square, where both
    have a voice), voicing_error (share of frames). Source: R. Kubichek, "Mel-cepstral distance measure", 1993.
    """
    far, tones, wrong = [], [], []
    rng = np.random.default_rng(0)
    for one in said:
        heard = measured(one, options, parts.n_fft)
        around, frames = parts.manner.context(one.phones), manners.state_frames(one)
        course, voiced = parts.course(around, frames)
        loud = one.level > one.level.max() - 40
        away = heard[loud, 1 : options.order] - course[loud, 1 : options.order]
        far.append(_BINS * np.sqrt((away**2).sum(axis=1)) * _scale())
        both = voiced & (one.pitch > 0)
        contour = parts.manner.contour(around, frames, Prosody(), rng)
        tones.append(12 / np.log(2) * (contour[both] - np.log(one.pitch[both])))
        wrong.append(voiced != (one.pitch > 0))
    if not far:
        return {}
    found = {
        "mel_cepstral_distortion": float(np.concatenate(far).mean()),
        "pitch_error": float(np.sqrt(np.mean(np.concatenate(tones) ** 2))),
        "voicing_error": float(np.concatenate(wrong).mean()),
    }
    return {"valid": {name: {"value": round(value, 4), "n": len(said)} for name, value in found.items()}}


def _scale() -> float:
    """From the orthonormal transform of log powers to the cepstra of log amplitudes that the measure is defined with."""
    return float(0.5 / np.sqrt(2 * mel_cepstrum.GRID))


METHOD = Method(Options, read, run, frozenset({("sequence", "number")}), any_labels=True)
