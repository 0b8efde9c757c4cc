"""Every effect page: found on the disk, same seed same sound, length and time kept, and its own property."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aural import find
from aural.errors import UsageError
from aural.settings import build, options_of
from aural.sound import Sound
from aural.sound.effects import babble, clip, codec, gain, mask, noise, packet_loss, pitch, room, speed, telephone
from aural.sound.effects._mixing import active_power, power

FOLDER = Path(noise.__file__).parent
PAGES = find.names("sound/effects")
RATE = 16000


def voice(seed: int = 0, seconds: float = 2.0, channels: int = 1) -> Sound:
    """Something like speech: bursts of a harmonic tone with pauses, a little noise under it."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(RATE * seconds)) / RATE
    pitched = 100 + 40 * seed
    tone = sum(np.sin(2 * np.pi * pitched * h * t + h) / h for h in range(1, 12))
    loud = np.clip(np.sin(2 * np.pi * 2.0 * t + seed), 0, None)
    samples = 0.2 * tone * loud + rng.normal(0, 1e-3, len(t))
    return Sound(np.tile(samples, (channels, 1)).astype(np.float32), RATE, 5.0)


def tone(hertz: float, seconds: float = 1.0, level: float = 0.3, rate: int = RATE) -> Sound:
    t = np.arange(round(rate * seconds)) / rate
    return Sound((level * np.sin(2 * np.pi * hertz * t)).astype(np.float32), rate)


def decibels(after: np.ndarray, before: np.ndarray) -> float:
    return float(10 * np.log10(power(after) / power(before)))


def material(page: Any) -> tuple[Sound, ...]:
    return (voice(1), voice(2), voice(3)) if page.MATERIAL == "voice" else ()


def given(page: Any, seed: int = 0) -> Any:
    """What the page works on."""
    return np.random.default_rng(seed).normal(0, 1, (300, 80)).astype(np.float32) if page is mask else voice(seed, channels=2)


def once(page: Any, seed: int, x: Any) -> Any:
    params = page.draw(np.random.default_rng(seed), page.Options(), x, material(page))
    return page.apply(x, params)


def values(x: Any) -> np.ndarray:
    return x.samples if isinstance(x, Sound) else x


def test_the_finder_finds_what_is_on_the_disk() -> None:
    on_disk = sorted(p.stem for p in FOLDER.glob("*.py") if not p.stem.startswith("_"))
    assert list(PAGES) == on_disk
    assert len(PAGES) == 11


@pytest.mark.parametrize("name", PAGES)
def test_the_page_keeps_the_contract(name: str) -> None:
    page = find.page("sound/effects", name)
    assert dataclasses.is_dataclass(page.Options)
    assert all(o.help for o in options_of(page.Options))
    assert build(page.Options) == page.Options()
    assert page.MATERIAL in ("", "noise", "voice", "room")
    assert find.first_line("sound/effects", name)
    x = given(page)
    before = values(x).copy()
    out = once(page, 7, x)
    assert type(out) is type(x)
    assert np.array_equal(values(x), before), "the input was changed"
    assert values(out).dtype == np.float32
    assert np.isfinite(values(out)).all()
    assert not np.array_equal(values(out)[:, : before.shape[1]], before[:, : values(out).shape[1]])
    assert np.array_equal(values(out), values(once(page, 7, x))), "the same seed gave another sound"
    if page.KEEPS_LENGTH:
        assert values(out).shape == before.shape
    if isinstance(out, Sound):
        assert (out.sample_rate, out.start, out.channels) == (RATE, 5.0, 2)


@pytest.mark.parametrize("name", [n for n in PAGES if n not in ("telephone",)])
def test_other_seeds_give_other_sounds(name: str) -> None:
    page = find.page("sound/effects", name)
    x = given(page)
    outs = [values(once(page, seed, x)) for seed in range(6)]
    assert any(a.shape != outs[0].shape or not np.array_equal(a, outs[0]) for a in outs[1:])


@pytest.mark.parametrize("name", [n for n in PAGES if n != "mask"])
@pytest.mark.parametrize("length", [1, 300])
def test_silence_and_very_short_sounds_pass(name: str, length: int) -> None:
    page = find.page("sound/effects", name)
    for samples in (np.zeros((1, length), np.float32), np.full((1, length), 0.1, np.float32)):
        out = once(page, 0, Sound(samples, RATE))
        assert out.length == length or not page.KEEPS_LENGTH
        assert np.isfinite(out.samples).all()


