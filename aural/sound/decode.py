"""Recordings as blocks of samples: the only file that decodes (PyAV), and it answers in aural's own errors."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, BinaryIO, final

import av
import av.error
import av.stream
import numpy as np
from numpy.typing import NDArray

from aural.errors import DamagedSound, EmptySound, NotASound, SoundError, UnreadableSound, reason
from aural.sound.blocks import between
from aural.sound.containers import other_kind, recording_kind
from aural.sound.resample import Resampler

Samples = NDArray[np.float32]

LOWEST_RATE, HIGHEST_RATE, MOST_CHANNELS = 1_000, 1_536_000, 64
_HEAD = 4096
_LOUDEST = 2.0**32  # beyond this a float sample is noise of a damaged file: its square would overflow
_FRUITLESS = 64 << 20  # bytes that may be read, beyond three times the file, without one new sample
_SEEK_FROM = 60  # seconds: what lies nearer to the start is decoded and dropped
_EXACT = ("wav", "flac", "aiff")  # containers whose time stamps count samples
_PLANES = 8  # pointers in a frame of the decoder
_GIVE_UP = 1000  # errors in a row after which a file is not read on

# Only containers and codecs of recordings: no playlists, pictures, devices or text, so nothing
# inside a file can make the decoder open another file or an address.
_CONTAINERS = (
    "wav,w64,flac,ogg,mp3,aac,loas,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,asf,aiff,amr,caf,au,ac3,eac3,dts,wv,tta,ape,mpc,mpc8,"
    "mpeg,mpegts,avi,flv,voc,tak,dsf"
)
_CODECS = (
    "aac,aac_latm,ac3,eac3,adpcm_ms,adpcm_ima_wav,adpcm_ima_qt,adpcm_yamaha,adpcm_swf,g722,g726,g726le,g723_1,g729,alac,als,"
    "amrnb,amrwb,libopencore_amrnb,libopencore_amrwb,ape,atrac3,atrac3plus,cook,dca,dsd_lsbf,dsd_msbf,dsd_lsbf_planar,"
    "dsd_msbf_planar,flac,gsm,gsm_ms,ilbc,mace3,mace6,mlp,truehd,mp1,mp1float,mp2,mp2float,mp3,mp3float,mpc7,mpc8,nellymoser,"
    "opus,libopus,pcm_alaw,pcm_mulaw,pcm_f16le,pcm_f24le,pcm_f32be,pcm_f32le,pcm_f64be,pcm_f64le,pcm_s8,pcm_s16be,pcm_s16le,"
    "pcm_s24be,pcm_s24le,pcm_s32be,pcm_s32le,pcm_s64be,pcm_s64le,pcm_u8,pcm_u16be,pcm_u16le,pcm_u24be,pcm_u24le,pcm_u32be,"
    "pcm_u32le,pcm_bluray,pcm_dvd,qcelp,qdm2,qdmc,shorten,sipr,speex,tak,truespeech,tta,vorbis,wavpack,wmalossless,wmapro,"
    "wmav1,wmav2,wmavoice"
)
_FULL_SCALE = {"u8": 128.0, "s16": 32768.0, "s32": 2147483648.0, "s64": 9223372036854775808.0}

# Each error class of the decoder and what it means here; a test fails when one is missing.
_MEANING: dict[str, type[SoundError]] = {
    name: kind
    for kind, names in {
        NotASound: "BSFNotFoundError DecoderNotFoundError DemuxerNotFoundError EncoderNotFoundError ExperimentalError LookupError "
        "FilterNotFoundError MuxerNotFoundError NotImplementedError OptionNotFoundError PatchWelcomeError ProtocolNotFoundError",
        DamagedSound: "ArgumentError BufferTooSmallError BugError EOFError ExternalError FFmpegError InputChangedError "
        "InvalidDataError MemoryError OutputChangedError OverflowError PyAVCallbackError UndefinedError UnknownError ExitError "
        "ValueError",
        UnreadableSound: "BlockingIOError BrokenPipeError ChildProcessError ConnectionAbortedError ConnectionRefusedError "
        "ConnectionResetError FileExistsError FileNotFoundError HTTPBadRequestError HTTPClientError HTTPError HTTPForbiddenError "
        "HTTPNotFoundError HTTPOtherClientError HTTPServerError HTTPTooManyRequestsError HTTPUnauthorizedError InterruptedError "
        "IsADirectoryError NotADirectoryError OSError PermissionError ProcessLookupError TimeoutError",
    }.items()
    for name in names.split()
}


@dataclass(frozen=True)
class Encoding:
    """How a recording is stored: container and codec by the decoder's names, Hz, channels, bits a sample (or None)."""

    container: str
    codec: str
    sample_rate: int
    channels: int
    bits: int | None
    promised: float | None  # seconds that the header claims; not to be trusted


