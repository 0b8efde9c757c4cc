"""Trainings that begin with a published encoder: its weights under our names, its answers, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from learn_clips import manifest

from aural import settings
from aural.errors import ModelRefused
from aural.learn import published
from aural.learn.train import Ask, train
from aural.models import tensors
from aural.nets.net import page_of

CONFIG: dict[str, Any] = {
    "model_type": "wav2vec2", "architectures": ["Wav2Vec2ForCTC"], "hidden_size": 16, "num_hidden_layers": 2,
    "num_attention_heads": 2, "intermediate_size": 24, "conv_dim": [8, 8], "conv_kernel": [10, 8], "conv_stride": [5, 8],
    "num_conv_pos_embeddings": 8, "num_conv_pos_embedding_groups": 2, "feat_extract_norm": "group", "hidden_dropout": 0.0,
}  # fmt: skip


def names(config: dict[str, Any], root: str = "wav2vec2.") -> dict[str, tuple[int, ...]]:
    """The published names and shapes of such a net."""
    d, wide, (c0, c1), reach = config["hidden_size"], config["intermediate_size"], config["conv_dim"], 8
    found: dict[str, tuple[int, ...]] = {
        "feature_extractor.conv_layers.0.conv.weight": (c0, 1, 10), "feature_extractor.conv_layers.1.conv.weight": (c1, c0, 8),
        "feature_extractor.conv_layers.0.layer_norm.weight": (c0,), "feature_extractor.conv_layers.0.layer_norm.bias": (c0,),
        "feature_projection.layer_norm.weight": (c1,), "feature_projection.layer_norm.bias": (c1,),
        "feature_projection.projection.weight": (d, c1), "feature_projection.projection.bias": (d,),
        "encoder.pos_conv_embed.conv.weight_g": (1, 1, reach), "encoder.pos_conv_embed.conv.weight_v": (d, d // 2, reach),
        "encoder.pos_conv_embed.conv.bias": (d,), "encoder.layer_norm.weight": (d,), "encoder.layer_norm.bias": (d,),
    }  # fmt: skip
    for k in range(config["num_hidden_layers"]):
        at = f"encoder.layers.{k}."
        for part in ("q_proj", "k_proj", "v_proj", "out_proj"):
            found |= {f"{at}attention.{part}.weight": (d, d), f"{at}attention.{part}.bias": (d,)}
        for part in ("layer_norm", "final_layer_norm"):
            found |= {f"{at}{part}.weight": (d,), f"{at}{part}.bias": (d,)}
        found |= {f"{at}feed_forward.intermediate_dense.weight": (wide, d), f"{at}feed_forward.intermediate_dense.bias": (wide,)}
        found |= {f"{at}feed_forward.output_dense.weight": (d, wide), f"{at}feed_forward.output_dense.bias": (d,)}
    return {root + name: shape for name, shape in found.items()} | {"lm_head.weight": (5, d), "lm_head.bias": (5,)}


def checkpoint(folder: Path, **other: Any) -> Path:
    """A folder as the transformers library saves it, with random weights."""
    folder.mkdir(exist_ok=True)
    config = {**CONFIG, **other}
    rng = np.random.default_rng(0)
    arrays = {name: rng.normal(0, 0.3, shape).astype(np.float32) for name, shape in names(config).items()}
    tensors.write(folder / "model.safetensors", arrays)
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "preprocessor_config.json").write_text(json.dumps({"do_normalize": True, "sampling_rate": 16000}))
    return folder


def encoder(folder: Path) -> Any:
    told = published.told(str(folder))
    page = page_of("encoder", told["encoder"])
    made = page.Encoder(settings.build(page.Config, told["parts"]["encoder"]), 1)
    made.load_state_dict(published.weights(str(folder)))
    return made.eval()


def test_every_weight_finds_its_place(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path / "c")
    arrays, made = tensors.read(folder / "model.safetensors"), encoder(folder)
    into = made.layers[1].attention.into.weight.detach().numpy()
    assert np.array_equal(into[16:32], arrays["wav2vec2.encoder.layers.1.attention.k_proj.weight"])
    assert np.array_equal(made.layers[0].second.bias.detach(), arrays["wav2vec2.encoder.layers.0.final_layer_norm.bias"])
    lengths = made.places.weight.detach().square().sum((0, 1)).sqrt()
    np.testing.assert_allclose(lengths, np.abs(arrays["wav2vec2.encoder.pos_conv_embed.conv.weight_g"]).ravel(), rtol=1e-5)


def test_the_answer_is_that_of_the_library(tmp_path: Path) -> None:
    """Hidden states of small nets of each kind, made and heard by the library."""
    transformers = pytest.importorskip("transformers")
    small = {k: v for k, v in CONFIG.items() if k not in ("model_type", "architectures")}
    late = {"feat_extract_norm": "layer", "do_stable_layer_norm": True, "conv_bias": True, "num_conv_pos_embeddings": 7}
    for number, (kind, more) in enumerate((("Wav2Vec2", {}), ("Wav2Vec2", late), ("Hubert", {}), ("Hubert", late))):
        torch.manual_seed(number)
        config = getattr(transformers, f"{kind}Config")(
            **{**small, **more}, num_feat_extract_layers=2, vocab_size=12, initializer_range=0.3
        )
        model = getattr(transformers, f"{kind}ForCTC")(config).eval()
        folder = tmp_path / str(number)
        model.save_pretrained(folder)
        front = transformers.Wav2Vec2FeatureExtractor(do_normalize=True)
        front.save_pretrained(folder)
        samples = np.random.default_rng(number).normal(0, 0.1, (2, 3000)).astype(np.float32)
        with torch.no_grad():
            heard = front(samples[0, :2345], sampling_rate=16000, return_tensors="pt")
            true = getattr(model, model.base_model_prefix)(**heard).last_hidden_state[0]
            told, _ = encoder(folder)(torch.from_numpy(samples)[..., None], torch.tensor([2345, 3000]))
        assert float((told[0, : len(true)] - true).abs().max()) < 1e-4, (kind, more)


def test_a_training_begins_with_it(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path / "c")
    (folder / "README.md").write_text("---\nlicense: cc-by-nc-4.0\n---\n")
    given = {"start": str(folder), "freeze": "always", "epochs": 1, "batch": 4, "threads": 1, "patience": 0}
    train(Ask("classify", manifest(tmp_path, 4), tmp_path / "run", manifest(tmp_path, 2, 1), given=given), say=lambda text: None)
    options = json.loads((tmp_path / "run" / "options.json").read_text())
    assert options["encoder"] == "wav2vec2" and options["sample_rate"] == 16000 and options["parts"]["encoder"]["width"] == 16
    told = json.loads((tmp_path / "run" / "model" / "card.json").read_text())["licences"]
    assert "begun with c (cc-by-nc-4.0)" in told["weights"] and told["commercial"] is False
    state = tmp_path / "run" / "checkpoints"
    kept = tensors.read(state / (state / "latest.txt").read_text().strip() / "state.safetensors")
    before = published.weights(str(folder))
    held = {name: array for name, array in kept.items() if ".encoder." in name and name.startswith("best/")}
    assert held and all(np.array_equal(array, before[name.partition(".encoder.")[2]]) for name, array in held.items())


@pytest.mark.parametrize(
    ("other", "why"),
    [({"model_type": "wavlm"}, "it is a wavlm"), ({"adapter_attn_dim": 16}, "adapters"), ({"add_adapter": True}, "joined"),
     ({"hidden_act": "relu"}, "GELU")],
)  # fmt: skip
def test_other_nets_are_refused(tmp_path: Path, other: dict[str, Any], why: str) -> None:
    with pytest.raises(ModelRefused, match=why):
        published.told(str(checkpoint(tmp_path / "c", **other)))


def test_missing_weights_are_told(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path / "c")
    arrays = tensors.read(folder / "model.safetensors")
    tensors.write(folder / "model.safetensors", {n: a for n, a in arrays.items() if "layers.1.attention.v_proj" not in n})
    with pytest.raises(ModelRefused, match="lacks the weights"):
        published.weights(str(folder))