@pytest.mark.parametrize("name", [n for n in PAGES if n not in ("mask", "speed")])
def test_what_happens_stays_where_it_was(name: str) -> None:
    """A sound that begins at 1.0 s still begins there: labels stay valid."""
    page = find.page("sound/effects", name)
    samples = np.random.default_rng(0).normal(0, 1e-4, (1, 2 * RATE)).astype(np.float32)
    samples[0, RATE:] += voice(1, 1.0).samples[0]
    samples[0, RATE : RATE + 800] += np.random.default_rng(1).normal(0, 0.3, 800).astype(np.float32)
    sound = Sound(samples, RATE)
    options = {"noise": noise.Options(low=30, high=30), "babble": babble.Options(low=30, high=30),
               "packet_loss": packet_loss.Options(low=0.0, high=0.0)}.get(name, page.Options())  # fmt: skip
    for seed in range(4):
        out = page.apply(sound, page.draw(np.random.default_rng(seed), options, sound, material(page)))
        frames = np.abs(out.samples[0, : 2 * RATE // 160 * 160]).reshape(-1, 160).max(axis=1)
        onset = int(np.argmax(frames > 0.3 * frames.max())) * 0.01
        assert abs(onset - 1.0) <= (0.04 if name == "pitch" else 0.011), (name, seed, onset)


def test_ratio_of_powers() -> None:
    assert noise.snr_db(100, 1) == pytest.approx(20)
    assert noise.snr_db(1, 1) == 0
    with pytest.raises(UsageError):
        noise.snr_db(1, 0)


@pytest.mark.parametrize("over", ["speech", "clip"])
@pytest.mark.parametrize("snr", [20.0, 10.0, 0.0, -5.0])
def test_noise_reaches_its_ratio(snr: float, over: str) -> None:
    sound = voice(0)
    for given_noise in ((), (tone(333, 0.7),), (tone(333, 5.0, rate=44100),)):
        options = noise.Options(low=snr, high=snr, over=over)  # type: ignore[arg-type]
        mixed = noise.apply(sound, noise.draw(np.random.default_rng(1), options, sound, given_noise))
        signal = active_power(sound.samples, RATE) if over == "speech" else power(sound.samples)
        assert noise.snr_db(signal, power(mixed.samples - sound.samples)) == pytest.approx(snr, abs=0.01)


def test_speech_power_leaves_pauses_out() -> None:
    sound = voice(0)
    paused = np.pad(sound.samples, ((0, 0), (0, 10 * sound.length)))
    assert active_power(paused, RATE) == pytest.approx(active_power(sound.samples, RATE), rel=0.2)
    assert power(paused) == pytest.approx(power(sound.samples) / 11, rel=1e-6)


@pytest.mark.parametrize(("color", "fall"), [("white", 0.0), ("pink", 3.01), ("brown", 6.02)])
def test_made_noise_falls_by_its_color(color: str, fall: float) -> None:
    spectrum = np.abs(np.fft.rfft(noise.colored(np.random.default_rng(0), color, 1 << 17))) ** 2
    octaves = [10 * np.log10(spectrum[1 << k : 2 << k].mean()) for k in range(8, 15)]
    assert np.mean(-np.diff(octaves)) == pytest.approx(fall, abs=0.3)


@pytest.mark.parametrize("length", [1, 9, 1009, 80_016])
def test_made_noise_has_unit_power_at_any_length(length: int) -> None:
    """Also where the Fourier transform is made over a longer stretch, because the length itself is a slow one."""
    made = noise.colored(np.random.default_rng(0), "pink", length)
    assert made.shape == (length,) and power(made[None]) == pytest.approx(1.0, rel=1e-4)


def test_babble_reaches_its_ratio_with_equal_voices() -> None:
    sound = voice(0)
    options = babble.Options(low=6, high=6)
    loud = dataclasses.replace(voice(2), samples=voice(2).samples * 50)
    params = babble.draw(np.random.default_rng(0), options, sound, (voice(1), loud, voice(3)))
    mixed = babble.apply(sound, params)
    assert noise.snr_db(active_power(sound.samples, RATE), power(mixed.samples - sound.samples)) == pytest.approx(6, abs=0.01)
    with pytest.raises(UsageError, match="other voices"):
        babble.draw(np.random.default_rng(0), options, sound)


@pytest.mark.parametrize("decay", [0.25, 0.5, 0.8])
def test_a_simulated_room_decays_as_asked(decay: float) -> None:
    sides, source, microphone = np.array([6.0, 4.5, 2.8]), np.array([1.0, 1.2, 1.5]), np.array([4.1, 3.0, 1.2])
    response = room.box_response(sides, source, microphone, decay, RATE).astype(np.float64)
    assert response[0] == pytest.approx(1.0)
    left = 10 * np.log10(np.cumsum(response[::-1] ** 2)[::-1] / np.sum(response**2))
    fall = np.flatnonzero(left < -5)[0], np.flatnonzero(left < -25)[0]
    measured = 3 * (fall[1] - fall[0]) / RATE
    assert measured == pytest.approx(decay, rel=0.35)


def test_the_first_echoes_come_when_geometry_says() -> None:
    """Floor and ceiling at known distances; the walls are far away."""
    sides, source, microphone = np.array([400.0, 400.0, 3.0]), np.array([200.0, 200.0, 1.0]), np.array([202.0, 200.0, 1.0])
    response = room.box_response(sides, source, microphone, 0.05, 48000)
    direct, floor, ceiling = 2.0, np.hypot(2.0, 2.0), np.hypot(2.0, 4.0)
    for path in (floor, ceiling):
        place = round((path - direct) / 343 * 48000)
        assert response[place - 2 : place + 3].max() > 5 * np.abs(response[place + 20 : place + 60]).max()


def test_a_given_room_is_aligned_to_its_direct_sound_and_keeps_the_power() -> None:
    samples = np.zeros(4000, np.float32)
    samples[700], samples[1500] = 1.0, 0.5
    sound = voice(0)
    params = room.draw(np.random.default_rng(0), room.Options(), sound, (Sound(samples, RATE),))
    assert (params.response[0], params.response[800]) == (1.0, 0.5)
    out = room.apply(sound, params)
    assert decibels(out.samples, sound.samples) == pytest.approx(0, abs=0.01)
    with pytest.raises(UsageError, match="drawn for"):
        room.apply(sound.resample(8000), params)


@pytest.mark.parametrize("factor", [0.9, 1.0, 1.1, 2.0])
def test_speed_changes_length_and_pitch_together(factor: float) -> None:
    out = speed.apply(tone(440), speed.Params(factor))
    assert out.length == pytest.approx(RATE / factor, abs=1)
    peak = np.argmax(np.abs(np.fft.rfft(out.samples[0] * np.hanning(out.length)))) * RATE / out.length
    assert peak == pytest.approx(440 * factor, abs=1.5)


@pytest.mark.parametrize("semitones", [-12, -2, -0.5, 1, 2, 12])
def test_pitch_moves_the_tone_and_keeps_level_and_length(semitones: float) -> None:
    sound = tone(440, 2.0)
    out = pitch.apply(sound, pitch.Params(semitones))
    assert out.length == sound.length
    inner = out.samples[0, RATE // 4 : -RATE // 4]
    peak = np.argmax(np.abs(np.fft.rfft(inner * np.hanning(len(inner)), 1 << 18))) * RATE / (1 << 18)
    assert peak == pytest.approx(440 * 2 ** (semitones / 12), rel=0.002)
    assert decibels(inner, sound.samples) == pytest.approx(0, abs=1.0)
    assert pitch.apply(sound, pitch.Params(0.0)).same(sound)


def test_gain_is_exact() -> None:
    sound = voice(0)
    assert decibels(gain.apply(sound, gain.Params(-12.0)).samples, sound.samples) == pytest.approx(-12, abs=1e-4)
    drawn = [gain.draw(np.random.default_rng(s), gain.Options(), sound).decibels for s in range(50)]
    assert -20 <= min(drawn) < -10 < 0 < max(drawn) <= 6


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5])
def test_clipping_cuts_the_asked_share(share: float) -> None:
    sound = Sound(np.random.default_rng(0).normal(0, 0.1, 50000), RATE)
    out = clip.apply(sound, clip.Params(share))
    ceiling = np.abs(out.samples).max()
    assert np.mean(np.abs(out.samples) >= ceiling) == pytest.approx(share, abs=0.001)
    untouched = np.abs(sound.samples) < ceiling
    assert np.array_equal(out.samples[untouched], sound.samples[untouched])


def test_a_telephone_passes_the_voice_band_only() -> None:
    line = telephone.Params(300, 3400)
    kept, gone = (-0.6, 0.3), (-200, -30)
    for hertz, (low, high) in ((50, gone), (150, gone), (1000, kept), (3000, kept), (3900, gone), (6000, gone)):
        sound = tone(hertz)
        inner = telephone.apply(sound, line).samples[:, 2000:-2000]
        assert low <= decibels(inner + 1e-9, sound.samples) <= high, hertz
    hiss = tone(1000, level=0.5).samples - telephone.mu_law(tone(1000, level=0.5).samples)
    assert 33 < -decibels(hiss, tone(1000, level=0.5).samples) < 42


@pytest.mark.parametrize("name", ["mp3", "opus", "m4a", "amr"])
def test_codec_damage_is_heard_but_stays_in_place(name: str) -> None:
    sound = voice(0)
    worst, best = codec._BIT_RATES[name][0], codec._BIT_RATES[name][-1]
    out = codec.apply(sound, codec.Params(name, worst))
    cross = np.fft.irfft(np.fft.rfft(out.samples[0], 1 << 16) * np.conj(np.fft.rfft(sound.samples[0], 1 << 16)))
    late = int(np.argmax(cross))
    assert min(late, (1 << 16) - late) <= RATE // 200, "not in place within 5 ms"
    loss = decibels(out.samples - sound.samples, sound.samples)
    assert -60 < loss < 1
    finer = codec.apply(sound, codec.Params(name, best))
    assert decibels(finer.samples - sound.samples, sound.samples) <= loss + 1
    with pytest.raises(UsageError, match="no codec"):
        codec.draw(np.random.default_rng(0), codec.Options(("gsm",)), sound)


@pytest.mark.parametrize(("share", "burst"), [(0.05, 1.0), (0.1, 2.0), (0.3, 4.0)])
def test_losses_have_the_asked_share_and_bursts(share: float, burst: float) -> None:
    sound = Sound(np.ones((1, RATE * 400), np.float32), RATE)
    options = packet_loss.Options(low=share, high=share, burst=burst, conceal="zero")
    params = packet_loss.draw(np.random.default_rng(0), options, sound)
    assert params.lost.mean() == pytest.approx(share, rel=0.1)
    starts = np.flatnonzero(np.diff(np.concatenate([[0], params.lost.astype(int)])) == 1)
    assert params.lost.sum() / len(starts) == pytest.approx(burst if burst > 1 else 1.0, rel=0.15)
    out = packet_loss.apply(sound, params)
    assert np.array_equal(out.samples[0].reshape(-1, 320)[:, 0] == 0, params.lost)


def test_repeats_fade_and_what_arrived_is_untouched() -> None:
    sound = voice(0)
    lost = np.zeros(100, bool)
    lost[50:52] = True
    out = packet_loss.apply(sound, packet_loss.Params(lost, 0.02, "repeat"))
    good = sound.samples[:, 49 * 320 : 50 * 320]
    assert np.allclose(out.samples[:, 50 * 320 : 51 * 320], good / 2)
    assert np.allclose(out.samples[:, 51 * 320 : 52 * 320], good / 4)
    kept = np.repeat(~lost, 320)
    assert np.array_equal(out.samples[:, kept], sound.samples[:, kept])


def test_masks_have_the_papers_widths_and_places() -> None:
    log_mel = np.random.default_rng(0).normal(0, 1, (400, 80)).astype(np.float32)
    assert (mask.Options().freq, mask.Options().time) == (27, 100)
    widths, lengths = [], []
    for seed in range(400):
        params = mask.draw(np.random.default_rng(seed), mask.Options(), log_mel)
        (first, last), (begin, end) = params.bands[0], params.frames[0]
        assert 0 <= first <= last <= 80
        assert 0 <= begin <= end <= 400
        widths.append(last - first)
        lengths.append(end - begin)
    assert (min(widths), max(widths)) == (0, 27)
    assert np.mean(widths) == pytest.approx(13.5, abs=1.5)
    assert max(lengths) <= 100
    assert np.mean(lengths) == pytest.approx(50, abs=5)
    out = mask.apply(log_mel, mask.Params(((10, 20),), ((100, 150),), "zero"))
    assert (out[:, 10:20] == 0).all()
    assert (out[100:150] == 0).all()
    assert np.array_equal(out[150:, 20:], log_mel[150:, 20:])
    assert mask.specaugment(np.random.default_rng(0), log_mel).shape == (400, 80)
    assert mask.specaugment(np.random.default_rng(0), log_mel[:5, :8]).shape == (5, 8)
    with pytest.raises(UsageError, match="frames, bands"):
        mask.draw(np.random.default_rng(0), mask.Options(), log_mel[0])
