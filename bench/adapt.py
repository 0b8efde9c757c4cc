"""How much does the default recognizer gain on an accent from minutes to hours of it, and what does it lose elsewhere?

    python -m bench.adapt --corpora corpora --data ../shared/data --work runs/adapt [--minutes 10,30,0] [--json FILE] [-- FLAGS]

Read English of native speakers of Mandarin (SpeechOcean762), half of them children. Clips of 99 speakers of its train part are
learned from, those of 12 others say when to stop; ordinary readings (LibriSpeech) are mixed in. Reported is the valid part,
with other speakers and other sentences, and what no training saw: readings, and prompts of a synthetic voice. FLAGS go to `aural
train`. A run folder that has a model is not trained again.
"""

from __future__ import annotations

import argparse
import difflib
import json
import resource
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import aural
from aural import receipts
from aural.corpora.manifest import Clip, read_manifest, write_manifest
from aural.files import write_text
from aural.learn.adapting import texts
from aural.learn.job import Job
from aural.metrics.intervals import paired, ratio
from aural.receipts import Receipt
from aural.results import Question
from aural.text.scoring import normalize
from bench.report import Finding, Table, publish

BASE = "moonshine-base"
ADULT = 16  # years
_EPOCHS = {10.0: 4, 30.0: 3}  # minutes of speech -> times that it is heard; twice where there is more
_EVERY = 9  # of so many speakers one says when to stop
_MARKS = ".!?"
_DATA = Path(__file__).parents[2] / "shared" / "data"


def parts_of(clips: Sequence[Clip]) -> tuple[list[Clip], list[Clip]]:
    """Clips to learn from, and those of every ninth speaker, who say when to stop."""
    aside = set(sorted({c.speaker or "" for c in clips})[4::_EVERY])
    return [c for c in clips if c.speaker not in aside], [c for c in clips if c.speaker in aside]


def drawn(clips: Sequence[Clip], minutes: float) -> list[Clip]:
    """Clips drawn at random until they last so long; 0 = all."""
    order = np.random.default_rng(0).permutation(len(clips))
    ends = np.cumsum([clips[i].duration or 0.0 for i in order])
    return [clips[i] for i, end in zip(order, ends, strict=True) if not minutes or end <= 60 * minutes]


def written(corpora: Path, work: Path) -> dict[str, list[Clip]]:
    """The clips of both corpora, their texts in the recognizer's style, heard once and kept in the folder."""
    found = {
        name: [c for c in read_manifest(corpora / name / "train.jsonl") if c.text]
        for name in ("speechocean762", "librispeech_some")
    }
    work.mkdir(parents=True, exist_ok=True)
    job = Job("transcribe", "recognizer", Question("sequence", "class"), found, work)
    return texts.in_style(job, BASE, 30.0, 1)


def trained(learn: Sequence[Clip], tune: Sequence[Clip], run: Path, flags: Sequence[str]) -> float:
    """CPU minutes of a training, which is run where there is no model yet."""
    told = run / "cost.json"
    if not told.is_file():
        for clips, name in ((learn, "learn"), (tune, "tune")):
            write_manifest(clips, run.parent / f"{run.name}-{name}.jsonl")
        words = ["train", "transcribe", "--manifest", str(run.parent / f"{run.name}-learn.jsonl"), "--valid",
                 str(run.parent / f"{run.name}-tune.jsonl"), "--method", "adapt", "--from", BASE, "-o", str(run), "--threads", "1",
                 "--progress", "none", *flags]  # fmt: skip
        seconds = _aural(words)
        told.write_text(json.dumps({"minutes": seconds / 60, "flags": shlex.join(flags)}) + "\n")
    return float(json.loads(told.read_text())["minutes"])


def heard(model: str, name: str, manifest: Path, work: Path) -> Receipt:
    """What `aural evaluate` says of a model over a manifest, asked once."""
    place = work / f"{Path(model).name}-{name}.json"
    if not place.is_file():
        words = ["evaluate", "transcribe", "--manifest", str(manifest), "-m", model, "--normalizer", "english", "--threads", "1",
                 "--json", str(place), "--progress", "none"]  # fmt: skip
        _aural(words)
    return receipts.read(place)


