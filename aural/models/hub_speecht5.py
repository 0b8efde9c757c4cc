"""SpeechT5 (Ao et al. 2022): a spectrogram letter by letter in the voice of a vector, and the HiFi-GAN that makes it sound."""

from __future__ import annotations

from pathlib import Path
from typing import Any, final

import numpy as np

from aural.errors import UsageError, reason
from aural.models.face import Prosody
from aural.models.hub_voices import Parts, Voice


@final
class SpeechT5(Voice):
    """Its speaker is a vector out of a file; without one zeros stand there, which is nobody's voice."""

    longest = 300  # letters; its positions end at 450 or 600

    def __init__(self, parts: Parts, vocoder: Any) -> None:
        super().__init__(parts)
        self._vocoder, self._width = vocoder, int(parts.net.config.speaker_embedding_dim)

    def close(self) -> None:
        super().close()
        del self._vocoder

    def notes(self, voice: str) -> tuple[str, ...]:
        """That nobody's voice is heard where no vector was given."""
        told = f"{self.card.name} was given no speaker and speaks with a vector of zeros, which is nobody's voice"
        return () if voice else (f"{told}: --voice FILE.npy takes {self._width} numbers (an x-vector)",)

    def _check(self, voice: str) -> None:
        self._vector(voice)

    def _vector(self, voice: str) -> np.ndarray:
        """Raises: UsageError for a file that holds no such vector."""
        if not voice:
            return np.zeros(self._width, np.float32)
        path = Path(voice).expanduser()
        fix = f"Give a file .npy of {self._width} numbers"
        if path.suffix != ".npy" or not path.is_file():
            raise UsageError(f"there is no file {voice:.80} with a vector of a speaker", where="--voice", fix=fix)
        try:
            vector = np.load(path, allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise UsageError(f"{path.name} cannot be read ({reason(error)})", where="--voice", fix=fix) from error
        if vector.size != self._width or vector.dtype.kind not in "fiu" or not np.isfinite(vector).all():
            raise UsageError(f"{path.name} holds no {self._width} numbers", where="--voice", fix=fix)
        return np.asarray(vector, np.float32).reshape(-1)

    def _made(self, text: str, prosody: Prosody) -> tuple[np.ndarray, list[tuple[float, float]]]:
        ids = self._tokenizer(text, return_tensors="pt")["input_ids"].to(self._net.device)
        vector = self._torch.from_numpy(self._vector(prosody.voice))[None].to(self._net.device)
        told = self._net.generate_speech(ids, speaker_embeddings=vector, vocoder=self._vocoder)
        return told.float().cpu().numpy().reshape(-1), []
