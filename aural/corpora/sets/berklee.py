"""OLPC Berklee sound library: instruments, synthesizers, sung vowels and struck things by name."""

from __future__ import annotations

import re
from pathlib import Path

from aural.corpora.manifest import Clip
from aural.corpora.sets._corpus import Corpus, clip, listing, some

CORPUS = Corpus(
    name="berklee",
    about="2,397 short sounds made by students, mp3; the label is read from the file name",
    licence="CC BY 3.0",
    told_by="berklee/README.md of the repository",
    source="https://github.com/Tonejs/audio",
    commit="efd8296360f9526e379bfbe5c1698ff54d6a1d34",
    path="berklee",
    held_out="every name that could be a noise, an ambience, a machine, an animal or a household sound",
    ship=True,
)
# what a name must hold to get a label: the first that holds decides
_LABELS = (
    ("sung_vowel", r"^(fe)?malevoices?_(aa|oo)"),
    ("theremin", r"theremin|amin\d*$"),
    ("synthesizer", r"synth|^syn_|arpeggio|^arp_|^fm_|vocoder|^laser|_pad$|ahntone|chotone|fishertone|bilatone|larsontone|mintone"),
    ("piano", r"^(prep_)?piano"),
    ("guitar", r"^guitar_[a-z]*string|^guitar_(chord|pick|hit|riff)"),
    ("kalimba", r"^kalimba"),
    ("sitar", r"^sitar"),
    ("jaw_harp", r"^(jaw-harp|mouth_harp)"),
    ("flute", r"^flute_|^recorder"),
    ("didgeridoo", r"^dig[ei]ridoo"),
    ("tabla", r"^tabla"),
    ("hand_drum", r"^(hand_drum|conga)"),
    ("tambourine", r"^tambourine|ritz_tambourine"),
    ("shaker", r"^(shaker|egg_shaker|rainstick)"),
    ("cowbell", r"^cowbell"),
    ("gong", r"^gong|madgong|cakelid_gong"),
    ("cymbal", r"cymbal|^cym\d*$|^cym_|spin_cym"),
    ("bell", r"^(bell|iron_bell|tiny_?bell|templebell|smalltemplebell|metal_bell|bowl_bell)"),
    ("chimes", r"^chimes?(balls|maj|short|-|\d|$)"),
    ("music_box", r"^music_box"),
    ("angklung", r"anklung"),
    ("bamboo", r"^bamboo"),
    ("woodblock", r"^woodblock"),
    ("glass_tone", r"^(glass_(harmonica|tone)|wineglass|bowedglass|wine_glass)"),
    ("bowed_string", r"^(violin|cello)_"),
    ("trash_can_hit", r"^trash_?can(_hit|_resonant_hit|\d*$)|^trashcan_hit"),
    ("metal_hit", r"^(metal_?hit|metal_(strike|ring|sharp|beam_hit|stick_hit)|(short|small)_metal_hit)"),
    ("balloon", r"^balloon"),
)  # fmt: skip
_NEVER = re.compile(
    r"door|car_|cart|engine|motor|machine|fan(_|$)|dryer|drill|train|subway|water|rain(?!stick)|wind|storm|thunder|fire|bird|dog|cat_"
    r"|horse|cow(?!bell)|animal|mooo|pig|goat|eat|chew|foot|walk|step|crowd|street|phone|alarm|rope|church|door",
    re.IGNORECASE,
)
_TAKE = re.compile(
    r"(?<=\d)[a-d]$|high(er|mid)?|low(mid)?|mid$|long|short|slow|scale|fast|loud|soft|faded|fromsametrack|filtered|[^a-z]"
)


def rows(folder: Path | str) -> list[Clip]:
    """Sounds whose names tell an instrument or a struck thing; takes of one thing, told by the letters of its name, share a group.

    Every fifth group of a label, in order of names, is to validate.
    """
    folder = Path(folder)
    found = []
    for path in listing(CORPUS, folder, ".mp3"):
        label = next((label for label, sign in _LABELS if re.search(sign, path.stem, re.IGNORECASE)), None)
        if label and not _NEVER.search(path.stem):
            found.append((path, label, f"{label}/{_TAKE.sub('', path.stem.lower())}"))
    order = {label: sorted({g for _, of, g in found if of == label}) for label in {of for _, of, _ in found}}
    rows = [
        clip(
            CORPUS,
            folder,
            path,
            {"label": label, "group": group, "split": "valid" if order[label].index(group) % 5 == 4 else "train"},
        )
        for path, label, group in found
    ]
    return some(CORPUS, folder, rows)
