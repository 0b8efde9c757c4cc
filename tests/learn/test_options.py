"""What can be told to be wrong of a training's options is told before anything heavy is imported."""

from __future__ import annotations

import subprocess
import sys

import pytest

from aural.errors import UsageError
from aural.learn.options import OTHERS, check, effects


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"augment": "noise,nosuch"}, "no effect 'nosuch'"),
        ({"precision": "float8"}, "float32, bfloat16"),
        ({"batch": "0"}, "batch"),
        ({"encoder": "bc_resnt"}, "Did you mean 'bc_resnet'"),
        ({"encoder": "net.txt"}, "this is no Python file"),
        ({"loss": "nosuch"}, "among the losses"),
    ],
)
def test_wrong_values_are_told(given: dict[str, str], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        check(given, "train classify")


def test_right_values_and_the_names_of_others_pass() -> None:
    check({"augment": "noise,warp", "encoder": "my_net.py", "encoder.width": "32", "stages": "mono"}, "train classify")
    assert effects(OTHERS) == OTHERS


def test_a_wrong_value_is_told_without_torch() -> None:
    code = (
        "import sys; from aural.cli.main import main\n"
        "code = main(['train', 'classify', 'nowhere', '--augment', 'nosuch'])\n"
        "print(code, 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2", "False"] and "no effect 'nosuch'" in done.stderr
