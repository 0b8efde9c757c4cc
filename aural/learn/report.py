"""What a training leaves beside its model: the receipt of the exported model on valid, pictures, the worst clips, advice."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from aural import receipts
from aural.corpora.manifest import Clip
from aural.errors import AuralError
from aural.files import write_text
from aural.judge import report as judged
from aural.judge import run as judging
from aural.judge.rooms import Condition
from aural.judge.terms import Terms, kind_of
from aural.learn import compact, doubts, pictures
from aural.learn.job import Job
from aural.metrics.labels import confusion
from aural.models.card import Card
from aural.models.card import read as read_card
from aural.models.card import write as write_card
from aural.receipts import Receipt
from aural.sound.sound import load
from aural.tasks._call import choose

_WORST, _SPOTTING = 10, "spotting"
_FEW = 1000  # clips: a net from scratch reached 84 to 90 % on esc10 (238 clips), a linear layer on YAMNet 96 to 99 %
_TAUGHT = frozenset({"ctc", "attention", "transducer", "hmm", "marked"})  # kinds that write as the texts that they learned from
ALARMS = "alarms.json"  # what a method that spots phrases leaves: hours of speech without them, and the peaks in it


def made(job: Job, card: Card, also: Sequence[Clip] = ()) -> Receipt | None:
    """Judge the model folder on the validation clips, as `aural evaluate` would, and write all that follows from it.

    The labels of the clips in `also` are classes, too. None for a verb that has no scorer for these rows, or whose method
    judged it; the figures of the training then stand alone.
    """
    if card.figures:
        return None  # the method has judged what no verb answers by itself
    found = _judged(job, job.model, also)
    if found is None:
        return None
    receipt, plan, records = found
    receipts.write(receipt, job.folder / "valid.json")
    job.say(judged.text(receipt, plan, []))
    if plan.terms.normalizer != Terms().normalizer:
        job.say(f"words are compared as they were taught, numbers too: aural evaluate --normalizer {plan.terms.normalizer}")
    small = compact.model(job.folder)
    if small is not None and (again := _judged(job, small, also)) is not None:
        figures = [(name, m.value, receipt.metrics[name].value) for name, m in again[0].metrics.items()]
        job.say("int8 on the same clips: " + ", ".join(f"{name} {value:.4f} (float {whole:.4f})" for name, value, whole in figures))
    epochs = job.folder / "epochs.json"
    if epochs.is_file():
        pictures.curves(json.loads(epochs.read_text(encoding="utf-8")), job.folder / "curves.svg")
    alarms = job.folder / ALARMS
    said = [t for r in records for t in r.get(_SPOTTING, {}).get("top", ())]
    if alarms.is_file() and said:
        known = json.loads(alarms.read_text(encoding="utf-8"))
        pictures.trade(said, known["peaks"], known["hours"], job.folder / "det.svg")
    if all("labels" in r for r in records) and job.question.answer == "class":
        _classes(job, records)
        if card.kind == "onnx" and len(job.clips["train"]) < _FEW:
            job.say(f"advice: {len(job.clips['train'])} clips are few for a net that begins from nothing. `--method classical` "
                    "learns from what a fetched model hears in them, in seconds, and is often better")  # fmt: skip
    return receipt


def _judged(job: Job, model: Path, also: Sequence[Clip]) -> tuple[Receipt, judging.Plan, list[dict[str, Any]]] | None:
    """What a model folder says of the validation clips; its figures are written into its card."""
    try:
        choices = choose(judging.task_of(job.verb), str(model))
        plan = judging.plan(job.verb, job.clips["valid"], choices, {}, terms_of(read_card(model / "card.json"), job.clips["valid"]))
    except AuralError as error:
        job.say(f"not judged: {error}")
        return None
    plan = dataclasses.replace(plan, names=judging.names_of(job.verb, [*job.clips["valid"], *also]))
    records = judging.judge(plan, job.clips["valid"], Condition(), job.progress)
    job.progress.close()
    receipt = judged.receipt(plan, records, job.folder / "valid.jsonl", {})
    card = read_card(model / "card.json")
    valid = {name: {"value": m.value, "low": m.low, "high": m.high, "n": m.n} for name, m in receipt.metrics.items()}
    write_card(dataclasses.replace(card, figures={**card.figures, "valid": valid}), model / "card.json")
    return receipt, plan, records


def terms_of(card: Card, clips: Sequence[Clip]) -> Terms:
    """How answers are compared with texts that are written as the learner was taught to write: word for word, for the rules for
    English would make one word of "nine four three". What goes on from another recognizer writes numbers as that one does."""
    languages = [clip.value("language") for clip in clips]
    kinds = {kind_of(Terms(), told if isinstance(told, str) else None) for told in languages}
    return Terms(normalizer="basic") if card.kind in _TAUGHT and "letters" not in kinds else Terms()


def _classes(job: Job, records: Sequence[dict[str, Any]]) -> None:
    """Confusion matrix, worst clips and advice for classes."""
    true = [r["labels"]["true"][0] for r in records]
    told = [r["labels"]["told"] for r in records]
    order, counts = confusion(true, told)
    pictures.confusion(order, counts, job.folder / "confusion.svg")
    _worst(job, records, job.folder / "worst")
    told_of = doubts.write(doubts.doubts(records), job.folder)
    if told_of:
        job.say(told_of)
    trivial = Counter(true).most_common(1)[0]
    right = float(np.mean([a == b for a, b in zip(true, told, strict=True)]))
    if right <= trivial[1] / len(true):
        job.say(f"advice: always saying {trivial[0]!r} would be right as often. Train longer (--epochs), with a lower --rate, "
                "or with more clips; look at the worst clips for wrong labels")  # fmt: skip


def _worst(job: Job, records: Sequence[dict[str, Any]], folder: Path) -> None:
    """The clips whose true class scored lowest, to listen to: likely wrong labels come first."""
    rated = [(r["labels"]["scores"].get(r["labels"]["true"][0], 0.0), k) for k, r in enumerate(records)]
    wrong = [(score, k) for score, k in sorted(rated) if not records[k]["labels"]["right"]][:_WORST]
    lines = []
    for place, (score, k) in enumerate(wrong, 1):
        clip, record = job.clips["valid"][k], records[k]["labels"]
        name = f"{place:02}_is-{_plain(record['true'][0])}_told-{_plain(record['told'])}.wav"
        end = None if clip.duration is None else clip.start + clip.duration
        folder.mkdir(exist_ok=True)
        load(clip.audio, start=clip.start, end=end).save(folder / name)
        told = {"audio": clip.id, "true": record["true"][0], "told": record["told"], "score": round(score, 4), "copy": name}
        lines.append(json.dumps(told, sort_keys=True) + "\n")
    if lines:
        write_text(job.folder / "worst.jsonl", "".join(lines))


def _plain(label: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in label)[:40]
