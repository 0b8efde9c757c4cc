"""Sonic Pi samples: drum hits, tabla strokes, loops and short sounds in the public domain."""

from __future__ import annotations

from pathlib import Path

from aural.corpora.manifest import Clip
from aural.corpora.sets._corpus import Corpus, clip, listing, some

CORPUS = Corpus(
    name="sonic_pi",
    about="kicks, snares, hi-hats, toms, cymbals, tabla, loops, bass, guitar, glitches; 44.1 kHz FLAC",
    licence="CC0 1.0",
    told_by="etc/samples/README.md of the repository, with the Freesound address of each",
    source="https://github.com/sonic-pi-net/sonic-pi",
    commit="c0002065a976b1355e7889f4aa96a1804e2b8119",
    path="etc/samples",
    held_out="every drum hit, tabla stroke and loop that this page does not name; sounds that could pass for ambience",
    ship=True,
    sha256={
        "etc/samples/README.md": "92e2f506395160b952be55b7af8f289c6ff8ad1bd17e3b5250fab0f9df1d89ae",
    },
)
# of the hits and loops these may be used; every other name of their kinds is kept back
_TRAIN = {
    "loop": "arovane_beat_a arovane_beat_b arovane_beat_e loop_drone_g_97 loop_electric loop_garzul loop_industrial"
    " loop_mehackit1 loop_perc1 loop_tabla loop_weirdo",
    "kick": "bd_808 bd_ada bd_chip bd_gas bd_mehackit bd_zome bd_zum drum_bass_hard drum_heavy_kick",
    "hihat": "drum_cymbal_pedal hat_cab hat_cats hat_gem hat_gump hat_hier hat_len hat_metal hat_noiz hat_raw hat_sci hat_star",
    "cymbal": "drum_cymbal_soft drum_splash_hard ride_via",
    "snare": "drum_roll sn_dolf sn_dub sn_generic",
    "tom": "drum_tom_hi_hard drum_tom_lo_hard drum_tom_mid_hard",
    "tabla": "tabla_ghe1 tabla_ghe3 tabla_ghe4 tabla_ghe5 tabla_ghe7 tabla_ke1 tabla_ke2 tabla_ke3 tabla_na tabla_na_o tabla_na_s"
    " tabla_tas1 tabla_tas2 tabla_tas3 tabla_te2 tabla_te_m tabla_te_ne tabla_tun2 tabla_tun3",
}
_VALID = {
    "loop": "arovane_beat_d loop_mika",
    "kick": "bd_klub bd_tek drum_bass_soft",
    "hihat": "drum_cymbal_closed hat_gnu hat_mess",
    "cymbal": "drum_cymbal_hard",
    "tom": "drum_tom_hi_soft drum_tom_lo_soft",
    "tabla": "tabla_dhec tabla_ghe2",
}
_OTHERS = {"bass": "bass", "glitch": "glitch", "guit": "guitar", "vinyl": "turntable"}  # by the first part of the name


def rows(folder: Path | str) -> list[Clip]:
    """One row a sample, each its own group; the label is the kind of sound."""
    folder = Path(folder)
    known = {name: (label, "train") for label, names in _TRAIN.items() for name in names.split()}
    known |= {name: (label, "valid") for label, names in _VALID.items() for name in names.split()}
    found = []
    for path in listing(CORPUS, folder, ".flac"):
        kind = _OTHERS.get(path.stem.partition("_")[0])
        label, split = known.get(path.stem, (kind, "train"))
        if label:
            found.append(clip(CORPUS, folder, path, {"label": label, "group": path.stem, "split": split}))
    return some(CORPUS, folder, found)
