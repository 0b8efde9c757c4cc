"""A file of one's own is held against the promises, and each broken one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from aural.cli.main import main
from aural.learn.contracts import CHECKS, told, verdicts

GOOD = '''"""A layer over time. Source: this test."""

from dataclasses import dataclass

from torch import nn

from aural.nets import face
from aural.nets.masks import masked
from aural.settings import option

TAKES, FRONTEND = "frames", "log_mel"


@dataclass(frozen=True)
class Config:
    width: int = option(4, "channels")


def tiny():
    return Config()


class Encoder(face.Encoder):
    causal = False

    def __init__(self, config, width_in):
        super().__init__()
        self.width, self.stride = config.width, 1
        self.conv = nn.Conv1d(width_in, config.width, 3, padding=1)

    def forward(self, x, lengths):
        x = self.conv(x.transpose(1, 2)).transpose(1, 2)
        return masked(x, lengths), lengths
'''
# What is changed in the good file, and the promise that this breaks.
BROKEN = (
    ("Source: this test.", "Mine.", "page", "names no source"),
    ('option(4, "channels")', "4", "page", "has no help"),
    ("def tiny():", "def small():", "page", "does not define tiny"),
    ('"frames", "log_mel"', '"samples", "log_mel"', "page", "does not give"),
    ("masked(x, lengths), lengths", "masked(x, lengths)[:, ::2], lengths", "shapes", "samples"),
    (
        "return masked(x, lengths)",
        "x = x - x.mean(1, keepdim=True)\n        return masked(x, lengths)",
        "masks",
        "padding is heard",
    ),
    ("x = self.conv(", "x = 0 * self.conv(", "gradients", "slope 0"),
    ("causal = False", "causal = True", "causal", "changes earlier frames"),
    ("        return masked", "        1 / 0\n        return masked", "masks", "ZeroDivisionError"),
)


def written(folder: Path, source: str) -> str:
    place = folder / f"net_{len(list(folder.iterdir()))}.py"
    place.write_text(source, encoding="utf-8")
    return str(place)


def test_a_good_file_keeps_all_promises(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, GOOD)
    assert main(["check", path]) == 0
    shown = capsys.readouterr().out
    assert shown.count("ok  ") == len(CHECKS) and "All promises hold." in shown


@pytest.mark.parametrize(("old", "new", "check", "says"), BROKEN)
def test_a_broken_promise_is_named(old: str, new: str, check: str, says: str, tmp_path: Path) -> None:
    assert old in GOOD
    wrong = told(written(tmp_path, GOOD.replace(old, new, 1)), check).wrong
    assert says in wrong, wrong


def test_weights_that_do_not_follow_from_the_seed_are_found(tmp_path: Path) -> None:
    own = "self.conv.bias.data += time.perf_counter_ns() % 9973"
    source = GOOD.replace("from torch import nn", "import time\n\nfrom torch import nn")
    path = written(tmp_path, source.replace("    def forward", f"        {own}\n\n    def forward", 1))
    assert "differs between two nets of one seed" in told(path, "seed").wrong


def test_a_page_that_is_none_ends_the_check(tmp_path: Path) -> None:
    found = list(verdicts(written(tmp_path, GOOD.replace("def tiny():", "def small():"))))
    assert [v.check for v in found] == ["page"]


def test_a_file_that_is_missing_or_broken_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path / "none.py")]) == 2
    assert "there is no such file" in capsys.readouterr().err
    (tmp_path / "text.wav").write_bytes(b"RIFF")
    for wrong in (str(tmp_path / "text.wav"), "nets/cnn", "x.txt"):
        assert main(["check", wrong]) == 2
        assert f"{wrong}: this is no Python file. Give a file that ends in .py, or one of: bc_resnet" in capsys.readouterr().err
    assert main(["check", written(tmp_path, "import no_such_package")]) == 2
    assert "cannot be imported" in capsys.readouterr().err
