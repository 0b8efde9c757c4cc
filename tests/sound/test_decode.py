"""Decoding: containers, exact samples, odd and damaged input, and every error class of the decoder."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import av
import av.error
import numpy as np
import pytest

from aural.errors import DamagedSound, EmptySound, NotASound, SoundError
from aural.sound import Sound, Source, load
from aural.sound.containers import other_kind, recording_kind
from aural.sound.decode import _MEANING, Decoder, meaning_of
from aural.sound.encode import encode, formats


def music(channels: int = 1, rate: int = 16000, seconds: float = 1.0) -> Sound:
    t = np.arange(round(rate * seconds)) / rate
    parts = [np.sin(2 * np.pi * (300 + 200 * c) * t) * np.sin(2 * np.pi * 1.5 * t) * 0.4 for c in range(channels)]
    return Sound(np.stack(parts).astype(np.float32), rate)


def wav(data: bytes, *, channels: int = 1, rate: int = 16000, bits: int = 16, kind: int = 1, size: int | None = None) -> bytes:
    block = channels * bits // 8
    form = struct.pack("<HHIIHH", kind, channels, rate, (rate * block) & 0xFFFFFFFF, block & 0xFFFF, bits)
    length = len(data) if size is None else size
    return b"RIFF\xff\xff\xff\xffWAVEfmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", length) + data


def through_av(sound: Sound, container: str, codec: str) -> bytes:
    """A file of a codec that aural reads and does not write."""
    out = io.BytesIO()
    with av.open(out, "w", format=container) as file:
        stream = file.add_stream(codec, rate=sound.sample_rate)
        stream.codec_context.layout = {1: "mono", 2: "stereo"}[sound.channels]
        if codec in ("wavpack", "tta"):
            stream.codec_context.format = {"wavpack": "s16p", "tta": "s16"}[codec]
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(sound.samples.T).reshape(1, -1), format="flt", layout=stream.codec_context.layout.name
        )
        frame.sample_rate, frame.pts = sound.sample_rate, 0
        for part in (frame, None):
            for packet in stream.encode(part):
                file.mux(packet)
    return out.getvalue()


def level(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(samples.astype(np.float64) ** 2)))


@pytest.mark.parametrize("name", formats())
def test_every_container_decodes_to_the_same_music(name: str) -> None:
    rate = {"amr": 8000}.get(name, 16000)
    sound = music(rate=rate)
    source = Source(encode(sound, name))
    back = source.load()
    assert abs(back.duration - 1.0) < 0.1
    assert source.recording.duration == back.duration
    assert level(back.samples) == pytest.approx(level(sound.samples), rel=0.2)
    spectrum = np.abs(np.fft.rfft(back.mono().samples[0]))
    assert np.argmax(spectrum) * back.sample_rate / back.length == pytest.approx(300, abs=4)


@pytest.mark.parametrize(
    ("container", "codec", "step"),
    [
        ("wav", "pcm_s16le", 1 / 32768), ("wav", "pcm_s24le", 2 / 2**23), ("wav", "pcm_s32le", 1e-6), ("wav", "pcm_u8", 1 / 127),
        ("wav", "pcm_f32le", 0), ("wav", "pcm_f64le", 0), ("w64", "pcm_s16le", 1 / 32768), ("aiff", "pcm_s24be", 2 / 2**23),
        ("caf", "pcm_s16be", 1 / 32768), ("au", "pcm_s16be", 1 / 32768), ("wav", "pcm_alaw", 0.02), ("wav", "pcm_mulaw", 0.02),
        ("wv", "wavpack", 1 / 32768), ("tta", "tta", 1 / 32768), ("ipod", "alac", 1 / 32768), ("matroska", "flac", 1 / 32768),
    ],
)  # fmt: skip
def test_stored_widths_come_back_within_one_step(container: str, codec: str, step: float) -> None:
    sound = music(2)
    back = load(through_av(sound, container, codec))
    assert back.sample_rate == 16000
    assert back.samples.shape == sound.samples.shape
    assert np.abs(back.samples - sound.samples).max() <= step * 1.01


def test_what_is_in_the_file_is_told() -> None:
    told = Source(encode(music(2, 44100), "mp3")).encoding
    assert (told.container, told.codec, told.sample_rate, told.channels) == ("mp3", "mp3", 44100, 2)
    told = Source(encode(music(), "wav", bits=24)).encoding
    assert (told.container, told.codec, told.bits, told.promised) == ("wav", "pcm_s24le", 24, 1.0)


@pytest.mark.parametrize("name", ["opus", "mp3", "ogg", "m4a", "webm", "wma", "flac"])
def test_codecs_keep_the_place_of_a_click(name: str) -> None:
    """Priming samples are taken out: a time in the file is a time in the sound."""
    samples = np.random.default_rng(0).normal(0, 1e-3, (1, 48000)).astype(np.float32)
    samples[0, 24000:24030] += np.hanning(30).astype(np.float32)
    back = load(encode(Sound(samples, 48000), name, bitrate=128_000)).mono()
    assert abs(int(np.argmax(back.samples[0])) - 24015) < 48


def test_headers_that_promise_too_much_or_too_little_do_not_count() -> None:
    data = (np.sin(np.arange(4000) / 9) * 9000).astype("<i2").tobytes()
    for size in (0, 0x7FFFFF00, 0xFFFFFFFF):
        assert Source(wav(data, size=size)).recording.duration == 0.25
    assert 0 < Source(wav(data, size=4000)).recording.duration <= 0.25


def test_numbers_that_are_none_become_silence_and_are_told() -> None:
    values = np.array([0.5, np.nan, np.inf, -np.inf, 1e38, -0.25], "<f4")
    source = Source(wav(values.tobytes(), bits=32, kind=3))
    assert source.load().samples.tolist() == [[0.5, 0, 0, 0, 0, -0.25]]
    assert source.notes == ("4 samples were no numbers and count as silence",)


def test_64_channels_are_read_and_65_are_not() -> None:
    values = np.arange(64 * 100, dtype="<i2").reshape(100, 64)
    back = load(wav(values.tobytes(), channels=64))
    assert np.array_equal(back.samples, values.T / np.float32(32768))
    with pytest.raises(DamagedSound, match="65 channels"):
        Source(wav(bytes(13000), channels=65)).recording  # noqa: B018


@pytest.mark.parametrize("channels", [7, 8, 9, 16, 56])
def test_many_planes_are_told_apart(channels: int) -> None:
    """Planar codecs with 8 and more channels made the decoder's own conversion read beyond its memory."""
    values = np.random.default_rng(0).integers(-9000, 9000, (channels, 20000)).astype("<i2")
    out = io.BytesIO()
    with av.open(out, "w", format="wv") as file:
        stream = file.add_stream("wavpack", rate=48000)
        stream.codec_context.layout, stream.codec_context.format = f"{channels}C", "s16p"
        flat = np.ascontiguousarray(values.T).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(flat, format="s16", layout=f"{channels}C")
        frame.sample_rate, frame.pts = 48000, 0
        for part in (frame, None):
            for packet in stream.encode(part):
                file.mux(packet)
    assert np.array_equal(load(out.getvalue()).samples, values / np.float32(32768))


