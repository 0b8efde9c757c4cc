"""Made conversations for the tests of diarization: what perfect models would say of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aural.tasks._diarize_hear import EVERY, Heard, members_of
from aural.tasks._diarize_sets import Sets

SETS = ("nobody", "1", "2", "3", "1+2", "1+3", "2+3")
HOP, CENTER, FRAMES, STEP = 270 / 16000, 0.0309, 589, 59


def heard_of(turns: Sequence[tuple[float, float, int]], duration: float, seed: int = 0, noise: float = 0.12) -> Heard:
    """What models that do not err would say of turns (start, end, speaker): lanes in random order in each window."""
    rng = np.random.default_rng(seed)
    count = max((s for _, _, s in turns), default=0) + 1
    total = int(np.ceil(duration / HOP))
    active = np.zeros((total, count), bool)
    for start, end, speaker in turns:
        active[round((start - CENTER) / HOP + 0.5) if start > 0 else 0 : round((end - CENTER) / HOP + 0.5), speaker] = True
    members = members_of(SETS)
    first = np.arange(-5 * STEP, max(1, total - 5 * STEP), STEP)
    sets = np.zeros((len(first), FRAMES, len(SETS)), np.uint8)
    for n, begin in enumerate(first.tolist()):
        low, high = max(0, begin), min(total, begin + FRAMES)
        inside = np.zeros((FRAMES, count), bool)
        inside[low - begin : high - begin] = active[low:high]
        loudest = np.argsort(-inside.sum(axis=0), kind="stable")[:3]
        lanes = np.zeros((FRAMES, 3))
        lanes[:, rng.permutation(3)[: len(loudest)]] = inside[:, loudest]
        match = (lanes[:, None] == members[None]).all(axis=2)
        sets[n, np.arange(FRAMES), np.where(match.any(axis=1), match.argmax(axis=1), 4)] = 255
    directions = np.linalg.qr(rng.standard_normal((64, max(count, 2))))[0].T
    times = np.arange(EVERY / 2, duration, EVERY)
    frame = np.clip(np.rint((times - CENTER) / HOP).astype(int), 0, total - 1)
    alone = active[frame].sum(axis=1) == 1
    times, who = times[alone], active[frame].argmax(axis=1)[alone]
    vectors = directions[who] + noise * rng.standard_normal((len(who), 64))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Heard(
        Sets.of(sets),
        first,
        members,
        vectors.astype(np.float16),
        times.astype(np.float32),
        np.full(len(times), 1.0, np.float32),
        HOP,
        CENTER,
        duration,
    )


def talk(speakers: int, turns: int, seed: int = 0, overlap: float = 0.0) -> tuple[list[tuple[float, float, int]], float]:
    """Turns of 2 to 6 s with pauses of 0.6 to 1 s, or with `overlap` s of two at once; and the duration."""
    rng = np.random.default_rng(seed)
    now, made, who = 0.5, [], -1
    for i in range(turns):
        who = i % speakers if i < speakers else int(rng.choice([s for s in range(speakers) if s != who] or [0]))
        length = float(rng.uniform(2, 6))
        made.append((now, now + length, who))
        now += length - overlap if overlap else length + float(rng.uniform(0.6, 1.0))
    return made, now + overlap + 0.5
