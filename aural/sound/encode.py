"""Sound files written in blocks: wav by own hand, flac, ogg, opus, mp3, m4a and others through PyAV."""

from __future__ import annotations

import contextlib
import io
import struct
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, final

import av
import av.error
import numpy as np
from numpy.typing import NDArray

from aural.errors import LimitReached, UsageError, reason
from aural.files import disk_error, written
from aural.sound.resample import Resampler

if TYPE_CHECKING:
    from aural.sound.sound import Sound

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class _Way:
    """How one extension is written. `rates`: those the codec knows, None = any; `most`: channels."""

    container: str
    codec: str
    rates: tuple[int, ...] | None = None
    most: int = 8
    layout: int | None = None  # the only number of channels that the encoder can write
    bitrate: int = 0  # bit/s for each channel where the encoder has no default of its own


_SPEECH_RATES = (8000, 12000, 16000, 24000, 48000)
_MPEG_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
_WAYS = {
    "flac": _Way("flac", "flac"),
    "ogg": _Way("ogg", "vorbis", (8000, 11025, 16000, 22050, 32000, 44100, 48000), 2, 2),
    "opus": _Way("ogg", "libopus", _SPEECH_RATES, 2),
    "mp3": _Way("mp3", "libmp3lame", _MPEG_RATES, 2),
    "aac": _Way("adts", "aac", _MPEG_RATES, 2),
    "m4a": _Way("ipod", "aac", _MPEG_RATES, 2),
    "mp4": _Way("mp4", "aac", _MPEG_RATES, 2),
    "webm": _Way("webm", "libopus", _SPEECH_RATES, 2),
    "wma": _Way("asf", "wmav2", (8000, 11025, 16000, 22050, 32000, 44100, 48000), 2, bitrate=64_000),
    "aiff": _Way("aiff", "pcm_s16be"),
    "amr": _Way("amr", "libopencore_amrnb", (8000,), 1),
    "mulaw": _Way("wav", "pcm_mulaw"),
    "adpcm": _Way("wav", "adpcm_ima_wav", None, 2),
    "g722": _Way("wav", "g722", (16000,), 1),
}
STREAMED = ("mp3", "aac", "opus", "ogg")  # formats that are played before they are whole
_ALIASES = {"wave": "wav", "oga": "ogg", "aif": "aiff", "mpeg": "mp3"}


def formats() -> tuple[str, ...]:
    """Every format that `Writer` and `encode` know."""
    return ("wav", *_WAYS)


def format_of(path: Path) -> str:
    """The format that the extension of `path` asks for. Raises: UsageError when it is none of ours."""
    name = path.suffix.lower().lstrip(".")
    name = _ALIASES.get(name, name)
    if name not in formats():
        raise UsageError(f"a sound cannot be written as {path.suffix or 'a file without extension'}", where=str(path),
                         fix="Use one of: .wav .flac .ogg .opus .mp3 .m4a")  # fmt: skip
    return name


def encode(
    sound: Sound, format: str = "wav", *, bits: int = 16, bitrate: int | None = None, tags: Mapping[str, str] | None = None
) -> bytes:
    """The bytes of a sound file. `format` as an extension without dot; the rest as in `Writer`."""
    out = io.BytesIO()
    packer = _packer(out, format, sound.sample_rate, sound.channels, bits, bitrate, tags)
    try:
        packer.write(sound.samples)
        packer.finish()
    except BaseException:
        packer.abandon()
        raise
    return out.getvalue()


def streamed(
    blocks: Iterable[Samples], format: str, sample_rate: int, channels: int = 1, *, tags: Mapping[str, str] | None = None
) -> Iterator[bytes]:
    """The bytes of a sound while its blocks [C, t] still come; what a container writes into its head at the end is left out.

    Raises: UsageError for containers that cannot be read without it.
    """
    if format not in STREAMED:
        raise UsageError(f"{format} is no stream", fix=f"Use one of: {', '.join(STREAMED)}")
    out, given = io.BytesIO(), 0
    packer = _packer(out, format, sample_rate, channels, 16, None, tags)
    try:
        for samples in blocks:
            packer.write(samples)
            if new := out.getbuffer()[given:].tobytes():
                given += len(new)
                yield new
        packer.finish()
    except BaseException:
        packer.abandon()
        raise
    if last := out.getvalue()[given:]:
        yield last


