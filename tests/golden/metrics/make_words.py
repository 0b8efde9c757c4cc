"""Writes words.json and meetings.json: what jiwer and meeteval say about random texts. Versions stand in the files."""

from __future__ import annotations

import importlib.metadata
import json
import random
from pathlib import Path

import jiwer
import meeteval
from meeteval.io.seglst import SegLST

HERE = Path(__file__).parent


def words() -> dict:
    rng, cases = random.Random(7), []
    for _ in range(40):
        reference = " ".join(rng.choice(["a", "bb", "ccc", "dd", "e"]) for _ in range(rng.randint(1, 25)))
        answer = " ".join(rng.choice(["a", "bb", "ccc", "dd", "e"]) for _ in range(rng.randint(0, 25)))
        told, letters = jiwer.process_words(reference, answer), jiwer.process_characters(reference, answer)
        cases.append({
            "reference": reference, "answer": answer, "wer": told.wer, "cer": letters.cer,
            "words": [told.substitutions, told.insertions, told.deletions],
            "characters": [letters.substitutions, letters.insertions, letters.deletions],
        })  # fmt: skip
    references, answers = [c["reference"] for c in cases], [c["answer"] for c in cases]
    return {
        "made_with": {"jiwer": importlib.metadata.version("jiwer")},
        "cases": cases,
        "together": {"wer": jiwer.wer(references, answers), "cer": jiwer.cer(references, answers)},
    }


def conversation(rng: random.Random, speakers: list[str], count: int) -> list[dict]:
    rows, clock = [], {s: rng.uniform(0, 2) for s in speakers}
    for _ in range(count):
        speaker = rng.choice(speakers)
        start = round(clock[speaker] + rng.uniform(0, 1.5), 3)
        end = round(start + rng.uniform(0.05, 0.6), 3)
        clock[speaker] = end
        rows.append({"session_id": "s", "speaker": speaker, "start_time": start, "end_time": end, "words": rng.choice("abcdefg")})
    return rows


def disturbed(rng: random.Random, rows: list[dict]) -> list[dict]:
    out = []
    for row in rows:
        if rng.random() < 0.1:
            continue
        start = round(max(0.0, row["start_time"] + rng.uniform(-0.4, 0.4)), 3)
        word = rng.choice("abcdefg") if rng.random() < 0.15 else row["words"]
        speaker = rng.choice("xyz") if rng.random() < 0.1 else {"A": "x", "B": "y", "C": "z"}[row["speaker"]]
        out.append({**row, "speaker": speaker, "start_time": start, "end_time": round(start + 0.3, 3), "words": word})
    last: dict[str, float] = {}
    for row in sorted(out, key=lambda r: r["start_time"]):
        # words of one speaker one after the other: otherwise meeteval asks for another order
        row["start_time"] = max(row["start_time"], last.get(row["speaker"], 0.0))
        row["end_time"] = max(row["end_time"], round(row["start_time"] + 0.01, 3))
        last[row["speaker"]] = row["end_time"]
    return out


def meetings() -> dict:
    rng, cases = random.Random(11), []
    for i in range(12):
        reference = conversation(rng, ["A", "B", "C"][: 1 + i % 3], 40)
        answer = disturbed(rng, reference)
        case = {"reference": rows(reference), "answer": rows(answer), "tcp": {}}
        cp = meeteval.wer.cp_word_error_rate(SegLST(reference), SegLST(answer))
        case["cp"] = [cp.errors, cp.length]
        for collar in (0.0, 0.2, 5.0):
            tcp = meeteval.wer.time_constrained_minimum_permutation_word_error_rate(
                SegLST(reference), SegLST(answer), collar=collar,
                reference_pseudo_word_level_timing="none", hypothesis_pseudo_word_level_timing="none",
            )  # fmt: skip
            case["tcp"][str(collar)] = [tcp.errors, tcp.length]
        cases.append(case)
    return {"made_with": {"meeteval": importlib.metadata.version("meeteval")}, "cases": cases}


def rows(segments: list[dict]) -> list[list]:
    return [[s["start_time"], s["end_time"], s["words"], s["speaker"]] for s in segments]


if __name__ == "__main__":
    (HERE / "words.json").write_text(json.dumps(words(), sort_keys=True) + "\n")
    (HERE / "meetings.json").write_text(json.dumps(meetings(), sort_keys=True) + "\n")
