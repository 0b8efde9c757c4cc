"""The options that listen shares with other tasks are theirs: same default, limits, choices and spellings."""

from __future__ import annotations

import dataclasses

import pytest

from aural import settings
from aural.tasks import detect, diarize, listen, transcribe

# In listen they are told of the words, of voices, or of more than one task; a language of each stretch is for transcribe alone.
OWN_WORDS = {"clip", "watch", "threshold", "keep", "language"}
OTHERS = {(detect, "keep")}  # a score there: how long a sound lasts


@pytest.mark.parametrize(("task", "count"), [(transcribe, 7), (diarize, 4), (detect, 2)])
def test_shared_options_are_the_same(task: object, count: int) -> None:
    theirs = {o.name: o for o in settings.options_of(vars(task)["Options"])}
    mine = {o.name: o for o in settings.options_of(listen.Options)}
    shared = sorted(name for name in set(theirs) & set(mine) if (task, name) not in OTHERS)
    assert len(shared) == count
    for name in shared:
        one, other = mine[name], theirs[name]
        if name in OWN_WORDS:
            one = dataclasses.replace(one, help=other.help)
        assert one == other, name
