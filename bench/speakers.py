"""Who spoke when, and is it the same voice: errors, what is left by stage, and cost?

    python -m bench.speakers --data ../shared/data [--json bench/receipts/speakers.json]

Diarization error without collar, overlap scored; intervals over recordings. The settings of `diarize` were
tuned on these very recordings (all but one of them are train), so its figures flatter. What is left by stage:
the true speech and overlap with our voices, our speech and overlap with the true voices, and the true number.
The same recordings in short pieces show what a setting or a step is worth with less chance in it.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aural.corpora.reference import rttm, uem
from aural.corpora.trials import read_trials
from aural.metrics.diarization import Parts, parts, speaker_count_error
from aural.metrics.intervals import bootstrap, ratio
from aural.metrics.similarity import unit
from aural.metrics.verification import eer, min_dcf, threshold_at_eer
from aural.models.runtime import Runtime
from aural.models.shelf import Shelf
from aural.progress import Quiet
from aural.results import Span, Turn
from aural.sound.sound import Sound, load
from aural.sound.source import Source
from aural.tasks import diarize, verify
from aural.tasks._diarize_hear import Heard, hear
from aural.tasks._diarize_turns import Frames, frames_of, turns_of
from aural.tasks._diarize_voices import Voices, Wanted, voices_of
from aural.tasks._voice import voice
from bench.report import Finding, Table, publish

SETS = ("ami_diarization", "librispeech_mix")
PIECES = (15.0, 12.0)  # s, for each set
COLUMNS = ("set", "way", "recordings", "DER % [95 %]", "missed", "false", "confused", "count right", "mean count error")
PUBLISHED = (
    "A plain use of the same models (1 s step, one embedding for each window and lane, average linkage, one threshold), "
    "measured before this project: 29.8 % on ami_diarization, 12.2 % on librispeech_mix, 0.49 CPU seconds a second; "
    "with the true speaker of each window 27.4 and 10.6 % remain.",
    "The pipeline that these models come from is published with 17.0 (headsets) and 19.9 % (far field) on the whole of AMI.",
)
ROADS = (
    "A hidden voice is one that only speaks while others do: windows with more local speakers than there are voices "
    "prove it. None is found in 14 readings by one or two voices (13 to 200 s; longform, librispeech_mini).",
    "The shares from which somebody (0.42) and a second one (0.12) are told: chosen on the other recordings of "
    "ami_diarization alone, the left-out one has 28.3 %; on those and librispeech_mix, 27.2 %. 0.40 and 0.44 give "
    "26.9 % where 0.42 gives 26.2: that much of it is luck.",
    "Before hidden voices, ami_diarization had 27.8 % (train 26.6, valid 41.9), librispeech_mix 8.5; the second share "
    "was 0.15 then.",
    "Missed and false alone on ami_diarization, thresholds at their best / chosen without the recording: windows "
    "averaged as probabilities 21.8 / 23.6, as log-probabilities 21.6 / 22.5, step 0.5 s 21.8 / 23.7, middle of a "
    "window weighing more 23.0 / 24.5, ends mirrored 22.4 / 23.4. A second pass averaged in: high-passed 21.6 / 23.1, "
    "pre-emphasized 22.1 / 24.2, 10 % slower 22.0 / 24.8, faster 21.7 / 23.9, clipped 22.5 / 23.9; quiet parts lifted "
    "instead 23.6 to 26.6. The voice gate as a second witness 20.8 / 22.1 beside 21.7 / 22.8 (logistic regression). "
    "In DER, with hidden voices, all of these end between 26.0 and 27.6 % whatever the threshold: faint words won are "
    "as often given to the wrong voice. None is used.",
    "The shares smoothed over 0.08 to 0.7 s before they are cut (mean or median), thresholds 0.38 to 0.46: 26.5 to 28.0 % on "
    "ami_diarization, 8.5 to 12.2 % on librispeech_mix. Without smoothing 26.2 and 8.6, so nothing is gained there either.",
    "With the true speaker of every local speaker 25.8 % remain (the shares before), so hardly more than that is left "
    "to clustering.",
    "Clustering, tried before hidden voices on averaged log-probabilities, where mean cosine had 27.2 and 9.0 %: "
    "cosine of centers 27.2 and 13.3, or 28.5 and 9.0; local speakers of one window kept apart 27.2 and 9.0; vectors "
    "from 2 and 3 s to both sides 27.8 and 28.7 on ami_diarization. A third voice at once, with hidden voices: 26.9.",
    "The discriminant analysis that lies beside the models (wired as in its pipeline's own code) tells vectors of "
    "about 1 s on librispeech_mix apart with 3.3 % equal error, the cosine alone with 1.7 %: it does not fit these "
    "vectors and is not used.",
)


@dataclass(frozen=True, eq=False)
class Talk:
    """One recording with its reference, what the models heard, and the CPU seconds that took."""

    split: str
    reference: tuple[Turn, ...]
    scored: tuple[Span, ...] | None
    heard: Heard
    cpu: float


def talks(data: Path, folder: str, shelf: Shelf) -> Iterator[Talk]:
    """All recordings of a set, train and valid, heard once."""
    for split, audio, turns in _rows(data, folder):
        scored = uem(str(data / folder / "all.uem"), audio.stem) if (data / folder / "all.uem").is_file() else None
        yield _talk(split, Source(audio), turns, scored, shelf)


def pieces(data: Path, folder: str, seconds: float, shelf: Shelf) -> Iterator[Talk]:
    """The same recordings cut into pieces of `seconds` in which anybody speaks."""
    for split, audio, turns in _rows(data, folder):
        sound = load(audio, rate=16000, mono=True)
        for start in np.arange(int(sound.duration / seconds)) * seconds:
            cut = [(max(0.0, t.start - start), min(seconds, t.end - start), t.speaker) for t in turns]
            inside = tuple(Turn(a, b, speaker=name) for a, b, name in cut if b - a > 0.05)
            if inside:
                part = Sound(sound.samples[:, round(start * 16000) : round((start + seconds) * 16000)], 16000)
                yield _talk(split, Source(part), inside, (Span(0.0, seconds),), shelf)


def _rows(data: Path, folder: str) -> Iterator[tuple[str, Path, tuple[Turn, ...]]]:
    """Split, audio file and reference of each recording."""
    for split in ("train", "valid"):
        manifest = data / folder / f"{split}.jsonl"
        lines = manifest.read_text(encoding="utf-8").splitlines() if manifest.is_file() else []
        for row in map(json.loads, lines):
            audio = data / folder / row["audio"]
            yield split, audio, rttm(data / folder / row["rttm"], audio.stem)


def _talk(split: str, source: Source, turns: tuple[Turn, ...], scored: tuple[Span, ...] | None, shelf: Shelf) -> Talk:
    with shelf.open("speaker_segmentation") as segmenter, shelf.open("speaker_embedding") as embedder:
        before = time.process_time()
        heard = hear(source, segmenter, embedder, Quiet())
        return Talk(split, turns, scored, heard, time.process_time() - before)


def ours(talk: Talk, wanted: Wanted = Wanted()) -> Sequence[Turn]:  # noqa: B008
    """What `diarize` answers."""
    frames = frames_of(talk.heard, voices_of(talk.heard, wanted), asked=wanted.least)
    return turns_of(frames, talk.heard.duration)[0]


def without_hidden(talk: Talk) -> Sequence[Turn]:
    """Without the voice that is only heard under others."""
    voices = voices_of(talk.heard, Wanted())
    return turns_of(frames_of(talk.heard, Voices(voices.heard_alone, voices.labels)), talk.heard.duration)[0]


def true_count(talk: Talk) -> Sequence[Turn]:
    """With the true number of speakers."""
    count = len({t.speaker for t in talk.reference})
    return ours(talk, Wanted(count, count))


def true_voices(talk: Talk) -> Sequence[Turn]:
    """With a center for each true speaker, from the vectors where that speaker is alone (else anywhere in a turn)."""
    vectors, names = talk.heard.vectors.astype(np.float32), sorted({t.speaker for t in talk.reference})
    inside = _inside(talk, names, talk.heard.times)
    centers = []
    for k in range(len(names)):
        alone = inside[:, k] & (inside.sum(axis=1) == 1)
        own = alone if alone.any() else inside[:, k]
        if own.any():
            centers.append(unit((vectors[own] * talk.heard.mass[own, None]).sum(axis=0)))
    made = np.stack(centers).astype(np.float32) if centers else np.zeros((0, vectors.shape[1]), np.float32)
    labels = (vectors @ made.T).argmax(axis=1) if len(made) else np.zeros(len(vectors), int)
    return turns_of(frames_of(talk.heard, Voices(made, labels)), talk.heard.duration)[0]


def true_speech(talk: Talk) -> Sequence[Turn]:
    """With the true number of voices in each frame, given to those that our shares put first."""
    heard = talk.heard
    frames = frames_of(heard, voices_of(heard, Wanted()))
    times = np.arange(heard.frames) * heard.hop + heard.center
    speaking = _inside(talk, sorted({t.speaker for t in talk.reference}), times).sum(axis=1)
    rank = np.argsort(np.argsort(-frames.share, axis=1, kind="stable"), axis=1)
    told = Frames(rank < speaking[:, None], frames.share, frames.overlap, frames.hop, frames.center)
    return turns_of(told, heard.duration)[0]


def _inside(talk: Talk, names: Sequence[str], times: np.ndarray) -> np.ndarray:
    """Whether each true speaker speaks at each time: bool [T, K]."""
    flags = np.zeros((len(times), len(names)), bool)
    for turn in talk.reference:
        flags[(times >= turn.start) & (times < turn.end), names.index(turn.speaker)] = True
    return flags


def errors(heard: dict[str, list[Talk]]) -> Table:
    """One row for each set and way; `diarize` for each split too."""
    ways = {
        "diarize": ours,
        "without hidden voices": without_hidden,
        "true number of speakers": true_count,
        "true voices, our speech and overlap": true_voices,
        "true speech and overlap, our voices": true_speech,
    }
    rows = []
    for folder, found in heard.items():
        splits = sorted({t.split for t in found})
        if len(splits) > 1:
            rows += [_row(folder, f"diarize, {split} alone", [t for t in found if t.split == split], ours) for split in splits]
        rows += [_row(folder, way, found, answer) for way, answer in ways.items()]
    return Table("Diarization (tuned on these recordings)", COLUMNS, tuple(rows), PUBLISHED)


def short(heard: dict[str, list[Talk]]) -> Table:
    """The recordings in pieces, with and without hidden voices."""
    ways = {"diarize": ours, "without hidden voices": without_hidden}
    rows = [_row(name, way, found, answer) for name, found in heard.items() for way, answer in ways.items()]
    return Table("The same recordings in pieces, each on its own", COLUMNS, tuple(rows), ROADS)


def _row(name: str, way: str, found: Sequence[Talk], answer: Callable[[Talk], Sequence[Turn]]) -> tuple[str | int | float, ...]:
    told = [answer(t) for t in found]
    each = [parts(t.reference, a, t.scored) for t, a in zip(found, told, strict=True)]
    off = [speaker_count_error(t.reference, a) for t, a in zip(found, told, strict=True)]
    right = f"{off.count(0)} of {len(off)}"
    return (name, way, len(found), _interval(each), *_shares(each), right, round(float(np.mean(np.abs(off))), 2))


def _interval(each: Sequence[Parts]) -> str:
    wrong = np.array([p.missed + p.false + p.confused for p in each])
    if len(each) == 1:
        return f"{100 * each[0].rate:.1f}"
    found = ratio(wrong, np.array([p.total for p in each]), np.random.default_rng(0))
    return f"{100 * found.value:.1f} [{100 * found.low:.1f}, {100 * found.high:.1f}]"


def _shares(each: Sequence[Parts]) -> tuple[float, ...]:
    total = sum(p.total for p in each)
    return tuple(round(100 * sum(getattr(p, n) for p in each) / total, 1) for n in ("missed", "false", "confused"))


def cost(heard: dict[str, list[Talk]]) -> Table:
    """CPU seconds a second of sound, models and clustering apart."""
    rows = []
    for folder, found in heard.items():
        seconds = sum(t.heard.duration for t in found)
        before = time.process_time()
        for talk in found:
            ours(talk)
        rows.append((folder, round(seconds), sum(t.cpu for t in found) / seconds, (time.process_time() - before) / seconds))
    columns = ("set", "seconds", "models, CPU s a second", "clustering and turns, CPU s a second")
    return Table("Cost, one thread", columns, tuple(rows))


def trials(data: Path, shelf: Shelf) -> Table:
    """EER and minDCF of `verify` over the trials of librispeech_mini, and its decisions at its threshold."""
    listed, named = read_trials(data / "librispeech_mini" / "trials_segments.tsv")
    used = sorted({t.enroll for t in listed} | {t.test for t in listed})
    vectors, spent, seconds, threshold = {}, 0.0, 0.0, 0.0
    for name in used:
        sound = load(named[name].audio, rate=16000, mono=True, start=named[name].start, end=named[name].end)
        before = time.process_time()
        made, card = voice(Source(sound), shelf, Quiet())
        spent, seconds, vectors[name] = spent + time.process_time() - before, seconds + sound.duration, made.vector
        threshold = card.operating_points["same_speaker"]
    scores = np.array([float(vectors[t.enroll] @ vectors[t.test]) for t in listed])
    targets = np.array([t.target for t in listed])
    speakers = [named[t.enroll].extra.get("speaker", t.enroll) for t in listed]
    found = bootstrap(lambda drawn: _eer(scores[drawn], targets[drawn]), len(listed), np.random.default_rng(0), speakers)
    row = (
        len(used), int(targets.sum()), int((~targets).sum()),
        f"{100 * found.value:.2f} [{100 * found.low:.2f}, {100 * found.high:.2f}]",
        threshold_at_eer(scores, targets), min_dcf(scores, targets), threshold, 100 * float((scores[targets] < threshold).mean()),
        100 * float((scores[~targets] >= threshold).mean()), spent / seconds,
    )  # fmt: skip
    columns = ("segments", "targets", "impostors", "EER % [95 %]", "at", "minDCF (0.05)", "threshold of the card", "missed %",
               "false %", "CPU s a second")  # fmt: skip
    note = (
        "Interval over the speakers of the first recording of a trial. The threshold lies between the equal-error points of the "
        "train pairs and of these trials, so it is not blind."
    )
    return Table("Verification, segments of 3 to 5 s (librispeech_mini)", columns, (row,), (note,))


def _eer(scores: np.ndarray, targets: np.ndarray) -> float:
    return eer(scores, targets) if targets.any() and not targets.all() else float("nan")


def main() -> None:
    """Run all of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help=f"folder with {', '.join(SETS)} and librispeech_mini")
    parser.add_argument("--json", type=Path, help="keep the receipt here")
    args = parser.parse_args()
    shelf = Shelf({**diarize.TASK.roles, **verify.TASK.roles}, Runtime("cpu", 1))
    heard = {folder: list(talks(args.data, folder, shelf)) for folder in SETS}
    cut = {f"{name}, {s:g} s": list(pieces(args.data, name, s, shelf)) for name, s in zip(SETS, PIECES, strict=True)}
    tables = (errors(heard), short(cut), cost(heard), trials(args.data, shelf))
    publish(Finding("Who spoke when, and is it the same voice?", tables), args.json)


if __name__ == "__main__":
    main()