@pytest.mark.parametrize("rate", [0, 1, 999, 0x7FFFFFFF, 0xFFFFFFFF])
def test_rates_that_cannot_be_are_refused(rate: int) -> None:
    with pytest.raises(DamagedSound):
        Source(wav(bytes(1000), rate=rate)).recording  # noqa: B018


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        (b"", EmptySound, "0 bytes"),
        (wav(b""), EmptySound, "no samples"),
        (b"these are words, not samples\n" * 50, NotASound, "plain text"),
        ("Grüße, ".encode() * 700, NotASound, "plain text"),
        (b"%PDF-1.7\n%\xe2\xe3", NotASound, "PDF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(90), NotASound, "PNG"),
        (b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n", NotASound, "playlist"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", NotASound, "text"),
        (b"MThd\0\0\0\6\0\1\0\1", NotASound, "MIDI"),
        (bytes(5000), NotASound, "zero bytes"),
        (b"RIFF", DamagedSound, "wav"),
        (encode(music(), "wav")[:50], DamagedSound, "wav"),
        (encode(music(), "flac")[:30], DamagedSound, "flac"),
        (np.random.default_rng(5).bytes(50000), NotASound, "no recording"),
    ],
)
def test_what_is_no_recording_ends_in_the_right_words(data: bytes, error: type[SoundError], words: str) -> None:
    with pytest.raises(error, match=words) as caught:
        Source(data, name="thing.wav").recording  # noqa: B018
    assert caught.value.where == "thing.wav"
    assert caught.value.fix


def test_a_film_without_sound_is_named_as_such() -> None:
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as file:
        stream = file.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 32
        stream.pix_fmt = "yuv420p"
        for part in (av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8)), None):
            for packet in stream.encode(part):
                file.mux(packet)
    with pytest.raises(NotASound, match="no sound track"):
        Source(out.getvalue()).recording  # noqa: B018


