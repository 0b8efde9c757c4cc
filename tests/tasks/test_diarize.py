"""Diarization: the half without models on made conversations, and all of it on a real one."""

from __future__ import annotations

import dataclasses
import json
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from talks import heard_of, talk

import aural
from aural.errors import UsageError
from aural.metrics.diarization import der
from aural.results import Event, Turn
from aural.tasks import _diarize_hear, _diarize_kept, diarize
from aural.tasks._diarize_hear import Heard
from aural.tasks._diarize_sets import Sets
from aural.tasks._diarize_turns import Frames, frames_of, overlaps_of, runs, turns_of
from aural.tasks._diarize_voices import Wanted, voices_of

AS_FOUND = Wanted()


def _answer(heard: Heard, wanted: Wanted = AS_FOUND, pause: float = 0.5) -> tuple[tuple[Turn, ...], Frames]:
    voices = voices_of(heard, wanted)
    frames = frames_of(heard, voices, pause, wanted.least)
    return turns_of(frames, heard.duration)[0], frames


def _reference(turns: list[tuple[float, float, int]]) -> list[Turn]:
    return [Turn(a, b, speaker=f"s{k}") for a, b, k in turns]


@pytest.mark.parametrize(("speakers", "overlap"), [(1, 0.0), (2, 0.0), (2, 0.8), (4, 0.0), (4, 0.8), (7, 0.0)])
def test_finds_who_and_when(speakers: int, overlap: float) -> None:
    turns, duration = talk(speakers, 5 * speakers, seed=speakers, overlap=overlap)
    found, _ = _answer(heard_of(turns, duration))
    assert len({t.speaker for t in found}) == speakers
    error = der(_reference(turns), found)
    assert error < 0.06, error


def test_labels_stand_in_the_order_of_first_speech() -> None:
    turns, duration = talk(4, 20, seed=3)
    found, _ = _answer(heard_of(turns, duration))
    assert list(dict.fromkeys(t.speaker for t in found)) == [f"SPEAKER_{i:02}" for i in range(4)]
    assert [t.start for t in found] == sorted(t.start for t in found)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 6), st.integers(1, 8), st.integers(0, 50))
def test_an_asked_number_of_speakers_is_kept(real: int, asked: int, seed: int) -> None:
    turns, duration = talk(real, 12, seed=seed)
    found, _ = _answer(heard_of(turns, duration, seed), Wanted(asked, asked))
    assert len({t.speaker for t in found}) == asked


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 6), st.integers(1, 4), st.integers(0, 3), st.integers(0, 50))
def test_bounds_are_kept(real: int, least: int, more: int, seed: int) -> None:
    turns, duration = talk(real, 12, seed=seed)
    found, _ = _answer(heard_of(turns, duration, seed), Wanted(least, least + more))
    assert least <= len({t.speaker for t in found}) <= least + more


# Speaker 2 only ever speaks under speaker 0.
UNDER = [(0.5, 9.0, 0), (3.0, 6.0, 2), (9.5, 14.0, 1), (15.0, 21.0, 0)]


@pytest.mark.parametrize("wanted", [AS_FOUND, Wanted(3, 3), Wanted(2, 5)])
def test_a_voice_that_is_never_alone_is_found(wanted: Wanted) -> None:
    heard = heard_of(UNDER, 22.0)
    voices = voices_of(heard, wanted)
    assert voices.hidden and len(voices.heard_alone) == 2
    assert not voices.centers[-1].any() and 2 not in voices.labels
    found, _ = _answer(heard, wanted)
    assert len({t.speaker for t in found}) == 3
    assert der(_reference(UNDER), found) < 0.03


def test_a_voice_that_is_never_alone_keeps_to_the_bounds() -> None:
    found, _ = _answer(heard_of(UNDER, 22.0), Wanted(None, 2))
    assert len({t.speaker for t in found}) == 2


def test_one_voice_heard_as_two_in_turn_stays_one() -> None:
    heard = heard_of([(0.5, 30.0, 0)], 30.5)
    sets = np.stack(list(heard.sets))
    late = sets[:, 300:, 1:4]
    sets[:, 300:, 1:4] = np.roll(late, 1, axis=2)
    found, _ = _answer(dataclasses.replace(heard, sets=Sets.of(sets)))
    assert len({t.speaker for t in found}) == 1


def test_more_speakers_than_there_are_places_gives_as_many_as_there_are() -> None:
    heard = heard_of([(0.5, 1.4, 0)], 2.0)
    found, _ = _answer(heard, Wanted(50, 50))
    assert 1 <= len({t.speaker for t in found}) <= len(heard.times)


def test_nobody() -> None:
    found, frames = _answer(heard_of([], 12.0))
    assert found == () and overlaps_of(frames, 12.0) == ()


def test_overlap_is_told_where_two_speak() -> None:
    turns = [(1.0, 8.0, 0), (6.0, 14.0, 1), (16.0, 20.0, 0)]
    found, frames = _answer(heard_of(turns, 22.0))
    (event,) = overlaps_of(frames, 22.0)
    assert isinstance(event, Event) and event.layer == "overlap"
    assert event.start == pytest.approx(6.0, abs=0.1) and event.end == pytest.approx(8.0, abs=0.1)
    assert event.score is not None and event.score > 0.9
    assert sum(t.start < 7 < t.end for t in found) == 2


