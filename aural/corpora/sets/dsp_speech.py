"""DSPSpeech-20: eight English and twelve Chinese words by 34 Chinese students, twenty takes of each."""

from __future__ import annotations

import re
from pathlib import Path

from aural.corpora.manifest import Clip
from aural.corpora.sets._corpus import Corpus, clip, listing, some

CORPUS = Corpus(
    name="dsp_speech",
    about="speech, print, open ... and words like 北京, 背景 that only tones part; 13,599 clips of 2 s, 16 kHz mono wav, 890 MB",
    licence="MIT",
    told_by="LICENSE in the repository",
    source="https://github.com/zhongyuchen/DSPSpeech-20",
    commit="8165959c2567190524898e8187021c8ffb19b262",
    path="speech_data",
    held_out="nothing",
    ship=True,
)
_CHINESE = ("数字", "语音", "语言", "识别", "中国", "总工", "北京", "背景", "上海", "商行", "复旦", "饭店")
_ENGLISH = ("speech", "speaker", "signal", "process", "print", "open", "close", "project")
_WORDS = (*_CHINESE, *_ENGLISH)
_NAME = re.compile(r"(\d{11})-([01]\d)-(\d\d)")  # speaker, word, take
_VALID = 8  # each eighth speaker


def rows(folder: Path | str) -> list[Clip]:
    """Clips by speaker, each eighth to validate on; language `en` or `zh`."""
    folder = Path(folder)
    known = [(path, name) for path in listing(CORPUS, folder, ".wav") if (name := _NAME.fullmatch(path.stem))]
    valid = set(sorted({name[1] for _, name in known})[_VALID - 1 :: _VALID])
    found = []
    for path, name in known:
        speaker, word = name[1], _WORDS[int(name[2])]
        fields = {
            "label": word, "text": word, "speaker": speaker, "group": speaker,
            "language": "en" if word in _ENGLISH else "zh", "split": "valid" if speaker in valid else "train",
        }  # fmt: skip
        found.append(clip(CORPUS, folder, path, fields))
    return some(CORPUS, folder, found)
