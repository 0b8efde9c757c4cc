"""Writes diarization.json: what pyannote.metrics says about random turns. Its collar is the sum of both sides."""

from __future__ import annotations

import importlib.metadata
import json
import random
from pathlib import Path

from pyannote.core import Annotation, Segment, Timeline
from pyannote.metrics.diarization import DiarizationErrorRate, JaccardErrorRate

HERE = Path(__file__).parent


def turns(rng: random.Random, speakers: str, count: int) -> list[list]:
    found, clock = [], {s: rng.uniform(0, 4) for s in speakers}
    for _ in range(count):
        speaker = rng.choice(speakers)
        start = round(clock[speaker] + rng.uniform(0.1, 4), 3)
        end = round(start + rng.uniform(0.2, 5), 3)
        clock[speaker] = end
        found.append([start, end, speaker])
    return found


def annotation(rows: list[list]) -> Annotation:
    made = Annotation(uri="x")
    for i, (start, end, speaker) in enumerate(rows):
        made[Segment(start, end), i] = speaker
    return made


def main() -> None:
    rng, cases = random.Random(5), []
    for i in range(14):
        reference = turns(rng, "ABCD"[: 1 + i % 4], 4 + i)
        answer = [
            [round(max(0, s + rng.uniform(-0.3, 0.3)), 3), round(e + rng.uniform(-0.1, 0.3), 3),
             rng.choice("wxyz") if rng.random() < 0.15 else dict(zip("ABCD", "xywz", strict=True))[k]]
            for s, e, k in reference if rng.random() < 0.9
        ]  # fmt: skip
        answer = without_self_overlap(answer)
        uem = [[2.0, 15.0], [18.0, 40.0]]
        case = {"reference": reference, "answer": answer, "uem": uem, "told": []}
        for collar in (0.0, 0.25):
            for skip in (False, True):
                for scored in (None, uem):
                    area = Timeline([Segment(*u) for u in scored]) if scored else whole(reference, answer)
                    metric = DiarizationErrorRate(collar=2 * collar, skip_overlap=skip)
                    told = metric(annotation(reference), annotation(answer), uem=area, detailed=True)
                    jer = JaccardErrorRate(collar=2 * collar, skip_overlap=skip)(
                        annotation(reference), annotation(answer), uem=area
                    )
                    keys = ("missed detection", "false alarm", "confusion", "total", "diarization error rate")
                    case["told"].append([collar, skip, bool(scored), [told[k] for k in keys], jer])
        cases.append(case)
    made_with = {"pyannote.metrics": importlib.metadata.version("pyannote.metrics")}
    (HERE / "diarization.json").write_text(json.dumps({"made_with": made_with, "cases": cases}, sort_keys=True) + "\n")


def without_self_overlap(rows: list[list]) -> list[list]:
    last: dict[str, float] = {}
    kept = []
    for start, end, speaker in sorted(rows):
        start = max(start, last.get(speaker, 0.0))
        if end - start > 0.05:
            kept.append([start, end, speaker])
            last[speaker] = end
    return kept


def whole(*sides: list[list]) -> Timeline:
    return Timeline([Segment(0, max((r[1] for rows in sides for r in rows), default=1) + 1)])


if __name__ == "__main__":
    main()
