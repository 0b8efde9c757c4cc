"""Female or male by the sound of a voice, each 0.3 s of speech: a small convolutional net (Doukhan et al. 2018)."""

from __future__ import annotations

from pathlib import Path

from aural.archives import Member, Wanted
from aural.models import skeleton
from aural.models.borrowed import _ina
from aural.models.card import Card
from aural.models.runtime import Runtime
from aural.results import Question

_FILE = "keras_male_female_cnn.hdf5"

FILES: tuple[Wanted, ...] = (
    Wanted(
        _FILE,
        "2ed3714bdbda7f1ed115b3077ff285ccbb23279df7a3bab6969ee98b6019736f",
        6_040_200,
        (Member(_ina.WHEEL, f"inaSpeechSegmenter/{_FILE}"),),
    ),
)

CARD = Card(
    name="ina-gender",
    role="gender",
    kind="borrowed",
    licences=_ina.LICENCES,
    source="inaSpeechSegmenter 0.6.8; graph by aural, arrays read at their offsets",
    question=Question("frame", "class"),
    input="log-mel: 25/10 ms, 24 bands, patches of 68 frames scaled one by one",
    labels=("female", "male"),
    aliases=("default",),
    batch="exact",
    window=_ina.WINDOW_SAMPLES / _ina.RATE,
    hop=0.3,
    files={w.name: w.sha256 for w in FILES},
)


def open(folder: Path, runtime: Runtime) -> _ina.PatchNet:
    """The scorer from a folder that holds FILES; its graph is joined with the arrays at first use."""
    return _ina.PatchNet(CARD, runtime.session(skeleton.joined("ina_gender", folder / _FILE)), 24)
