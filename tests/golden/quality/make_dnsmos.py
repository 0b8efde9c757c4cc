"""Writes dnsmos.json: what speechmos says of the clips of formulas, and of recordings of the data folder given as an argument.

python tests/golden/quality/make_dnsmos.py DATA, where aural and speechmos 0.0.1.1 are.
"""

from __future__ import annotations

import importlib.metadata
import json
import sys
from pathlib import Path

from clips import RATE, clips
from speechmos import dnsmos

from aural.sound.sound import load

HERE = Path(__file__).parent
FILES = ("librispeech_mini/audio/1069-133699-0000.opus", "librispeech_mini/audio/1088-129236-0000.opus")


def marks(samples: object) -> dict[str, float]:
    """The four marks under the names that aural gives them."""
    told = dnsmos.run(samples, RATE)
    names = {"overall": "ovrl_mos", "speech": "sig_mos", "background": "bak_mos", "p808": "p808_mos"}
    return {name: float(told[theirs]) for name, theirs in names.items()}


def main() -> None:
    """Ask the package for each clip."""
    found = {name: marks(samples) for name, samples in clips().items()}
    data = Path(sys.argv[1])
    heard = {name: marks(load(data / name).mono().resample(RATE).samples[0].clip(-1, 1)) for name in FILES}
    made_with = {name: importlib.metadata.version(name) for name in ("speechmos", "onnxruntime", "librosa", "numpy")}
    text = json.dumps({"made_with": made_with, "formulas": found, "recordings": heard}, indent=1, sort_keys=True)
    (HERE / "dnsmos.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
