"""The voice gate as a task: spans by their rules, on made probabilities and on a real voice."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import aural
from aural.corpora.samples import sample
from aural.sound.source import Source
from aural.tasks._gate import HOP, Rule, frame_spans, levels, longest_run

VOICES = st.lists(st.floats(0, 1), max_size=200).map(lambda v: np.array(v, np.float32))


@given(VOICES, st.floats(0.2, 0.9), st.floats(0, 0.3))
@settings(deadline=None)
def test_spans_are_in_order_apart_and_hold_every_sure_run(voice: np.ndarray, onset: float, pad: float) -> None:
    rule = Rule(onset=onset, shortest=0.0, pad=pad)
    spans = frame_spans(voice, rule)
    assert all(0 <= a < b <= len(voice) for a, b in spans)
    assert all(one[1] < two[0] for one, two in pairwise(spans))
    inside = np.zeros(len(voice), bool)
    for a, b in spans:
        inside[a:b] = True
    assert inside[voice >= onset].all()
    assert not spans or (voice >= onset).any()


def test_short_dips_do_not_split_and_short_bursts_are_dropped() -> None:
    voice = np.zeros(60, np.float32)
    voice[10:20], voice[22:30], voice[50:52] = 0.9, 0.9, 0.9
    assert frame_spans(voice, Rule(pad=0.0)) == [(10, 30)]
    assert frame_spans(voice, Rule(pad=0.0, shortest=0.0)) == [(10, 30), (50, 52)]
    assert frame_spans(voice, Rule(pad=0.1)) == [(7, 33)]


def test_a_soft_beginning_is_kept() -> None:
    voice = np.array([0.0, 0.0, 0.4, 0.45, 0.6, 0.9, 0.9, 0.9, 0.4, 0.1, *[0.0] * 10], np.float32)
    assert frame_spans(voice, Rule(pad=0.0)) == [(2, 9)]


def test_long_spans_are_cut_at_the_deepest_dip() -> None:
    voice = np.full(100, 0.9, np.float32)
    voice[40] = 0.5
    assert frame_spans(voice, Rule(pad=0.0, longest=50 * HOP))[0] == (0, 40)
    assert all((b - a) <= 50 for a, b in frame_spans(voice, Rule(pad=0.0, longest=50 * HOP)))


def test_levels_and_runs() -> None:
    assert levels(np.full(1100, 0.1, np.float32)) == pytest.approx([-20.0] * 3, abs=0.01)
    assert longest_run(np.array([0, 1, 1, 0, 1, 1, 1, 0.0]), 0.5) == 3
    assert longest_run(np.zeros(0), 0.5) == 0


@pytest.mark.weights
def test_a_voice_between_silences_is_found_where_it_is() -> None:
    voice = Source(sample("reading")).load(rate=16000, mono=True, end=4.0).samples[0]
    quiet = np.zeros(32000, np.float32)
    result = aural.vad(Source.from_samples(np.concatenate([quiet, voice, quiet]), 16000))
    assert result.speech and 2.9 < result.speech[0].start < 3.3 and 5.5 < result.speech[-1].end < 6.3
    faint = aural.vad(Source.from_samples(np.concatenate([quiet, 0.01 * voice, quiet]), 16000))
    assert faint.speech and abs(faint.speech[0].start - result.speech[0].start) < 0.1


@pytest.mark.weights
@pytest.mark.parametrize("level", [0.0, 1e-6])
def test_silence_has_no_speech(level: float) -> None:
    noise = level * np.random.default_rng(0).standard_normal(16000 * 3)
    result = aural.vad(Source.from_samples(noise.astype(np.float32), 16000))
    assert result.speech == () and aural.tasks.vad.show(result) == "No speech was found."
