"""What is done once gives the answers that doing it at each step gave."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from aural.corpora.samples import sample
from aural.models import graph, moonshine_graphs, store
from aural.models.engines import _moonshine
from aural.models.engines._moonshine import DECODER, Moonshine
from aural.models.face import Decoding
from aural.models.protobuf import Message
from aural.models.runtime import Runtime, Session
from aural.progress import Quiet
from aural.sound.source import Source
from tests.models.test_runtime import DOUBLE

ONE = Runtime("cpu", 1)


def test_a_graph_of_another_make_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "double.onnx").write_bytes(DOUBLE)
    model, other = (graph.read(tmp_path / "double.onnx") for _ in range(2))
    moonshine_graphs.simplify(model)
    moonshine_graphs.keep_sound(model, other)
    assert len(graph.nodes(model.child(graph.MODEL_GRAPH))) == len(graph.nodes(other.child(graph.MODEL_GRAPH))) == 1


def _plain(whole: Message, folder: Path) -> tuple[Session, Session]:
    """The graphs as they are fetched, nothing done once."""
    opened = []
    for name, branch in (("first", "else_branch"), ("step", "then_branch")):
        made = graph.only_branch(whole, branch)
        if name == "step":
            graph.prune(made, keep=lambda out: ".encoder." not in out)
        graph.integer_products(made)
        graph.write(graph.prune(made), folder / f"{name}.onnx")
        opened.append(ONE.session(folder / f"{name}.onnx"))
    return opened[0], opened[1]


def _logits(first: Session, step: Session, sound: np.ndarray, length: int, tokens: tuple[int, ...]) -> np.ndarray:
    """After each token of a text [L + 1, P]."""
    fixed = {"encoder_hidden_states": sound, "encoder_attention_mask": np.ones((1, length), np.int64)}
    feeds = {"input_ids": np.array([[_moonshine.START]])} | fixed
    got = dict(zip(first.outputs, first.run({n: feeds[n] for n in first.inputs}), strict=True))
    told = [got["logits"][0, -1]]
    for token in tokens:
        feeds = {n.replace("present", "past_key_values"): v for n, v in got.items()} | fixed | {"input_ids": np.array([[token]])}
        new = dict(zip(step.outputs, step.run({n: feeds[n] for n in step.inputs}), strict=True))
        told.append(new["logits"][0, -1])
        got |= new
    return np.array(told)


@pytest.mark.weights
@pytest.mark.parametrize(("name", "share"), [("moonshine-tiny", 0.9), ("moonshine-base", 0.55)])
def test_steps_answer_as_before_with_fewer_nodes(name: str, share: float, tmp_path: Path) -> None:
    voice = Source(sample("reading", Quiet())).load(rate=16000, mono=True, end=4.0).samples[0]
    folder = store.ensure(name, "recognizer")
    graph.as_onnx(folder / DECODER, tmp_path / "whole.onnx")
    plain = _plain(graph.read(tmp_path / "whole.onnx"), tmp_path)
    with store.open_model(name, "recognizer", ONE) as model:
        assert isinstance(model, Moonshine)
        sound = model._encode(voice)
        tokens = model.recognize(voice[None], np.array([len(voice)]), Decoding(word_times=False))[0].tokens
        quick = _logits(model._first, model._step, sound, len(voice), tokens)
    slow = _logits(*plain, sound, len(voice), tokens)
    assert (quick.argmax(axis=1) == slow.argmax(axis=1)).all()
    assert np.abs(quick - slow).max() < 0.05 * np.abs(slow).max()  # a millionth more sound moves them as much: sums are of 8 bits
    counts = []
    for made in (tmp_path / "step.onnx", _derived(folder, name)):
        counts.append(len(graph.nodes(graph.read(made).child(graph.MODEL_GRAPH))))
    assert counts[1] < share * counts[0]


def _derived(folder: Path, name: str) -> Path:
    timing = _moonshine.Timing.of(store.entry_of(name, "recognizer").card)
    key = "decoder-once-" + "-".join(str(n) for n in timing.layers)
    return graph.derived(folder / DECODER, key, lambda out: None) / "step.onnx"