@pytest.mark.parametrize(("pause", "pieces"), [(0.1, 2), (0.5, 1)])
def test_a_turn_goes_on_over_a_short_pause(pause: float, pieces: int) -> None:
    found, _ = _answer(heard_of([(1.0, 5.0, 0), (5.3, 9.0, 0)], 10.0), pause=pause)
    assert len(found) == pieces


def test_turns_lie_inside_and_on_the_grid() -> None:
    turns, duration = talk(3, 15, seed=9)
    found, _ = _answer(heard_of(turns, duration))
    for turn in found:
        assert 0 <= turn.start < turn.end <= duration + 1e-3
        assert turn.confidence is not None and 0 <= turn.confidence <= 1
        assert round(turn.start * 1000) == pytest.approx(turn.start * 1000, abs=1e-6)


def test_blocks_of_a_long_talk_share_their_speakers() -> None:
    turns, duration = talk(3, 420, seed=4)
    assert duration > 1800
    found, _ = _answer(heard_of(turns, duration))
    assert len({t.speaker for t in found}) == 3
    assert der(_reference(turns), found) < 0.06


def test_cost_is_linear_in_length() -> None:
    def spent(count: int) -> float:
        turns, duration = talk(3, count, seed=4)
        heard = heard_of(turns, duration)
        before = time.process_time()
        _answer(heard)
        return (time.process_time() - before) / duration

    assert spent(800) < 4 * spent(200)


def test_runs() -> None:
    firsts, lasts = runs(np.array([1, 1, 0, 1, 0, 0, 1], bool))
    assert list(zip(firsts.tolist(), lasts.tolist(), strict=True)) == [(0, 2), (3, 4), (6, 7)]


def test_members_are_read_from_labels() -> None:
    members = _diarize_hear.members_of(("nobody", "1", "2", "1+2"))
    assert members.tolist() == [[0, 0], [1, 0], [0, 1], [1, 1]]
    assert _diarize_hear.alone_of(members).tolist() == [[0, 0], [1, 0], [0, 1], [0, 0]]


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    turns, duration = talk(2, 6)
    heard = heard_of(turns, duration)
    _diarize_kept.keep(heard, tmp_path / "deep" / "x.npz")
    back = _diarize_kept.kept(tmp_path / "deep" / "x.npz")
    assert back is not None
    assert all(np.array_equal(getattr(heard, n), getattr(back, n)) for n in ("first", "vectors", "times", "mass"))
    assert np.array_equal(np.stack(list(heard.sets)), np.stack(list(back.sets)))
    assert (back.hop, back.duration) == (heard.hop, heard.duration)
    (tmp_path / "bad.npz").write_bytes(b"no archive")
    assert _diarize_kept.kept(tmp_path / "bad.npz") is None and _diarize_kept.kept(tmp_path / "none.npz") is None


@pytest.mark.parametrize(
    "options",
    [
        {"speakers": 0},
        {"min_speakers": 3, "max_speakers": 2},
        {"speakers": 2, "max_speakers": 1},
        {"speakers": 2, "min_speakers": 3},
    ],
)
def test_contradictions_are_refused_before_a_model_is_opened(options: dict[str, int]) -> None:
    with pytest.raises(UsageError):
        aural.diarize((np.zeros(16000, np.float32), 16000), **options)


@pytest.mark.weights
def test_a_real_talk(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    talk_path = data / "librispeech_mix" / "audio" / "mix01_2spk.opus"
    sound = aural.load(talk_path, rate=16000).cut(0.0, 40.0)
    monkeypatch.setattr(_diarize_kept, "home", lambda: tmp_path)
    result = aural.diarize(sound, explain=str(tmp_path / "why"), name_speakers=False, threads=1)
    assert [s.label for s in result.speakers] == ["SPEAKER_00", "SPEAKER_01"]
    reference = [
        Turn(float(p[3]), min(40.0, float(p[3]) + float(p[4])), speaker=p[7])
        for p in (line.split() for line in (data / "librispeech_mix" / "rttm" / "mix01_2spk.rttm").read_text().splitlines())
        if float(p[3]) < 39.9
    ]
    assert der(reference, result.turns) < 0.2
    assert set(result.made_by) == {"speaker_segmentation", "speaker_embedding"}
    told = {p.name for p in (tmp_path / "why").iterdir()}
    assert told == {"1-speech.json", "2-slices.json", "3-vectors.npz", "4-clusters.json", "5-turns.json"}
    assert len(json.loads((tmp_path / "why" / "4-clusters.json").read_text())["map"]) == 2

    before = time.process_time()
    again = aural.diarize(sound, recluster=True, name_speakers=False, threads=1)
    three = aural.diarize(sound, recluster=True, speakers=3, name_speakers=False, threads=1)
    assert again.same(result)
    assert len(three.speakers) == 3
    assert time.process_time() - before < 10, "clustering again must not run the models"
    assert "SPEAKER_01" in diarize.TASK.show(result)


@pytest.mark.weights
@pytest.mark.parametrize("seconds", [0.0001, 0.05, 0.4, 3.0])
def test_short_and_silent_recordings(seconds: float) -> None:
    for samples in (np.zeros(max(1, round(16000 * seconds)), np.float32), np.full(max(1, round(16000 * seconds)), 0.5, np.float32)):
        assert aural.diarize((samples, 16000), keep=False, threads=1).turns == ()
