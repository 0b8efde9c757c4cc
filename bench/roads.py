"""How well does each road from speech to text do on the same corpora?

    python -m bench.roads --road ctc --corpus digits --work runs/roads [--tell "--set beam=16"] -- --encoder crnn --minutes 15

trains by `aural train transcribe --method ROAD` (what stands behind `--` goes to it), hears the unseen part with `aural evaluate
transcribe` (`--tell` goes to that), and keeps one cell, bench/receipts/roads/ROAD-CORPUS.json. The page of results makes one table
of all cells. A run folder that has a model is not trained again. `--road hmm-mono --method hmm` tells apart variants of a method,
`--road default --model default` hears with a model that learned elsewhere. In both kinds of flags {texts} is the text that was
learned from, {noises} the manifest of noises to learn with.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import resource
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aural import receipts
from aural.files import write_text
from bench import road_corpora
from bench.report import KEPT, Finding, Table, publish
from bench.road_corpora import Corpus, Unseen

FOLDER = KEPT / "roads"
_DATA = Path(__file__).parents[2] / "shared" / "data"
_PARAMETERS = re.compile(r"([\d,]+) parameters")
_NOTES = (
    "every road learns from the same clips, but for what --from brings; digits: strings of digits of one unseen voice (a string = "
    "a draw of the interval), gaps 0 to 600 ms, elsewhere draws are of speakers; one_voice: of sentences",
    "wide_digits and tuning_digits learn from three recorded voices (tuning_digits from two, the third is heard), words and "
    "strings of some fifty people, digits cut out of sentences of a hundred others, and synthetic voices, a part of them with "
    "accents; noise lies under most strings",
    "a road that begins with what another one learned (--from) tells its own minutes alone; ctc on wide_digits: first 12 CPU "
    "minutes on these strings, beginning with ctc on open (4.2 hours of sentences by 300 speakers) and without specaugment (11.7 "
    "and 14.8 %), then those that are told; attention and transducer begin with that",
    "ctc on open: 30 CPU minutes without specaugment (80, 89 and 80 % after 14), then those that are told; attention and "
    "transducer begin with that",
    "digits_among_speech: 5,000 strings more of which come from people (AN4's 74 speakers, 500 of Speech Commands and AudioMNIST), "
    "and among them all sentences and words to learn from, written in letters; heard held to the ten digits. other voices: strings "
    "of twenty people, most of them Indian students, draws are of speakers; hmm learns from the strings alone",
    "ctc on digits_among_speech: 28 CPU minutes without specaugment (7.7 and 13.1 %), then those that are told; attention, "
    "transducer and whisper begin with that",
    "an4: its own parts, 3-grams of its texts; hmm-mono, hmm-tri and hmm-hybrid are stages of the ladder whose hmm is sat; each "
    "recording is heard alone, voices are not told",
    "wide_digits: 5,000 strings (3.7 hours). No setting was tried on the voice that is reported; the transducer's beam was chosen "
    "on voices that it knows, after that voice had been heard without one (18.7 and 26.0 %)",
    "default: the default recognizer as it is fetched, for comparison: it learned from far more speech elsewhere; strings of "
    "digits, commands and AN4 are heard with --only-words (the ten digits, the thirty words, the 97 words of AN4's texts)",
    "base-: begins with the encoder of the default recognizer, held, and a layer above it. people_digits: strings of recorded"
    " voices alone, base-ctc learns from 2,500 of the 5,000, base-hmm from all (its net hears the encoder beside "
    "its cepstra; from 1,250 strings it had 1.4 and 3.0, 3.5 and 8.2 %), base-attention, base-transducer and base-whisper begin "
    "with base-ctc and learn from the same, and the "
    "layer above the encoder goes on learning; base-transducer writes one unit a frame at most (where a frame may write several "
    "it had 4.2 and 4.9 %, of the other voices 18.9 and 20.1: it lost the second of two equal digits); base-whisper learned "
    "before (whisper-begun, 22 CPU minutes, 14 passes, then whisper-next, 12 and 7), the last time from the strings with two "
    "equal digits in a row and as many others; CTC hears along while it writes (without that it had 4.7 and 5.8, 21.1 and 21.7; "
    "before its decoder knew where a frame stands 18.6 and 21.5, 67 and 70), its weight chosen on tune; other "
    "voices: strings of the people of digits_elsewhere (bench/more_digits.py), draws are of speakers. base- on commands: also"
    " at most 60 takes of each of nine words by other speakers, all clean and at 18 and 8 dB (aural testset), the others begin "
    "with base-ctc. base- on open: "
    "3-grams also of the texts of LibriSpeech and LJ Speech by other readers, 0.93 million words; base-ctc began with (open-"
    "begun) a training of 25 CPU minutes (4 passes, 20.1 % of the letters of tune), then those that are told; base-attention and "
    "base-transducer begin with it (7 and 4 passes, their minutes read off the system's clock of the process), so does "
    "base-whisper (whisper-open-begun, 5 passes, then those that are told, 5 more); base-hmm's weights of P(W) are those that its "
    "training chooses on tune; nets are held to "
    "the words of that text (open_and_readings.words: each of them on a line, apostrophes before it taken off), "
    "weights of the language chosen on tune (without the words base-ctc had 37.6, 35.2 and 26.8 %)",
    "learning: CPU minutes of one core; hearing: CPU seconds for a second of sound, start of the program and voice gate included; "
    "latency: sound that is waited for behind a word, where the model can be streamed",
)


def trained(road: str, method: str, corpus: Corpus, run: Path, flags: Sequence[str]) -> dict[str, Any]:
    """Train where there is no model yet: command, CPU minutes, parameters."""
    told = run / "road.json"
    if not (run / "model" / "card.json").is_file():
        words = ["train", "transcribe", "--method", method, "--manifest", str(corpus.learn), "--valid", str(corpus.tune),
                 "-o", str(run), "--progress", "none", *flags]  # fmt: skip
        text, seconds = _aural(words)
        found = _PARAMETERS.search(text)
        size = int(found.group(1).replace(",", "")) if found else numbers_in(run / "model")
        write_text(told, json.dumps({"minutes": seconds / 60, "parameters": size, "flags": shlex.join(flags)}) + "\n")
    return dict(json.loads(told.read_text(encoding="utf-8")))


def heard(unseen: Unseen, model: str, run: Path, flags: Sequence[str], limit: int | None) -> dict[str, Any]:
    """Figures by part and condition, and the CPU seconds for a second of sound. Receipts of the parts are left in `run`."""
    figures: dict[str, dict[str, Any]] = {}
    spent = seconds = 0.0
    for part, manifest in unseen.parts.items():
        place = run / f"heard{'-' * bool(part)}{part}.json"
        words = ["evaluate", "transcribe", "--manifest", str(manifest), "-m", model, "--normalizer", unseen.normalizer,
                 "--threads", "1", "--json", str(place), "--progress", "none", *flags]  # fmt: skip
        words += ["--snr", "10", "--noise", str(unseen.noises)] if unseen.noisy else []
        words += ["--limit", str(limit)] if limit else []
        spent += _aural(words)[1]
        receipt = receipts.read(place)
        seconds += sum(item["seconds"] for item in receipt.items)
        conditions = receipt.slices.get("condition", {"clean": receipt.metrics})
        for name, metrics in conditions.items():
            title = " ".join(filter(None, (part, name if unseen.noisy else "")))
            figures[title or "clean"] = {k: vars(metrics[k]) for k in _WANTED if k in metrics}
    return {"figures": figures, "cost": spent / seconds}


ELSEWHERE = {"parameters": None, "minutes": None, "latency": None}  # what a model cost that was not learned here
_WANTED = ("wer", "substitutions", "insertions", "deletions", "cer")


def numbers_in(model: Path) -> int | None:
    """Numbers in the files of a model folder that hold arrays; None where there are none."""
    count = 0
    for path in sorted(model.iterdir()):
        if path.suffix == ".onnx":
            import onnx

            count += sum(math.prod(t.dims) for t in onnx.load(path, load_external_data=False).graph.initializer)
        elif path.suffix == ".npz":
            import numpy as np

            with np.load(path) as arrays:
                count += sum(arrays[name].size for name in arrays.files)
    return count or None


def finding(folder: Path = FOLDER) -> Finding:
    """All cells of a folder as one table of roads and corpora, and what each cost."""
    cells = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    cells.sort(key=lambda c: (road_corpora.NAMES.index(c["corpus"]), c["road"]))
    names = list(dict.fromkeys(f"{c['corpus']}, {title}" for c in cells for title in c["figures"]))
    roads = list(dict.fromkeys(c["road"] for c in sorted(cells, key=lambda c: c["road"])))
    rates = {(c["road"], f"{c['corpus']}, {t}"): f["wer"] for c in cells for t, f in c["figures"].items()}
    rows = [(name, *(_rate(rates.get((road, name))) for road in roads)) for name in names]
    costs = []
    for c in cells:
        where = f"{c['machine'].get('processor', '')}, commit {c['commit'] or 'unknown'}"
        minutes = c["minutes"] if c["minutes"] is None else round(c["minutes"], 1)
        costs.append((c["corpus"], c["road"], c["parameters"], minutes, float(f"{c['cost']:.2g}"), c["latency"],
                      f"`{c['command']}`", where))  # fmt: skip
    columns = ("corpus", "road", "parameters", "learning, min", "hearing, s per s", "latency, s", "command", "where")
    tables = (
        Table("Word error rate in %, with the 95 % interval", ("corpus", *roads), tuple(rows), _NOTES),
        Table("What it costs", columns, tuple(costs)),
    )
    versions, machine = (cells[-1]["versions"], cells[-1]["machine"]) if cells else ({}, {})
    return Finding("How well does each road from speech to text do?", tables, "python -m bench.roads", "", versions, machine)


def _rate(metric: dict[str, Any] | None) -> str:
    if metric is None:
        return "-"
    low, high = metric["low"], metric["high"]
    between = f" [{100 * low:.1f}, {100 * high:.1f}]" if low is not None and high is not None else ""
    return f"{100 * metric['value']:.1f}{between}"


def learned(args: argparse.Namespace, flags: Sequence[str], run: Path, places: dict[str, str]) -> dict[str, Any]:
    """Learn the road where it is not learned yet: parameters, CPU minutes, latency. The text learned from joins the places."""
    corpus = road_corpora.corpus(args.corpus, args.corpora, args.noises, args.work)
    places["texts"] = str(corpus.texts)
    told = trained(args.road, args.method or args.road, corpus, run, filled(flags, places))
    card = json.loads((run / "model" / "card.json").read_text(encoding="utf-8"))
    return {
        "parameters": told["parameters"],
        "minutes": told["minutes"],
        "latency": card.get("latency") if card.get("causal") else None,
    }


def filled(flags: Sequence[str], places: dict[str, str]) -> list[str]:
    """The flags with their {places} filled in."""
    return [flag.format(**places) if "{" in flag else flag for flag in flags]


def main() -> None:
    given = sys.argv[1:]
    at = given.index("--") if "--" in given else len(given)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--road", help="the name in the table; nothing = show the table as it stands")
    parser.add_argument("--method", help="of aural train (default: the road)")
    parser.add_argument("--model", help="hear with this model, which learned elsewhere; nothing is learned")
    parser.add_argument("--corpus", choices=road_corpora.NAMES)
    parser.add_argument("--corpora", type=Path, default=Path("corpora"), help="folder of whole corpora")
    parser.add_argument("--noises", type=Path, default=_DATA / "noises", help="a folder with train.jsonl and valid.jsonl")
    parser.add_argument("--work", type=Path, default=Path("runs/roads"))
    parser.add_argument("--tell", default="", help="more flags of aural evaluate, in quotes")
    parser.add_argument("--limit", type=int, help="hear so many clips only; the cell is then not kept")
    args = parser.parse_args(given[:at])
    if args.road is None:
        publish(finding(), None)
        return
    run, places = args.work / f"{args.road}-{args.corpus}", {"noises": str(args.noises / "train.jsonl")}
    cost = dict(ELSEWHERE) if args.model else learned(args, given[at + 1 :], run, places)
    unseen = road_corpora.unseen(args.corpus, args.corpora, args.noises, args.work)
    told = heard(unseen, args.model or str(run), run, filled(shlex.split(args.tell), places), args.limit)
    cell = {"road": args.road, "corpus": args.corpus, **told, **cost, "command": receipts.command(),
            "commit": receipts.commit(), "versions": receipts.versions(), "machine": receipts.machine()}  # fmt: skip
    for title, figures in told["figures"].items():
        print(f"{args.road}, {args.corpus}, {title}: WER {_rate(figures['wer'])} %", flush=True)
    if not args.limit:
        write_text(FOLDER / f"{args.road}-{args.corpus}.json", json.dumps(cell, indent=1, sort_keys=True) + "\n")


def _aural(words: list[str]) -> tuple[str, float]:
    """What a command printed, and the CPU seconds that it took; ends the bench where it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-m", "aural", *words], capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(done.stdout[-4000:], done.stderr[-1000:], flush=True)
    if done.returncode:
        raise SystemExit(f"aural {shlex.join(words)} ended with {done.returncode}")
    return done.stdout + done.stderr, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
