"""Nine questions, nine commands: what does each cell of clip | frame | sequence x class | set | number reach?

    python -m bench.nine_questions --data ../shared/data --work runs/nine [--only B07] [--json bench/receipts/nine_questions.json]

Each cell is trained by `aural train` on seven eighths of the train part of its source; the others say which epoch is kept
and where the thresholds lie. It is judged by `aural evaluate` on the valid part (other recordings, speakers or notes), by which
no epoch and no threshold was chosen. A few minutes on one core each: small sets, first figures, no more.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bench import manifests
from bench.made_sets import MADE, write
from bench.report import Finding, Table, publish


@dataclass(frozen=True)
class Cell:
    """A row of the table: the question, the verb, its data (a folder of the data, or a made set with its sizes), flags,
    the figures that are told, what stands beside them, and how the verb is asked."""

    row: str
    over: str
    verb: str
    data: str
    sizes: tuple[int, int] | None
    flags: str
    figures: tuple[str, ...]
    beside: str = ""
    asked: tuple[str, ...] = ()


_SHORT = ("--minutes 3", "--threads 1", "--batch 16")
_FINE = "--set halvings=1 --set blocks=3 --set encoder.width=8 --set n_mels=40"  # an answer each 20 ms
# Bands that tell semitones apart, and blocks until few are left: the net sums over bands at its end, so where a partial lies
# must be told by its channels. What is dropped in training blurs a number.
_TUNED = (
    "--set halvings=2 --set blocks=5 --set encoder.width=6 --set n_mels=96 --set f_max=3000 --set window=0.064 --sample-rate 8000 "
    "--set encoder.dropout=0 --set head.dropout=0"
)
_DIGITS = "--set halvings=3 --set n_mels=40 --sample-rate 8000 --rate 0.003 --augment speed,gain"
_AGE = "--label age --unit years --augment gain,specaugment"
_SOUNDS = "--set halvings=3 --set encoder.width=8 --augment specaugment"
_SOME = (300, 60)
CELLS = (
    Cell("B01", "clip, class", "classify", "fsdd", None, "--augment speed,pitch,shift", ("accuracy",)),
    Cell("B02", "clip, set", "tag", "tags", (400, 80), "--augment specaugment,shift", ("map", "lwlrap", "map_at_3")),
    Cell("B03", "clip, number", "estimate", "speechocean_mini", None, _AGE, ("mae", "r2")),
    Cell("B04", "frame, class", "vad", "speech", _SOME, "--set halvings=2 --set encoder.width=8", ("frame_accuracy",), "silero-vad",
         ("--set", "pad=0")),
    Cell("B05", "frame, set", "detect", "sounds", _SOME, _SOUNDS, ("event_f1", "segment_f1", "psds")),
    Cell("B06", "frame, number", "pitch", "melodies", _SOME, f"{_TUNED} --minutes 4 --batch 8 --rate 0.003",
         ("raw_pitch_accuracy", "overall_accuracy"), "no model"),
    Cell("B07", "sequence, class", "transcribe", "digits", (900, 100), _DIGITS, ("cer",), "moonshine-base"),
    Cell("B08", "sequence, set", "notes", "chords", _SOME, f"{_TUNED} --epochs 35 --set positive=5 --rate 0.004",
         ("note_f1", "note_f1_with_ends")),
    Cell("B09", "sequence, number", "onsets", "drums", _SOME, _FINE, ("onset_f1",)),
)  # fmt: skip


def flags_of(cell: Cell) -> str:
    """What a cell is trained with: its own flags, and of the short ones those that it does not set; epochs stand for minutes."""
    own = cell.flags.replace("--epochs", "--epochs --minutes")
    return " ".join([*(flag for flag in _SHORT if flag.split()[0] not in own), cell.flags])


def sets_of(cell: Cell, data: Path, work: Path) -> tuple[Path, Path]:
    """Train and valid rows of a cell, made where they are made."""
    if cell.sizes is None:
        return data / cell.data / "train.jsonl", data / cell.data / "valid.jsonl"
    folder, of = work / "sets" / cell.data, MADE[cell.data]
    train, valid = (write(folder, split, of(data, split, n)) for split, n in zip(("train", "valid"), cell.sizes, strict=True))
    return train, valid


def parted(train: Path, folder: Path) -> tuple[Path, Path]:
    """The rows of a manifest to learn from, and every eighth to choose by; or by readers, where `train` has few clips of most."""
    rows = manifests.placed(train)
    kept = set(range(0, len(rows), 8))
    if "librispeech" in str(train):
        readers = sorted({r["speaker"] for r in rows}, key=lambda s: (-sum(r["speaker"] == s for r in rows), s))
        kept = {k for k, r in enumerate(rows) if r["speaker"] in readers[1:4:2] + readers[8::8]}
    learn = [row for k, row in enumerate(rows) if k not in kept]
    parts = {"learn": learn, "tune": [rows[k] for k in sorted(kept)]}
    found = [manifests.write(folder / f"{name}.jsonl", part) for name, part in parts.items()]
    return found[0], found[1]


def run(cell: Cell, data: Path, work: Path) -> tuple[list[object], list[object] | None]:
    """One line of the table, and one for what stands beside it."""
    train, valid = sets_of(cell, data, work)
    learn, tune = parted(train, work / "sets" / cell.data)
    folder, flags = work / cell.verb, flags_of(cell)
    if not (folder / "model" / "card.json").is_file():
        command = ["train", cell.verb, "--manifest", str(learn), "--valid", str(tune), "-o", str(folder), *flags.split()]
        _aural([*command, "--progress", "none"])
    minutes = json.loads((folder / "epochs.json").read_text(encoding="utf-8"))[-1]["seconds"] / 60
    own = _figures(cell, valid, work, ["-m", str(folder)])
    shown = f"aural train {cell.verb} --manifest {cell.data}/learn.jsonl --valid {cell.data}/tune.jsonl {flags}"
    line: list[object] = [cell.row, cell.over, f"`{shown}`", own, round(minutes, 1)]
    if not cell.beside:
        return line, None
    other = _figures(cell, valid, work, [] if cell.beside == "no model" else ["-m", cell.beside])
    return line, [cell.row, cell.over, f"{cell.beside}, as it comes", other, None]


def voices(data: Path, work: Path) -> Table:
    """A net for voices learned from the readers of librispeech_mini, beside the borrowed one, on trials of other readers."""
    source, folder = data / "librispeech_mini", work / "embed"
    flags = ("--label", "speaker", "--augment", "noise,gain,specaugment", "--rate", "0.002", "--minutes", "5", "--threads", "1")
    if not (folder / "model" / "card.json").is_file():
        learn, tune = parted(source / "train.jsonl", work / "sets" / "voices")
        rows = ["--manifest", str(learn), "--valid", str(tune)]
        _aural(["train", "embed", *rows, "-o", str(folder), *flags, "--progress", "none"])
    trials = _trials_of_valid(source, work / "sets" / "voices")
    lines = []
    for name, model in (("learned here", ["-m", str(folder)]), ("community-embedding", [])):
        receipt = work / f"{name}.json".replace(" ", "_")
        _aural(["evaluate", "verify", "--trials", str(trials), *model, "--json", str(receipt), "--progress", "none"])
        found = json.loads(receipt.read_text(encoding="utf-8"))["metrics"]["eer"]
        lines.append((name, f"{100 * found['value']:.1f}{_interval({k: found[k] and 100 * found[k] for k in ('low', 'high')}, 1)}"))
    command = "aural train embed --manifest learn.jsonl --valid tune.jsonl " + " ".join(flags)
    notes = (
        f"`{command}`",
        "The 205 trials of librispeech_mini between readers of valid; 84 of 136 same-voice trials are of one recording.",
    )
    return Table(
        "Voices learned from the readers of librispeech_mini/train, equal error rate", ("vectors", "EER %"), tuple(lines), notes
    )


def _trials_of_valid(source: Path, folder: Path) -> Path:
    """The trials between readers of valid alone, with their segments."""
    readers = {row["speaker"] for row in manifests.rows(source / "valid.jsonl")}
    folder.mkdir(parents=True, exist_ok=True)
    head, *trials = (source / "trials_segments.tsv").read_text(encoding="utf-8").splitlines()
    kept = [t for t in trials if {name.split("-")[0] for name in t.split("\t")[:2]} <= readers]
    (folder / "trials.tsv").write_text("\n".join([head, *kept]) + "\n", encoding="utf-8")
    segments = (source / "segments.tsv").read_text(encoding="utf-8").replace("\taudio/", f"\t{source.resolve()}/audio/")
    (folder / "segments.tsv").write_text(segments, encoding="utf-8")
    return folder / "trials.tsv"


def _figures(cell: Cell, valid: Path, work: Path, model: list[str]) -> str:
    receipt = work / f"{cell.verb}.json"
    _aural(["evaluate", cell.verb, "--manifest", str(valid), *model, *cell.asked, "--json", str(receipt), "--progress", "none"])
    metrics = json.loads(receipt.read_text(encoding="utf-8"))["metrics"]
    told = [(name, metrics[name]) for name in cell.figures if name in metrics]
    return ", ".join(f"{name} {m['value']:.3f}{_interval(m)}" for name, m in told)


def _interval(metric: dict[str, float | None], places: int = 3) -> str:
    low, high = metric["low"], metric["high"]
    return "" if low is None or high is None else f" [{low:.{places}f}, {high:.{places}f}]"


def _aural(words: list[str]) -> None:
    done = subprocess.run([sys.executable, "-m", "aural", *words], capture_output=True, text=True)
    print(done.stdout[-1500:], done.stderr[-500:], flush=True)
    if done.returncode:
        raise SystemExit(f"aural {' '.join(words)} ended with {done.returncode}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("runs/nine"))
    parser.add_argument("--only", nargs="*", default=())
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    lines = []
    for cell in sorted(CELLS, key=lambda c: args.only.index(c.row) if c.row in args.only else -1):
        if not args.only or cell.row in args.only:
            lines += [tuple(line) for line in run(cell, args.data, args.work) if line is not None]
    columns = ("row", "question", "model", "on valid", "minutes to train")
    notes = (
        "Settings of B01, B06, B07 and B08 were changed by hand after a look at valid, in an earlier run. The machine was "
        "busy: trainings that end after minutes took fewer steps than an idle one gives them.",
        "Intervals are over clips, or over speakers where the rows name them: one speaker (fsdd, digits) has none to speak of.",
        "vad: the truth is what silero-vad hears in the same speech without noise, so the student is judged by its teacher; noise "
        "from other recordings than were learned from, at -5 to 20 dB. silero-vad beside it hears the noise, too.",
        "transcribe: texts are compared as digits (zero one = 01), so each letter of cer is one digit; the voice of valid was not "
        "learned from, and moonshine-base knows all of English where the small net knows ten words.",
        "Chords, melodies, drums, tags and sounds are put together from single clips; they are easier than music or streets.",
    )
    question = "What do the nine questions reach, from small sets in minutes?"
    tables = [Table("Nine cells", columns, tuple(lines), notes)] if lines else []
    if not args.only or "voices" in args.only:
        tables.append(voices(args.data, args.work))
    publish(Finding(question, tuple(tables)), args.json)


if __name__ == "__main__":
    main()
