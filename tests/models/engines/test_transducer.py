"""A transducer in numpy: it reads and joins as the trained net does; words have times; a stream settles what it told."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from aural.beams.transducer import OneAFrame, Search
from aural.errors import ModelRefused, UsageError
from aural.learn.methods.transducer import written
from aural.models import tensors
from aural.models.card import Card, Licences
from aural.models.engines import _joint
from aural.models.engines._stepping import Heard as Encoder
from aural.models.engines._stepping import Sizes
from aural.models.engines.transducer import TransducerTranscriber, Writer
from aural.models.face import Decoding
from aural.nets.heads.transducer import Config, Head
from aural.text.units import Units

LETTERS = Units("chars", ("\u2581", "a", "b"))
CARD = Card("letters", "recognizer", "transducer", Licences("x", "x", "x", None, "x"), "here", labels=LETTERS.labels, hop=0.04)


def head_of(reader: str) -> Head:
    torch.manual_seed(0)
    head = Head(Config(reader=reader, context=3, joint=6, dropout=0.0), 5, 3).eval()
    with torch.no_grad():
        for p in head.parameters():
            p.copy_(1.5 * torch.randn(p.shape))
    return head


def saved(head: Head, folder: Path) -> _joint.Joiner:
    tensors.write(folder / _joint.FILE, {n: np.ascontiguousarray(v.numpy(), np.float32) for n, v in head.arrays().items()})
    return _joint.read(folder, 4)


@pytest.mark.parametrize("reader", ("stateless", "lstm"))
@torch.no_grad()
def test_numpy_reads_and_joins_as_torch(reader: str, tmp_path: Path) -> None:
    head = head_of(reader)
    joiner = saved(head, tmp_path)
    frames = torch.randn(1, 30, 6)
    state, tokens = joiner.start(), [2, 1, 1, 3, 2]
    truth = torch.log_softmax(head.joined(frames[0, 0], head.written(torch.tensor([tokens]))[0]), -1).numpy()
    for place, token in enumerate([*tokens, 1]):
        assert np.abs(joiner.ahead(frames[0, 0].numpy(), [state, state]) - truth[place]).max() < 1e-5
        state = joiner.walk([state], [token])[0]
    for made, most in ((Search, 5), (OneAFrame, 1)):
        search = made(joiner, 1, None, 4)
        path = search.step(search.start(), frames[0].numpy(), 0)[0]
        told, counts = written(head, frames, torch.tensor([30]), most)
        assert path.tokens == tuple(int(t) for t in told[0, : int(counts[0])]) and len(path.tokens) > 3


def test_arrays_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    saved(head_of("lstm"), tmp_path)
    with pytest.raises(ModelRefused, match="do not fit"):
        _joint.read(tmp_path, 5)
    tensors.write(tmp_path / _joint.FILE, {"seen": np.zeros((1, 2, 3), np.float32)})
    with pytest.raises(ModelRefused, match="missing or damaged"):
        _joint.read(tmp_path, 2)


class Given:
    """An encoder that gives a frame for each sample: which token is to be written there."""

    sizes = Sizes(1, 1, 25)

    def start(self, lookahead: float | None = None) -> Encoder:
        return Encoder(np.zeros(0, np.float32), (), 0, 0, self.sizes.ahead(lookahead))

    def step(self, heard: Encoder, samples: np.ndarray) -> tuple[Encoder, np.ndarray]:
        return dataclasses.replace(heard, count=heard.count + len(samples)), np.eye(4, dtype=np.float32)[samples.astype(int)] * 9

    def finish(self, heard: Encoder) -> np.ndarray:
        return np.zeros((0, 4), np.float32)

    def whole(self, samples: np.ndarray, lookahead: float | None = None) -> np.ndarray:
        return self.step(self.start(lookahead), samples)[1]


def transcriber() -> TransducerTranscriber:
    """Writes a token where the frame says so; once it is written (and last), the blank."""
    arrays = {
        "seen": 9.0 * np.diag([0.0, 1, 1, 1])[None], "token": -2.0 * np.eye(4), "token_bias": np.zeros(4),
        "out": np.diag([2.0, 5, 5, 5]), "out_bias": np.array([0.5, 0, 0, 0]),
    }  # fmt: skip
    joiner = _joint.Joiner(arrays)
    return TransducerTranscriber(CARD, None, Given(), Writer(joiner, LETTERS, 0.04))  # type: ignore[arg-type]


SAID = np.array([0, 1, 2, 3, 0, 0, 1, 3, 0, 1, 2, 0], np.float32)  # "ab", "b", "a", each token in a frame of its own


def test_words_with_times() -> None:
    told = transcriber().recognize(SAID[None], np.array([len(SAID)]), Decoding(lookahead=0.0))[0]
    assert told.text == "ab b a" and told.words is not None
    assert [(w.text, round(w.start, 2), round(w.end, 2)) for w in told.words] == [
        ("ab", 0.04, 0.16),
        ("b", 0.24, 0.32),
        ("a", 0.36, 0.44),
    ]
    assert all(0 < (w.confidence or 0) <= 1 and w.timed == "measured" for w in told.words)
    assert told.tokens == (1, 2, 3, 1, 3, 1, 2) and len(told.logprobs) == 7
    with pytest.raises(UsageError, match="no lookahead of 160 ms"):
        transcriber().recognize(SAID[None], np.array([len(SAID)]), Decoding(lookahead=0.16))


@pytest.mark.parametrize("beam", (1, 4))
def test_a_stream_writes_and_settles(beam: int) -> None:
    model = transcriber()
    state = model.start(Decoding(beam=beam))
    state, now = model.step(state, SAID[:8])
    assert [w.text for w in now.words] == ["ab", "b"] and now.heard == pytest.approx(0.32) and now.fixed <= 1
    state = model.settled(state, 1, whole=False)
    state, now = model.step(state, SAID[8:])
    assert [(w.text, round(w.start, 2)) for w in now.words] == [("b", 0.24), ("a", 0.36)]
    assert [w.text for w in model.finish(state).words] == ["b", "a"]
    state = model.settled(state, 2, whole=True)
    assert model.finish(state).words == ()