@final
class Decoder:
    """One pass over a recording: `with Decoder(file, where) as decoder: for samples in decoder.pieces(): ...`

    `file` is seekable and read only. Samples come at the stored rate with all channels, float32 in
    -1..1 for stored integers. What cannot be decoded is left out and counted: `damaged` packets and
    `notes` say so after the pass. Raises: NotASound, DamagedSound, EmptySound, UnreadableSound.
    """

    def __init__(self, file: BinaryIO, where: str = "") -> None:
        self.where, self.damaged, self.notes = where, 0, list[str]()
        self._decoded = 0
        try:
            self._reader = _Reader(file)
            self._head = self._reader.head()
        except OSError as error:
            raise UnreadableSound(f"the bytes could not be read ({reason(error)})", where=where, fix="Check the disk") from None
        self._kind = recording_kind(self._head)
        self._refuse_others()
        try:
            self._container: Any = av.open(
                self._reader, "r", metadata_errors="ignore", buffer_size=1 << 16,
                container_options=_ways(self._kind),
            )  # fmt: skip
        except SoundError:
            raise
        except Exception as error:  # PyAV also lets builtin errors through
            raise self._meaning(error) from None
        try:
            self._stream = self._sounding_stream()
            self.encoding = self._encoding()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Decoder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the decoder; the file stays open."""
        self._container.close()

    def pieces(self, first: int = 0) -> Iterator[Samples]:
        """The samples from number `first` on, as pieces [C, t] of about a second, rate and channels as `encoding` says.

        Where rate or channels change inside the recording, what follows is converted to the first ones.
        A `first` behind the end gives no piece.
        """
        held: list[Samples] = []
        count = total = odd = 0
        frames = self._frames()
        if first > _SEEK_FROM * self.encoding.sample_rate and self._kind in _EXACT:
            frames, total = self._sought(first)
        for samples in between(self._counted(frames), max(0, first - total), None):
            clean = np.isfinite(samples) & (np.abs(samples) < _LOUDEST)
            if not clean.all():
                odd += int(clean.size - clean.sum())
                samples = np.where(clean, samples, np.float32(0))
            held.append(samples)
            count += samples.shape[1]
            if count >= self.encoding.sample_rate:
                yield np.concatenate(held, axis=1)
                held, count = [], 0
        if held:
            yield np.concatenate(held, axis=1)
        if not self._decoded:
            raise self._nothing()
        if odd:
            self.notes.append(f"{odd} samples were no numbers and count as silence")
        if self.damaged:
            self.notes.append(f"{self.damaged} damaged packets were left out")

    def _counted(self, frames: Iterator[Any]) -> Iterator[Samples]:
        for samples in self._steady(frames):
            self._decoded += samples.shape[1]
            yield samples

    def _sought(self, first: int) -> tuple[Iterator[Any], int]:
        """Frames from a little before sample `first` on, and the number of the sample they begin with.

        Only for containers whose time stamps count samples, so that the place is exact.
        """
        place = Fraction(first, self.encoding.sample_rate) - 1
        with contextlib.suppress(av.error.FFmpegError):
            self._container.seek(int(place / self._stream.time_base), stream=self._stream)
            frames = self._frames()
            head = next(frames, None)
            if head is not None and head.pts is not None:
                at = round(head.pts * head.time_base * self.encoding.sample_rate)
                if 0 <= at <= first:
                    return itertools.chain([head], frames), at
        with contextlib.suppress(av.error.FFmpegError):
            self._container.seek(0, stream=self._stream)
        return self._frames(), 0

    def _frames(self) -> Iterator[Any]:
        """Decoded frames; errors are counted, and reading goes on behind them."""
        failures = 0
        while failures < _GIVE_UP:
            try:
                for packet in self._container.demux(self._stream):
                    try:
                        frames = packet.decode()
                    except av.error.EOFError:
                        return
                    except (ArithmeticError, av.error.FFmpegError, LookupError, RuntimeError, ValueError):
                        self.damaged += 1
                        failures += 1
                        if failures >= _GIVE_UP or self._reader.spent:
                            return
                        continue
                    if frames:
                        failures = 0
                        self._reader.fruitful()
                    yield from frames
                return
            except av.error.EOFError:
                return
            except av.error.FFmpegError as error:
                if self._reader.fault is not None:
                    raise self._meaning(error) from None
                self.damaged += 1
                failures += 1
                if self._reader.at_end or self._reader.spent:
                    return
            except OSError as error:
                raise self._meaning(error) from None

    def _steady(self, frames: Iterator[Any]) -> Iterator[Samples]:
        """Frames as [C, t] at the rate and with the channels of the first one."""
        mover: Resampler | None = None
        for frame in frames:
            try:
                samples = _as_float(frame)
            except (ArithmeticError, av.error.FFmpegError, LookupError, RuntimeError, TypeError, ValueError):
                self.damaged += 1
                continue
            rate = frame.sample_rate or self.encoding.sample_rate
            if samples.shape[0] != self.encoding.channels:
                samples = np.repeat(samples.mean(axis=0, keepdims=True), self.encoding.channels, axis=0)
                self._note("the number of channels changes inside the recording")
            if mover is not None and mover.from_rate != rate:
                yield mover.finish()
                mover = None
            if rate != self.encoding.sample_rate:
                if not LOWEST_RATE <= rate <= HIGHEST_RATE:
                    self.damaged += 1
                    continue
                self._note("the sample rate changes inside the recording")
                mover = mover or Resampler(rate, self.encoding.sample_rate, self.encoding.channels)
                samples = mover.push(samples)
            yield samples
        if mover is not None:
            yield mover.finish()

    def _note(self, words: str) -> None:
        if words not in self.notes:
            self.notes.append(words)

    def _sounding_stream(self) -> Any:
        """The recording's sound track; every other track is skipped unread."""
        tracks = self._container.streams
        if not tracks.audio:
            held = ", ".join(sorted({s.type or "unknown" for s in tracks})) or "no track at all"
            raise NotASound(f"this {self._kind or 'file'} holds no sound track ({held})", where=self.where,
                            fix="Give a file that can be heard in a player")  # fmt: skip
        best = tracks.best("audio") or tracks.audio[0]
        skip = getattr(av.stream, "Discard", None)  # older PyAV has none: there other tracks are read and dropped
        for track in tracks:
            if skip is not None and track.index != best.index:
                track.discard = skip.all
        if best.codec_context is None:
            raise NotASound(f"the kind of sound in this {self._kind or 'file'} is not known here", where=self.where, fix=_CONVERT)
        best.codec_context.thread_count = 1
        return best

    def _encoding(self) -> Encoding:
        context = self._stream.codec_context
        rate, channels = int(context.sample_rate or 0), int(context.channels or 0)
        if not 1 <= channels <= MOST_CHANNELS:
            raise self._damaged(f"the header tells of {channels} channels; aural reads 1 to {MOST_CHANNELS}")
        if not LOWEST_RATE <= rate <= HIGHEST_RATE:
            raise self._damaged(f"the header tells of {rate} samples a second; aural reads {LOWEST_RATE} to {HIGHEST_RATE}")
        length = self._stream.duration
        promised = float(length * self._stream.time_base) if length else None
        if promised is None and self._container.duration:
            promised = self._container.duration / 1_000_000
        if promised is not None and promised <= 0:
            promised = None
        kind = self._kind or str(self._container.format.name).split(",")[0]
        codec = str(context.codec.canonical_name)
        return Encoding(kind, codec, rate, channels, _bits(codec, context.format.name if context.format else ""), promised)

    def _refuse_others(self) -> None:
        if not self._head:
            raise EmptySound("this file is empty (0 bytes)", where=self.where, fix="Record or copy it again")
        looks = other_kind(self._head)
        if looks:
            raise NotASound(f"this is no recording but {looks}", where=self.where, fix=_GIVE)

    def _nothing(self) -> SoundError:
        if self.damaged:
            return self._damaged(f"nothing of this {self._kind or 'recording'} could be decoded ({self.damaged} damaged packets)")
        return EmptySound(f"this {self._kind or 'recording'} holds no samples", where=self.where, fix="Record or copy it again")

    def _meaning(self, error: Exception) -> SoundError:
        """The aural error for one of the decoder's."""
        kind = meaning_of(type(error))
        if self._reader.fault is not None:
            error = self._reader.fault
            return UnreadableSound(f"the bytes could not be read ({reason(error)})", where=self.where, fix="Check the disk")
        if not self._kind:
            return NotASound("these bytes are no recording that is known here", where=self.where, fix=_GIVE)
        if kind is NotASound:
            return NotASound(f"this kind of {self._kind} is not known here", where=self.where, fix=_CONVERT)
        return self._damaged(f"this begins like {self._kind} but is damaged or cut off")

    def _damaged(self, what: str) -> DamagedSound:
        return DamagedSound(what, where=self.where, fix="Copy or download it again, or convert it to wav first")


