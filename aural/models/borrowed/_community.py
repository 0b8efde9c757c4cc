"""What the two community-1 pages share: the archive that carries them, and what may be done with them."""

from __future__ import annotations

from aural.archives import Archive, Member
from aural.models.card import Licences

WHEEL = Archive(
    "moonshine-voice",
    "0.1.0",
    "moonshine_voice-0.1.0-py3-none-manylinux_2_34_x86_64.whl",
    "0f833deb43bad5dcfb4cfd3257b6df83ef9abd3f27be3199622fe41932e8d916",
    56_369_045,
)
_LIBRARY = "moonshine_voice/libmoonshine.so"

LICENCES = Licences(
    code="not used",
    weights="CC-BY-4.0 (attribution: pyannote.audio, H. Bredin; embedding: WeSpeaker, trained on VoxCeleb)",
    data="unknown",
    commercial=True,
    told_by="general knowledge of pyannote/speaker-diarization-community-1, which the carrier names; it says only MIT itself",
)


def piece(offset: int, size: int) -> Member:
    """Bytes of the library file of the archive: data only, nothing of it is ever run."""
    return Member(WHEEL, _LIBRARY, offset, size)