@final
class Writer:
    """A sound file that grows block by block and appears under its name only when it is whole.

    `with Writer(path, sample_rate, channels) as out: out.write(samples [C, t])`. The extension
    decides the format, `format` overrules it. `bits`: 16, 24 (wav, flac) or 32 (float, wav only).
    `bitrate` (bit/s) for what loses. Values outside -1..1 are clamped, NaN becomes 0. Rates that a
    codec does not know are resampled to the next higher one. `tags`: what players show of a file (title,
    artist, comment, ...). Raises: UsageError, LimitReached (disk full).
    """

    def __init__(self, path: str | Path, sample_rate: int, channels: int, *, format: str | None = None, bits: int = 16,
                 bitrate: int | None = None, tags: Mapping[str, str] | None = None) -> None:  # fmt: skip
        self.path = Path(path)
        self.format = format or format_of(self.path)
        self.sample_rate, self.channels = sample_rate, channels
        self._bits, self._bitrate, self._tags = bits, bitrate, dict(tags or {})
        self._stack = contextlib.ExitStack()
        self._packer: _Packer | None = None

    def __enter__(self) -> Writer:
        out = self._stack.enter_context(written(self.path))
        try:
            self._packer = _packer(out, self.format, self.sample_rate, self.channels, self._bits, self._bitrate, self._tags)
        except BaseException as error:
            self._stack.__exit__(type(error), error, error.__traceback__)
            raise
        return self

    def write(self, samples: Samples) -> None:
        """Append [C, t]."""
        if self._packer is None:
            raise UsageError("this writer is not open", where=str(self.path), fix="Use it in a with block")
        try:
            self._packer.write(samples)
        except OSError as error:
            raise disk_error(error, self.path) from error

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        packer, self._packer = self._packer, None
        try:
            if error is None and packer is not None:
                packer.finish()
        except BaseException as late:
            if packer is not None:
                packer.abandon()
            self._stack.__exit__(type(late), late, late.__traceback__)
            raise
        if error is not None and packer is not None:
            packer.abandon()
        self._stack.__exit__(kind, error, trace)


class _Packer(ABC):
    """Turns samples into the bytes of one format."""

    @abstractmethod
    def write(self, samples: Samples) -> None: ...

    @abstractmethod
    def finish(self) -> None: ...

    @abstractmethod
    def abandon(self) -> None:
        """Let go of what is held; the bytes so far are of no use."""


def _packer(
    out: IO[bytes], format: str, rate: int, channels: int, bits: int, bitrate: int | None, tags: Mapping[str, str] | None = None
) -> _Packer:
    if bits not in (16, 24, 32):
        raise UsageError(f"{bits} bits a sample cannot be written", fix="Use 16, 24 or 32 (float)")
    if format == "wav":
        return _Wav(out, rate, channels, bits, tags)
    if format not in _WAYS:
        raise UsageError(f"a sound cannot be written as {format!r}", fix=f"Use one of: {', '.join(formats())}")
    if channels > _WAYS[format].most:
        raise UsageError(f"{format} holds at most {_WAYS[format].most} channels, not {channels}", fix="Make it mono, or write wav")
    return _Coded(out, _WAYS[format], rate, channels, bits, bitrate, tags or {})


def _clean(samples: Samples) -> Samples:
    return np.clip(np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0), -1.0, 1.0)


def _integers(samples: Samples, bits: int) -> NDArray[np.int32]:
    """Clamped floats as integers of `bits`; what came from such integers comes back as the same ones."""
    full = float(1 << (bits - 1))
    return np.clip(np.rint(_clean(samples).astype(np.float64) * full), -full, full - 1).astype(np.int32)


