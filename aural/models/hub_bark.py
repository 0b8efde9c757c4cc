"""Bark (Suno 2023): three nets draw what is said, and a codec makes it sound; its voices are files of what they once drew."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import final

import numpy as np

from aural.errors import ModelRefused, reason
from aural.models.face import Prosody
from aural.models.hub_voices import Parts, Voice

_LIST = "speaker_embeddings_path.json"
_RANKS = {"semantic_prompt": 1, "coarse_prompt": 2, "fine_prompt": 2}  # how many axes each array has
Files = Mapping[str, Mapping[str, str]]


def presets(folder: Path) -> dict[str, dict[str, str]]:
    """Voice -> the file of each of its arrays, English ones first; empty where the checkpoint lists none.

    Raises: ModelRefused for a list that cannot be read, or that leads out of the folder or to a pickle.
    """
    if not (folder / _LIST).is_file():
        return {}
    try:
        plain = json.loads((folder / _LIST).read_text(encoding="utf-8"))
        found = {str(n): {part: str(files[part]) for part in _RANKS} for n, files in plain.items() if isinstance(files, dict)}
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise ModelRefused(f"{_LIST} cannot be read ({reason(error)})", where=folder.name, fix="Fetch it again") from error
    for file in (file for files in found.values() for file in files.values()):
        path = PurePosixPath(file)
        if path.is_absolute() or ".." in path.parts or "\\" in file or path.suffix != ".npy":
            raise ModelRefused(f"{_LIST} names {file!r:.80}, which is no array within the checkpoint", where=folder.name)
    return dict(sorted(found.items(), key=lambda pair: "en_" not in pair[0]))


@final
class Bark(Voice):
    """A sentence is drawn anew each time; the seed says how."""

    longest = 160  # letters: it draws 14 s at most, and stops in the middle of what is longer

    def __init__(self, parts: Parts, files: Files, fetch: Callable[[str], Path]) -> None:
        super().__init__(parts)
        self._files, self._fetch = files, fetch

    def _known(self, text: str) -> bool:
        """True when no part of a word is unknown to the word pieces."""
        return self._tokenizer.unk_token not in self._tokenizer.tokenize(text)

    def _made(self, text: str, prosody: Prosody) -> tuple[np.ndarray, list[tuple[float, float]]]:
        most = int(self._net.generation_config.semantic_config["max_input_semantic_length"])
        told = self._tokenizer(
            text, return_tensors="pt", padding="max_length", max_length=most, add_special_tokens=False,
            return_attention_mask=True, return_token_type_ids=False,
        ).to(self._net.device)  # fmt: skip
        prompt = {name: self._torch.from_numpy(a).to(self._net.device) for name, a in self._prompt(prosody.voice).items()}
        drawn = self._net.generate(**told, history_prompt=prompt or None)
        return drawn.float().cpu().numpy().reshape(-1), []

    def _prompt(self, voice: str) -> dict[str, np.ndarray]:
        """The arrays of a voice. Raises: ModelMissing, ModelRefused for what is no array of whole numbers."""
        arrays = {}
        for name, file in self._files.get(voice, {}).items():
            try:
                array = np.load(self._fetch(file), allow_pickle=False)
            except (OSError, ValueError, EOFError) as error:
                raise ModelRefused(f"{file} cannot be read ({reason(error)})", where=self.card.name) from error
            if array.ndim != _RANKS[name] or array.dtype.kind not in "iu":
                raise ModelRefused(f"{file} holds no {name} of Bark", where=self.card.name)
            arrays[name] = array.astype(np.int64)
        return arrays
