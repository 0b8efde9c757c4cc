"""Every recipe: it is found, every name in it exists, and the training that it asks for can begin."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from aural import find
from aural.cli.main import main
from aural.corpora.manifest import read_manifest
from aural.errors import UsageError
from aural.learn import recipes
from aural.learn.train import Ask, check
from aural.sound.sound import Sound

FOLDER = Path(recipes.__file__).parents[1] / "recipes"


def test_every_file_on_the_disk_is_found() -> None:
    assert recipes.names() == tuple(sorted(p.stem for p in FOLDER.iterdir())) and len(recipes.names()) >= 10


@pytest.mark.parametrize("name", recipes.names())
def test_every_name_in_it_exists(name: str, tmp_path: Path) -> None:
    recipe = recipes.read(name)
    assert recipe.about and recipe.reaches and len(recipe.about) < 140
    assert recipe.corpus is None or recipe.corpus in find.names("corpora/sets")
    check(Ask(recipe.verb, tmp_path, tmp_path / "run", label=recipe.label, method=recipe.method, given=recipe.settings))


def test_an_unknown_recipe_gets_the_nearest_name() -> None:
    with pytest.raises(UsageError, match="no recipe 'digit'"):
        recipes.read("digit")


def test_a_recipe_for_another_verb_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["train", "tag", str(tmp_path), "--recipe", "digits", "-o", str(tmp_path / "run")]) == 2
    assert "digits is a recipe for classify" in capsys.readouterr().err


def test_a_recipe_trains_on_the_folder_of_its_corpus(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(0)
    (tmp_path / "fsdd" / "recordings").mkdir(parents=True)
    for digit in (0, 1):
        for speaker in ("jackson", "george", "yweweler", "theo"):
            for take in range(3):
                tone = np.sin(2 * np.pi * (300 + 500 * digit) * np.arange(2400) / 8000) + 0.01 * rng.normal(size=2400)
                name = f"{digit}_{speaker}_{take}.wav"
                Sound((0.3 * tone[None]).astype(np.float32), 8000).save(tmp_path / "fsdd" / "recordings" / name)
    run = tmp_path / "run"
    words = ["train", "classify", str(tmp_path / "fsdd"), "--recipe", "digits", "-o", str(run), "--epochs", "1", "--force"]
    assert main([*words, "--set", "encoder.width=4", "--threads", "1", "--progress", "none"]) == 0
    rows = {split: read_manifest(run / f"{split}.jsonl") for split in ("train", "valid")}
    assert {c.speaker for c in rows["train"]} == {"jackson", "george"} and {c.speaker for c in rows["valid"]} == {"yweweler"}
    options = json.loads((run / "options.json").read_text(encoding="utf-8"))
    assert "specaugment" in str(options) and (run / "model" / "model.onnx").is_file()