@pytest.mark.parametrize(("container", "codec"), [("mp4", "aac"), ("matroska", "libopus"), ("mov", "pcm_s16le")])
def test_a_film_gives_its_sound_and_only_that(container: str, codec: str) -> None:
    out = io.BytesIO()
    rng = np.random.default_rng(0)
    with av.open(out, "w", format=container) as file:
        film, track = file.add_stream("mpeg4", rate=25), file.add_stream(codec, rate=48000)
        film.width, film.height, film.pix_fmt = 320, 240, "yuv420p"
        track.codec_context.layout = "mono"
        for number in range(50):
            shown = av.VideoFrame.from_ndarray(rng.integers(0, 255, (240, 320, 3)).astype(np.uint8))
            at = number * 1920 + np.arange(1920)
            heard = av.AudioFrame.from_ndarray(np.sin(at / 20).astype(np.float32)[None] / 3, format="flt", layout="mono")
            heard.sample_rate, heard.pts = 48000, number * 1920
            for stream, frame in ((film, shown), (track, heard)):
                for packet in stream.encode(frame):
                    file.mux(packet)
        for stream in (film, track):
            for packet in stream.encode(None):
                file.mux(packet)
    told = Source(out.getvalue()).recording
    assert (told.sample_rate, told.channels) == (48000, 1)
    assert told.duration == pytest.approx(2.0, abs=0.03)


def test_a_damaged_middle_costs_only_the_middle() -> None:
    whole = encode(music(seconds=10), "mp3")
    broken = bytearray(whole)
    third = len(whole) // 3
    broken[third : third + 400] = b"\x55" * 400
    back = Source(bytes(broken))
    assert 9.0 < back.recording.duration <= 10.1
    assert Source(whole).recording.duration == pytest.approx(10.0, abs=0.01)


@pytest.mark.parametrize("name", ["wav", "flac", "ogg", "opus", "mp3", "webm", "wma", "aiff", "amr"])
def test_a_file_cut_in_half_gives_about_half(name: str) -> None:
    rate = {"amr": 8000}.get(name, 16000)
    whole = encode(music(seconds=20, rate=rate), name)
    assert Source(whole[: len(whole) // 2]).recording.duration == pytest.approx(10.0, abs=2.0)


def test_a_rate_that_changes_inside_is_brought_to_the_first() -> None:
    joined = encode(music(1, 16000, 2.0), "mp3") + encode(music(2, 24000, 2.0), "mp3")
    source = Source(joined)
    assert source.recording.sample_rate == 16000
    assert source.recording.channels == 1
    assert source.recording.duration == pytest.approx(4.0, abs=0.2)
    assert any("rate changes" in note for note in source.notes)


def test_nothing_is_printed_about_damage(capfd: pytest.CaptureFixture[str]) -> None:
    data = bytearray(encode(music(seconds=3), "flac"))
    rng = np.random.default_rng(0)
    for at in rng.integers(100, len(data), 200):
        data[at] ^= 1 << int(rng.integers(8))
    try:
        Source(bytes(data)).load()
    except SoundError:
        pass
    assert capfd.readouterr() == ("", "")


def test_seeking_gives_the_very_samples() -> None:
    rng = np.random.default_rng(0)
    sound = Sound(rng.uniform(-0.5, 0.5, (1, 8000 * 90)).astype(np.float32), 8000)
    for name in ("wav", "flac", "aiff"):
        data = encode(sound, name)
        whole = load(data).samples
        for first in (0, 1, 8000 * 59, 8000 * 61 + 1, 8000 * 75 + 333, 8000 * 90 - 1):
            with Decoder(io.BytesIO(data)) as decoder:
                rest = np.concatenate(list(decoder.pieces(first)), axis=1)
            assert np.array_equal(rest, whole[:, first:]), (name, first)


def test_every_error_class_of_the_decoder_has_its_counterpart() -> None:
    classes = {c for c in vars(av.error).values() if isinstance(c, type) and issubclass(c, av.error.FFmpegError)}
    assert len(classes) > 40
    missing = sorted(c.__name__ for c in classes if c.__name__ not in _MEANING)
    assert not missing
    assert all(issubclass(meaning_of(c), SoundError) for c in classes)
    assert meaning_of(OSError).__name__ == "UnreadableSound"
    assert meaning_of(av.error.PermissionError).__name__ == "UnreadableSound"


def test_the_bytes_tell_the_container_not_the_name(tmp_path: Path) -> None:
    path = tmp_path / "really.mp3"
    path.write_bytes(encode(music(), "flac"))
    assert Source(path).encoding.container == "flac"
    heads = {"wav": b"RIFF\0\0\0\0WAVE", "aiff": b"FORM\0\0\0\0AIFF", "mp4": b"\0\0\0\x20ftypM4A ", "webm": b"\x1aE\xdf\xa3"}
    for kind, head in heads.items():
        assert recording_kind(head + bytes(20)) == kind
        assert other_kind(head + bytes(20)) == ""
    assert recording_kind(b"\xff\xd8\xff\xe0") == ""
    assert other_kind(b"\xff\xd8\xff\xe0" + bytes(9)) == "a JPEG picture"