def _aural(words: Sequence[str]) -> float:
    """The CPU seconds that a command took; ends the bench where it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-m", "aural", *words], capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(done.stdout[-2000:], done.stderr[-500:], file=sys.stderr, flush=True)
    if done.returncode:
        raise SystemExit(f"aural {shlex.join(words)} ended with {done.returncode}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def rate(items: Sequence[Mapping[str, Any]]) -> str:
    """Word error rate in %, with its interval over speakers."""
    errors, words = (np.array([i["words"][k] for i in items]) for k in ("errors", "words"))
    found = ratio(errors, words, np.random.default_rng(0), [i["group"] for i in items])
    between = "" if found.low != found.low else f" [{100 * found.low:.1f}, {100 * found.high:.1f}]"
    return f"{100 * found.value:.1f}{between}"


def change(items: Sequence[Mapping[str, Any]], before: Sequence[Mapping[str, Any]]) -> str:
    """Points of word error rate more (+) or less than before, on the same clips, with the interval over speakers."""
    sums = [tuple(np.array([i["words"][k] for i in own]) for k in ("errors", "words")) for own in (items, before)]
    rates = [lambda rows, e=e, w=w: float(e[rows].sum() / w[rows].sum()) for e, w in sums]
    groups = [i["group"] for i in items]
    found = paired(rates[0], rates[1], len(items), np.random.default_rng(0), groups)
    between = "" if found.low != found.low else f" [{100 * found.low:+.1f}, {100 * found.high:+.1f}]"
    return f"{100 * found.value:+.1f}{between}"


def style(items: Sequence[Mapping[str, Any]]) -> tuple[float, float, float]:
    """Share in % of answers that end with a mark; commas, and capitals behind the first word, for a hundred words."""
    said = [i["words"]["said"].split() for i in items if i["words"]["said"].strip()]
    words = sum(map(len, said))
    final = sum(s[-1][-1] in _MARKS for s in said) / len(said)
    commas, capitals = sum(w[-1] == "," for s in said for w in s), sum(w[0].isupper() for s in said for w in s[1:])
    return round(100 * final, 1), round(100 * commas / words, 1), round(100 * capitals / words, 1)


def children(items: Sequence[Mapping[str, Any]], ages: Mapping[str, int], young: bool) -> list[Mapping[str, Any]]:
    """The items of children, or of adults."""
    return [i for i in items if (ages[i["group"]] < ADULT) == young]


def beside(model: str, data: Path, work: Path) -> dict[str, Any]:
    """What a model writes for recordings without a voice, and when it says that words of twelve readings begin; heard once."""
    place = work / f"{Path(model).name}-beside.json"
    if not place.is_file():
        noises = read_manifest(data / "noises" / "valid.jsonl")
        readings = read_manifest(data / "librispeech_mini" / "valid.jsonl")[::4]
        told = {
            "written": [aural.transcribe(str(c.audio), model=model).text for c in noises],
            "words": [[(w.text, w.start) for w in aural.transcribe(str(c.audio), model=model).words()] for c in readings],
        }
        write_text(place, json.dumps(told, ensure_ascii=False) + "\n")
    found: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return found


def apart(words: Sequence[Sequence[Any]], before: Sequence[Sequence[Any]]) -> np.ndarray:
    """How far (ms) the starts of words lie from those before, where both wrote the same words."""
    found: list[float] = []
    for own, other in zip(words, before, strict=True):
        first, second = ([normalize(w) for w, _ in said] for said in (own, other))
        for a, b, size in difflib.SequenceMatcher(None, first, second, autojunk=False).get_matching_blocks():
            found += [1000 * abs(own[a + k][1] - other[b + k][1]) for k in range(size)]
    return np.array(found)


@dataclass(frozen=True)
class Made:
    """A model to be heard: its name or run folder, what it learned from, and the CPU minutes that it took."""

    model: str
    title: str
    spent: float | None


def made(corpora: Path, work: Path, minutes: Sequence[float], flags: Sequence[str]) -> Iterator[Made]:
    """The recognizer as fetched, then as adapted on each amount of speech."""
    style_of = written(corpora, work)
    learn, tune = parts_of(style_of["speechocean762"])
    mix, calm = parts_of(style_of["librispeech_some"])
    yield Made(BASE, "as fetched", None)
    for amount in minutes:
        clips, run = drawn(learn, amount), work / f"minutes-{amount:g}"
        seconds = sum(c.duration or 0.0 for c in clips)
        calmer = drawn(mix, seconds / 120)  # half as long as the accent, as far as there is so much
        epochs = ["--epochs", str(_EPOCHS.get(amount, 2))]
        spent = trained([*clips, *calmer], [*tune, *calm], run, [*epochs, *flags])
        title = f"{seconds / 60:.0f} min and {sum(c.duration or 0.0 for c in calmer) / 60:.0f} min of readings"
        yield Made(str(run), title, round(spent, 1))


def finding(corpora: Path, data: Path, work: Path, minutes: Sequence[float], flags: Sequence[str]) -> Finding:
    """Train for each amount of speech, and hear all that is reported with each model."""
    manifests = {
        "accent": corpora / "speechocean762" / "valid.jsonl",
        "readings": data / "librispeech_mini" / "valid.jsonl",
        "prompts": data / "allison_prompts_tts" / "valid.jsonl",
    }
    ages = {str(c.speaker): int(c.extra["age"]) for c in read_manifest(manifests["accent"])}
    rows: list[tuple[Any, ...]] = []
    others: list[tuple[Any, ...]] = []
    first: dict[str, Receipt] = {}
    for one in made(corpora, work, minutes, flags):
        told = {name: heard(one.model, name, manifest, work) for name, manifest in manifests.items()}
        first = first or told  # as fetched
        accent, readings = told["accent"].items, told["readings"].items
        rows.append((
            one.title, rate(accent), rate(children(accent, ages, True)), rate(children(accent, ages, False)), rate(readings),
            "-" if told is first else change(readings, first["readings"].items), rate(told["prompts"].items), one.spent,
        ))  # fmt: skip
        extra, usual = (beside(name, data, work) for name in (one.model, BASE))
        far = apart(extra["words"], usual["words"])
        written_in = f"{sum(bool(t.strip()) for t in extra['written'])} of {len(extra['written'])}"
        others.append((one.title, *style(readings), written_in, *(round(float(np.percentile(far, q))) for q in (50, 95))))
        print(rows[-1], others[-1], file=sys.stderr, flush=True)
    return Finding("How much is gained by adapting the recognizer to an accent?", _tables(rows, others, flags))


def _tables(rows: Sequence[tuple[Any, ...]], others: Sequence[tuple[Any, ...]], flags: Sequence[str]) -> tuple[Table, ...]:
    notes = (
        "word error rate in % with the 95 % interval over speakers (prompts: one voice); accent: 280 sentences by 14 speakers of "
        "SpeechOcean762 from whom nothing was learned, half of them children, and none of their sentences; readings: 48 clips of "
        "LibriSpeech; prompts: 29 of a synthetic voice",
        "points: more (+) or fewer errors in a hundred words of the same readings",
        "readings of LibriSpeech by other speakers are mixed in, half as long as the accent, as far as there is so much; what "
        "comes out is a file of 2.6 MB",
        f"flags: `{shlex.join(flags)}` and --epochs 4 for 10 min, 3 for 30 min, else 2",
    )
    columns = (
        "speech learned from",
        "accent",
        "children",
        "adults",
        "readings",
        "readings, points",
        "prompts",
        "learning, CPU min",
    )
    more = ("speech learned from", "final marks, %", "commas", "capitals", "noises given words", "starts apart, ms", "95 %, ms")
    beside_it = (
        "readings that end with a mark; commas, and capitals behind the first word, for a hundred words of readings",
        "noises: recordings without a voice; starts: of words that both wrote alike in 12 readings, from the base's (median)",
    )
    return (
        Table("The default recognizer adapted to an accent, by minutes of it", columns, tuple(rows), notes),
        Table("What else changes", more, tuple(others), beside_it),
    )


def main() -> None:
    given = sys.argv[1:]
    at = given.index("--") if "--" in given else len(given)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, default=Path("corpora"))
    parser.add_argument("--data", type=Path, default=_DATA)
    parser.add_argument("--work", type=Path, default=Path("runs/adapt"))
    parser.add_argument("--minutes", default="10,30,0", help="amounts of speech, with commas; 0 = all")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args(given[:at])
    minutes = [float(m) for m in args.minutes.split(",") if m]
    publish(finding(args.corpora, args.data, args.work, minutes, given[at + 1 :]), args.json)


if __name__ == "__main__":
    main()
