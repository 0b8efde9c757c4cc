"""SpeechOcean762: English read by Mandarin speakers, half of them children, with text, sex and age."""

from __future__ import annotations

from pathlib import Path

from aural.corpora.manifest import Clip
from aural.corpora.sets._corpus import Corpus, clip, listing, some

CORPUS = Corpus(
    name="speechocean762",
    about="5,000 sentences of 250 people (half of them under 16); 16 kHz mono wav",
    licence='free "for both commercial and non-commercial purposes" (known as CC BY 4.0, not stated in the repository)',
    told_by="README.md of the repository",
    source="https://github.com/jimbozhang/speechocean762",
    commit="613968e3b0b789fc33936fb5eba1973176ba7d11",
    path="WAVE, train",
    held_out="its own test part: 125 speakers who are not in train",
    ship=True,
    sha256={
        "test/utt2spk": "061291f397f8c281ff1bf6bf388e875ab9c4cc0de66f37d8559e690af08964be",
    },
)
# fourteen of the 125 speakers of its train part
_VALID = frozenset("0131 0482 1092 1362 2089 2236 2251 2380 2430 3020 3049 6010 6048 9556".split())


def rows(folder: Path | str) -> list[Clip]:
    """Sentences of the corpus's train part by speaker, fourteen speakers to validate; text in lower case.

    Source: Zhang et al., speechocean762: An Open-Source Non-native English Speech Corpus, Interspeech 2021.
    """
    folder = Path(folder)
    files = {path.stem: path for path in listing(CORPUS, folder, ".wav")}
    tables = {name: _table(folder / "train" / name) for name in ("text", "utt2spk", "spk2gender", "spk2age")}
    found = []
    for name, speaker in tables["utt2spk"].items():
        if name not in files:
            continue
        age = tables["spk2age"].get(speaker)
        found.append(
            clip(
                CORPUS,
                folder,
                files[name],
                {
                    "text": tables["text"].get(name, "").lower(),
                    "speaker": speaker,
                    "group": speaker,
                    "gender": {"m": "male", "f": "female"}.get(tables["spk2gender"].get(speaker, "")),
                    "age": int(age) if age else None,
                    "split": "valid" if speaker in _VALID else "train",
                },
            )
        )
    return some(CORPUS, folder, found)


def _table(path: Path) -> dict[str, str]:
    """A Kaldi table: the first word of a line and the rest of it."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return {key: rest.strip() for key, _, rest in (line.replace("\t", " ").partition(" ") for line in lines)}
