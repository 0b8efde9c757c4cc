"""Writes ngrams.json: what KenLM says of sentences with a model that aural trained and wrote as ARPA.

Run with a Python that has kenlm (kenlm-ex on PyPI) after `aural.beams.arpa.write` wrote model.arpa:
    python -c "..." (see TEXT in tests/beams/test_ngrams.py), then python make_ngrams.py model.arpa
"""

from __future__ import annotations

import importlib.metadata
import json
import sys
from pathlib import Path

import kenlm

SENTENCES = (
    "the cat sat on the mat", "a dog saw the mouse", "the zebra ran", "mat the on sat cat the", "a mouse and a cat and a dog",
    "the",
)  # fmt: skip


def main() -> None:
    model = kenlm.Model(sys.argv[1])
    cases = []
    for text in SENTENCES:
        words = [(round(score, 6), size) for score, size, _ in model.full_scores(text)]
        cases.append({"text": text, "score": round(model.score(text), 6), "words": words})
    made_with = {"kenlm-ex": importlib.metadata.version("kenlm-ex")}
    out = Path(__file__).parent / "ngrams.json"
    out.write_text(json.dumps({"made_with": made_with, "cases": cases}, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