_GIVE = "Give a sound file such as wav, flac, mp3, m4a, ogg, opus, webm or mp4"
_CONVERT = "Convert it to wav or flac first"


def meaning_of(error: type[BaseException]) -> type[SoundError]:
    """The aural class for an error class of the decoder, the nearest named ancestor deciding."""
    if issubclass(error, OSError) and not issubclass(error, av.error.FFmpegError):
        return UnreadableSound
    return next((_MEANING[c.__name__] for c in error.__mro__ if c.__name__ in _MEANING), DamagedSound)


def _ways(kind: str) -> dict[str, str]:
    """What the decoder is told about a container."""
    ways = {"format_whitelist": _CONTAINERS, "codec_whitelist": _CODECS}
    if kind == "wav":  # larger packets; and a short look only for other codecs that pass themselves off as plain samples
        ways |= {"max_size": "65536", "max_probe_packets": "1"}
    return ways


def _bits(codec: str, decoded: str) -> int | None:
    """Bits of a stored sample; None where a codec does not store samples."""
    if codec.startswith("pcm_"):
        digits = "".join(c for c in codec[4:] if c.isdigit())
        return int(digits) if digits else 8
    if codec.startswith("adpcm_"):
        return 4
    if codec in ("flac", "alac", "wavpack", "tta", "ape", "shorten", "tak", "wmalossless", "mlp", "truehd"):
        return {"u8": 8, "s16": 16, "s32": 24}.get(decoded.removesuffix("p"))
    return None