@final
class _Wav(_Packer):
    """RIFF/WAVE, RF64 when it grows beyond 4 GiB; the lengths are written when they are known."""

    def __init__(self, out: IO[bytes], rate: int, channels: int, bits: int, tags: Mapping[str, str] | None = None) -> None:
        self._out, self._bits, self._channels, self._written = out, bits, channels, 0
        self._told = _info(tags or {})
        frame = channels * bits // 8
        kind = 3 if bits == 32 else 1
        form = struct.pack("<HHIIHH", kind, channels, rate, min(rate * frame, 0xFFFFFFFF), frame, bits)
        if bits == 32:
            form += struct.pack("<H", 0)
        # the JUNK chunk keeps the place that RF64 needs for 64-bit lengths
        out.write(b"RIFF\0\0\0\0WAVE" + b"JUNK" + struct.pack("<I", 28) + bytes(28))
        out.write(b"fmt " + struct.pack("<I", len(form)) + form + b"data\0\0\0\0")
        self._head = 12 + 36 + 8 + len(form) + 8

    def write(self, samples: Samples) -> None:
        if self._bits == 32:
            data = np.ascontiguousarray(np.nan_to_num(samples).T, dtype="<f4").tobytes()
        else:
            whole = _integers(samples, self._bits).T
            if self._bits == 16:
                data = np.ascontiguousarray(whole, dtype="<i2").tobytes()
            else:
                data = np.ascontiguousarray(whole, dtype="<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
        self._out.write(data)
        self._written += len(data)

    def finish(self) -> None:
        if self._written % 2:
            self._out.write(b"\0")
        self._out.write(self._told)
        riff = self._head + self._written + self._written % 2 + len(self._told) - 8
        if riff < 0xFFFFFFFF:
            self._patch(4, struct.pack("<I", riff))
            self._patch(self._head - 4, struct.pack("<I", self._written))
            return
        count = self._written // (self._channels * self._bits // 8)
        self._patch(0, b"RF64" + b"\xff" * 4)
        self._patch(12, b"ds64" + struct.pack("<IQQQI", 28, riff, self._written, count, 0))
        self._patch(self._head - 4, b"\xff" * 4)

    def abandon(self) -> None:
        return

    def _patch(self, at: int, data: bytes) -> None:
        self._out.seek(at)
        self._out.write(data)
        self._out.seek(0, 2)


@final
class _Coded(_Packer):
    """What PyAV writes."""

    def __init__(self, out: IO[bytes], way: _Way, rate: int, channels: int, bits: int, bitrate: int | None,
                 tags: Mapping[str, str]) -> None:  # fmt: skip
        if bits == 32:
            raise UsageError("only wav holds 32-bit floats", fix="Use 16 or 24 bits, or write wav")
        self._bits = bits
        self._channels = way.layout or channels
        self._rate = _next_rate(rate, way.rates)
        self._mover = Resampler(rate, self._rate, channels) if self._rate != rate else None
        self._at = 0
        self._container: Any = av.open(_Sink(out), "w", format=way.container, container_options={"fflags": "+bitexact"})
        try:
            stream: Any = self._container.add_stream(way.codec, rate=self._rate)
            context = stream.codec_context
            context.layout = _layout(self._channels)
            if way.codec == "flac":
                context.format = "s32" if bits == 24 else "s16"
                context.options = {"bits_per_raw_sample": str(bits)}
            if way.codec == "vorbis":
                context.options = {"strict": "experimental"}
            if bitrate or way.bitrate:
                context.bit_rate = bitrate or way.bitrate * self._channels
            context.open()
            self._container.metadata.update(tags)
        except (av.error.FFmpegError, ValueError) as error:
            self.abandon()
            raise UsageError(f"{way.codec} cannot be written like this ({reason(error)})", fix="Try wav or flac") from None
        self._stream = stream
        if way.codec == "wmav2":  # decoders drop two frames, the encoder is late by one only
            self._feed(np.zeros((channels, 512 if self._rate <= 16000 else 1024 if self._rate <= 22050 else 2048), np.float32))

    def write(self, samples: Samples) -> None:
        if self._mover is not None:
            samples = self._mover.push(samples)
        self._feed(samples)

    def finish(self) -> None:
        if self._mover is not None:
            self._feed(self._mover.finish())
        self._mux(None)
        self._container.close()

    def abandon(self) -> None:
        # while the file is still there: the container writes once more when it goes
        with contextlib.suppress(av.error.FFmpegError, OSError, ValueError):
            self._container.close()

    def _feed(self, samples: Samples) -> None:
        if not samples.shape[1]:
            return
        if samples.shape[0] < self._channels:
            samples = np.repeat(samples, self._channels, axis=0)
        for at in range(0, samples.shape[1], 1 << 16):
            self._mux(self._frame(samples[:, at : at + (1 << 16)]))

    def _frame(self, samples: Samples) -> Any:
        if self._stream.codec_context.format.name.startswith("s32"):
            values: NDArray[Any] = _integers(samples, 24) << 8
        elif self._stream.codec_context.format.name.startswith("s16") or self._stream.codec_context.name.startswith("pcm"):
            values = _integers(samples, 16).astype(np.int16)
        else:
            values = _clean(samples)
        kind = {"int32": "s32", "int16": "s16", "float32": "flt"}[values.dtype.name]
        flat = np.ascontiguousarray(values.T).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(flat, format=kind, layout=_layout(self._channels))
        frame.sample_rate, frame.pts = self._rate, self._at
        self._at += samples.shape[1]
        return frame

    def _mux(self, frame: Any) -> None:
        try:
            for packet in self._stream.encode(frame):
                self._container.mux(packet)
        except av.error.MemoryError as error:
            raise LimitReached("there is not enough memory to write this sound") from error


# What RIFF calls the tags that it has a place for (Multimedia Programming Interface 1.0, 1991); others go to the comment.
_INFO = {"title": b"INAM", "artist": b"IART", "comment": b"ICMT", "copyright": b"ICOP", "encoder": b"ISFT", "genre": b"IGNR"}


def _info(tags: Mapping[str, str]) -> bytes:
    """The LIST chunk of a wav file that holds its tags; nothing without any."""
    named = {name: told for name, told in tags.items() if name in _INFO}
    others = [f"{name}: {told}" for name, told in tags.items() if name not in _INFO]
    if others:
        named["comment"] = "; ".join([*([named["comment"]] if "comment" in named else []), *others])
    body = b"INFO"
    for name, told in named.items():
        data = told.encode() + b"\0"
        body += _INFO[name] + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    return b"LIST" + struct.pack("<I", len(body)) + body if named else b""


def _next_rate(rate: int, known: tuple[int, ...] | None) -> int:
    if known is None or rate in known:
        return rate
    return next((k for k in known if k > rate), known[-1])


def _layout(channels: int) -> str:
    return {1: "mono", 2: "stereo", 3: "3.0", 4: "quad", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}.get(channels, f"{channels}C")


@final
class _Sink:
    """The file as the encoder sees it: without a name."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out

    def write(self, data: bytes) -> int:
        return self._out.write(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._out.seek(offset, whence)

    def tell(self) -> int:
        return self._out.tell()
