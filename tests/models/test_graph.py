"""Graph edits on small graphs made here, run before and after; folders of derived files."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from small_graphs import body, info, model

from aural.errors import ModelMissing, ModelRefused
from aural.models import graph
from aural.models.protobuf import Message
from aural.models.runtime import Runtime

CPU = Runtime("cpu", 1)


def branched() -> Message:
    """y = x * weight when asked, else x + weight; weight is int8, dequantized at each use."""
    weight = np.array([[-128, 127], [3, -4]] * 16, np.int8)
    chain = [
        graph.node("Cast", ["q"], ["c"], ints={"to": 1}),
        graph.node("Mul", ["c", "s"], ["m"]),
        graph.node("Add", ["m", "z"], ["w"]),
    ]
    scalars = [graph.tensor("s", np.array([0.5], np.float32)), graph.tensor("z", np.array([1.5], np.float32))]
    then = body([graph.node("MatMul", ["x", "w"], ["t"])], [], [], [info("t", 1)], "")
    other = body([graph.node("Identity", ["x"], ["e"])], [], [], [info("e", 1)], "")
    split = graph.node("If", ["ask"], ["y"])
    for name, branch in (("then_branch", then), ("else_branch", other)):
        split.add(5, Message().add(1, name).add(6, branch).add(20, 5))
    inputs = [info("ask", 9, 1), info("x", 1, 1, 32)]
    return model(body([*chain, split], [graph.tensor("q", weight), *scalars], inputs, [info("y", 1)]), "com.microsoft", "ai.odd")


X = np.random.default_rng(0).normal(size=(1, 32)).astype(np.float32)
WEIGHT = np.array([[-128, 127], [3, -4]] * 16, np.float32) * 0.5 + 1.5


def test_tidy_names_branches_and_drops_operator_sets() -> None:
    tidied = graph.tidy(branched())
    split = graph.nodes(tidied.child(graph.MODEL_GRAPH))[-1]
    names = [a.child(6).text(2) for a in split.children(5)]
    assert all(names) and len(set(names)) == 2
    assert [o.text(1) for o in tidied.children(8)] == ["", "com.microsoft"]


def test_a_branch_stands_alone_and_gives_what_the_whole_gave(tmp_path: Path) -> None:
    whole = graph.tidy(branched())
    session = CPU.session(whole.encode())
    for which, ask in (("then_branch", True), ("else_branch", False)):
        expected = session.run({"ask": np.array([ask]), "x": X})[0]
        alone = CPU.session(graph.only_branch(whole, which).encode())
        assert alone.outputs == ("y",)
        assert "ask" not in alone.inputs
        assert np.array_equal(alone.run({"x": X})[0], expected)
    with pytest.raises(ModelRefused):
        graph.only_branch(whole, "no_branch")


def test_products_on_integers_stay_close() -> None:
    alone = graph.only_branch(graph.tidy(branched()), "then_branch")
    assert graph.integer_products(alone) == 1
    done = graph.prune(alone)
    assert not {"Cast", "Mul", "Add"} & {n.text(4) for n in graph.nodes(done.child(7))}
    exact = X @ WEIGHT
    assert np.allclose(CPU.session(done.encode()).run({"x": X})[0], exact, rtol=0.01, atol=0.02 * np.abs(exact).max() + 0.5)


def test_inner_tensors_become_outputs() -> None:
    alone = graph.only_branch(graph.tidy(branched()), "then_branch")
    graph.add_outputs(alone, ["w"])
    assert np.array_equal(CPU.session(alone.encode()).run({"x": X}, ["w"])[0], WEIGHT)
    with pytest.raises(ModelRefused):
        graph.add_outputs(alone, ["nowhere"])


def test_a_graph_is_steered_by_a_new_input_behind_an_inner_tensor() -> None:
    alone = graph.only_branch(graph.tidy(branched()), "then_branch")
    main = alone.child(graph.MODEL_GRAPH)
    graph.reroute(main, "w", [graph.node("Mul", ["w", "factor"], ["w/moved"])], "w/moved")
    graph.add_input(main, "factor")
    graph.add_input(main, "factor")  # replaced, not doubled
    session = CPU.session(alone.encode())
    assert sorted(session.inputs) == ["factor", "x"]
    assert np.allclose(session.run({"x": X, "factor": np.float32([3])})[0], 3 * (X @ WEIGHT), rtol=1e-5)
    with pytest.raises(ModelRefused, match="nowhere"):
        graph.reroute(main, "nowhere", [], "w")


def test_a_graph_is_cut_where_an_inner_tensor_becomes_an_input() -> None:
    alone = graph.only_branch(graph.tidy(branched()), "then_branch")
    rest = graph.cut_at(Message(alone.encode()), ["w"])
    assert [n.text(4) for n in graph.nodes(rest.child(7))] == ["MatMul", "Identity"] and not graph.tensors(rest.child(7))
    session = CPU.session(rest.encode())
    assert sorted(session.inputs) == ["w", "x"]
    assert np.allclose(session.run({"x": X, "w": WEIGHT})[0], X @ WEIGHT, rtol=1e-5)
    with pytest.raises(ModelRefused, match="nowhere"):
        graph.cut_at(alone, ["w", "nowhere"])


STORED = [np.float32([[1, 2]]), np.array([3, -4]), np.int8([[1], [-2]]), np.uint8([7]), np.array(1.5, "f4")]


@pytest.mark.parametrize("values", STORED)
def test_stored_arrays_read_back(values: np.ndarray) -> None:
    again = graph.array(Message(graph.tensor("a", values).encode()))
    assert again.dtype == values.dtype and np.array_equal(again, values) and again.shape == values.shape


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing):
        graph.read(tmp_path / "none.onnx")
    (tmp_path / "bad.onnx").write_bytes(b"not a model at all")
    with pytest.raises(ModelRefused):
        graph.read(tmp_path / "bad.onnx")


def test_derived_files_are_made_once_and_again_when_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AURAL_HOME", str(tmp_path / "home"))
    source = tmp_path / "source.bin"
    source.write_bytes(b"one")
    made: list[Path] = []

    def make(folder: Path) -> None:
        made.append(folder)
        (folder / "x").write_text("done")

    threads = [threading.Thread(target=graph.derived, args=(source, "key", make)) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    first = graph.derived(source, "key", make)
    assert len(made) == 1 and (first / "x").read_text() == "done"
    (first / "x").unlink()
    first.rmdir()
    assert (graph.derived(source, "key", make) / "x").is_file() and len(made) == 2
    source.write_bytes(b"two")
    assert graph.derived(source, "key", make) != first


def test_a_derivation_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AURAL_HOME", str(tmp_path / "home"))
    source = tmp_path / "source.bin"
    source.write_bytes(b"one")

    def make(folder: Path) -> None:
        (folder / "half").write_text("half")
        raise ModelRefused("no")

    with pytest.raises(ModelRefused):
        graph.derived(source, "key", make)
    assert not [p for p in (tmp_path / "home").rglob("*") if p.is_file() or p.name == "key"]
    with pytest.raises(ModelMissing):
        graph.derived(tmp_path / "gone", "key", make)


def test_a_product_takes_new_weights_in_blocks() -> None:
    alone = graph.only_branch(graph.tidy(branched()), "then_branch")
    main = alone.child(graph.MODEL_GRAPH)
    (product,) = [n for n in graph.nodes(main) if n.text(graph.NODE_OP) == "MatMul"]
    weights = np.random.default_rng(3).standard_normal((2, 32)).astype(np.float32)
    graph.block_product(main, product, weights)
    exact = X @ weights.T
    told = CPU.session(graph.prune(alone).encode()).run({"x": X})[0]
    assert np.allclose(told, exact, atol=0.02 * np.abs(exact).max())