def _as_float(frame: Any) -> Samples:
    """A decoded frame as float32 [C, t]. Raises: ValueError for a frame that cannot be."""
    channels = frame.layout.nb_channels
    if not 1 <= channels <= MOST_CHANNELS:
        raise ValueError(f"{channels} channels")
    if frame.format.is_planar and channels >= _PLANES:
        # PyAV looks for a null behind the last plane; from 8 planes on there is none, and it reads on
        (frame,) = av.AudioResampler(format=frame.format.packed.name).resample(frame)
    name = frame.format.name
    values = frame.to_ndarray()
    if not frame.format.is_planar:
        values = values.reshape(-1, channels).T
    if values.shape[0] != channels:
        raise ValueError(f"{values.shape[0]} planes for {channels} channels")
    if values.dtype.kind == "f":
        return np.ascontiguousarray(values, dtype=np.float32)
    scale = np.float32(1 / _FULL_SCALE[name.removesuffix("p")])
    floats = values.astype(np.float32)
    if name.startswith("u8"):
        floats -= 128
    return np.ascontiguousarray(floats * scale)


@final
class _Reader:
    """The file as the decoder sees it: without a name, without writing, and with a bound on reading in circles."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.fault: OSError | None = None
        self._size = file.seek(0, 2)
        self._budget = self._full = 3 * self._size + _FRUITLESS
        file.seek(0)

    def head(self) -> bytes:
        """The first bytes."""
        first = self._file.read(_HEAD)
        self._file.seek(0)
        return first

    @property
    def spent(self) -> bool:
        """True when the decoder has read in circles."""
        return self._budget <= 0

    @property
    def at_end(self) -> bool:
        return self._file.tell() >= self._size

    def fruitful(self) -> None:
        """New samples came: the bound starts anew."""
        self._budget = self._full

    def read(self, count: int) -> bytes:
        if self._budget <= 0:
            return b""
        try:
            data = self._file.read(count)
        except OSError as error:
            self.fault = error  # what else the decoder calls an input error lies in the data
            raise
        self._budget -= len(data) + 16
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()
