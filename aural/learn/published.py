"""Encoders of published checkpoints: what a folder of the transformers library says of its net, and its weights by our names.

Source: the names that `Wav2Vec2Model` and `HubertModel` of transformers give their weights.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from aural.errors import ModelRefused
from aural.models import hub_folder as folders
from aural.models import store, tensors
from aural.models.card import Licences
from aural.models.hub_folder import Checkpoint
from aural.progress import Progress

ENCODER = "wav2vec2"
_FAMILIES = ("wav2vec2", "hubert")
_RATE = 16000
# Published name -> ours; attention's three projections and the weight of places are put together below.
_NAMES = (
    (r"feature_extractor\.conv_layers\.(\d+)\.conv\.(weight|bias)", r"convs.\1.conv.\2"),
    (r"feature_extractor\.conv_layers\.(\d+)\.layer_norm\.(weight|bias)", r"convs.\1.norm.\2"),
    (r"feature_projection\.layer_norm\.(weight|bias)", r"before.\1"),
    (r"feature_projection\.projection\.(weight|bias)", r"project.\1"),
    (r"encoder\.pos_conv_embed\.conv\.bias", r"places.bias"),
    (r"encoder\.layer_norm\.(weight|bias)", r"norm.\1"),
    (r"encoder\.layers\.(\d+)\.attention\.out_proj\.(weight|bias)", r"layers.\1.attention.out.\2"),
    (r"encoder\.layers\.(\d+)\.layer_norm\.(weight|bias)", r"layers.\1.first.\2"),
    (r"encoder\.layers\.(\d+)\.final_layer_norm\.(weight|bias)", r"layers.\1.second.\2"),
    (r"encoder\.layers\.(\d+)\.feed_forward\.intermediate_dense\.(weight|bias)", r"layers.\1.wide.0.\2"),
    (r"encoder\.layers\.(\d+)\.feed_forward\.output_dense\.(weight|bias)", r"layers.\1.wide.3.\2"),
)
_PLACES = "encoder.pos_conv_embed.conv."


def knows(name: str) -> bool:
    """True for org/name of a hub, and for a folder as the transformers library saves it."""
    folder = Path(name).expanduser()
    if folder.is_dir():
        return (folder / folders.CONFIG).is_file() and not (folder / "options.json").is_file()
    return store.is_hub_name(name)


def told(name: str, progress: Progress | None = None) -> dict[str, Any]:
    """The choices that a checkpoint brings with it, in the form of a run's options: encoder, its settings, sample rate.

    Raises: ModelRefused for a net of another kind, ModelMissing, ExtraMissing (a name of a hub without the extra).
    """
    point = _checkpoint(name, progress)
    config = point.config
    _refuse_others(point)
    plain = {
        "width": config["hidden_size"], "layers": config["num_hidden_layers"], "heads": config["num_attention_heads"],
        "inner": config["intermediate_size"], "channels": tuple(config["conv_dim"]), "kernels": tuple(config["conv_kernel"]),
        "strides": tuple(config["conv_stride"]), "bias": bool(config.get("conv_bias", False)),
        "norm": config.get("feat_extract_norm", "group"), "early": bool(config.get("do_stable_layer_norm", False)),
        "project_norm": bool(config.get("feat_proj_layer_norm", True)), "reach": config.get("num_conv_pos_embeddings", 128),
        "groups": config.get("num_conv_pos_embedding_groups", 16), "normalize": bool(point.front.get("do_normalize", True)),
        "dropout": float(config.get("hidden_dropout", 0.1)), "epsilon": float(config.get("layer_norm_eps", 1e-5)),
    }  # fmt: skip
    return {"encoder": ENCODER, "sample_rate": _RATE, "parts": {"frontend": {}, "encoder": plain}}


def licences(name: str) -> Licences:
    """What the checkpoint's own README says of its weights."""
    return _checkpoint(name).licences


def weights(name: str) -> dict[str, Tensor]:
    """The encoder's weights by the names of `nets/encoders/wav2vec2.py`. Raises: as `told`, and for arrays of other kinds."""
    point = _checkpoint(name)
    found: dict[str, np.ndarray] = {}
    for part in point.weights:
        for key, array in tensors.read(point.folder / part).items():
            bare = re.sub(rf"^({'|'.join(_FAMILIES)})\.", "", key)
            if bare.startswith(("feature_extractor.", "feature_projection.", "encoder.")):
                found[bare] = np.asarray(array, np.float32)
    try:
        return {ours: torch.from_numpy(np.array(array)) for ours, array in _renamed(found).items()}
    except KeyError as error:
        raise ModelRefused(f"the checkpoint lacks the weights {error}", where=point.name, fix="Fetch it again") from None


def _renamed(found: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    made: dict[str, np.ndarray] = {}
    for name, array in found.items():
        for pattern, ours in _NAMES:
            if re.fullmatch(pattern, name):
                made[re.sub(pattern, ours, name)] = array
    for layer in sorted({m[1] for name in found if (m := re.match(r"encoder\.layers\.(\d+)\.", name))}, key=int):
        for kind in ("weight", "bias"):
            parts = [found[f"encoder.layers.{layer}.attention.{part}_proj.{kind}"] for part in "qkv"]
            made[f"layers.{layer}.attention.into.{kind}"] = np.concatenate(parts)
    made["places.weight"] = _places(found)
    return made


def _places(found: Mapping[str, np.ndarray]) -> np.ndarray:
    """The convolution that tells places: it is stored as directions and lengths, one length for each place of the kernel."""
    if f"{_PLACES}weight" in found:
        return found[f"{_PLACES}weight"]
    new = f"{_PLACES}parametrizations.weight.original0" in found
    length, direction = (
        found[_PLACES + name]
        for name in (
            ("parametrizations.weight.original0", "parametrizations.weight.original1") if new else ("weight_g", "weight_v")
        )
    )
    return np.asarray(direction * (length / np.sqrt(np.square(direction).sum(axis=(0, 1), keepdims=True))))


def _checkpoint(name: str, progress: Progress | None = None) -> Checkpoint:
    folder = Path(name).expanduser()
    here = folder if folder.is_dir() else store.ensure(name, progress=progress)
    return folders.checked(name if not folder.is_dir() else folder.name, here)


def _refuse_others(point: Checkpoint) -> None:
    """Raises: ModelRefused for what these nets have in other forms, told by the settings."""
    config = point.config
    odd = next((text for text, is_so in (
        (f"it is a {point.family or 'net of no named kind'}", point.family not in _FAMILIES),
        ("its layers hold adapters for single languages", config.get("adapter_attn_dim") is not None),
        ("frames are joined behind its transformer", bool(config.get("add_adapter"))),
        ("its places are told with a batch norm", bool(config.get("conv_pos_batch_norm"))),
        ("it squashes by something else than GELU",
         {config.get("hidden_act", "gelu"), config.get("feat_extract_activation", "gelu")} != {"gelu"}),
        (f"it hears sound at {point.number('sampling_rate', _RATE):g} Hz", point.number("sampling_rate", _RATE) != _RATE),
    ) if is_so), "")  # fmt: skip
    if odd:
        fix = f"Take a checkpoint of {' or '.join(_FAMILIES)}, such as facebook/wav2vec2-xls-r-300m"
        raise ModelRefused(f"no training can begin with this checkpoint: {odd}", where=point.name, fix=fix)
    lacking = [k for k in ("hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "conv_dim",
                           "conv_kernel", "conv_stride") if k not in config]  # fmt: skip
    if lacking:
        raise ModelRefused(f"its settings do not tell {lacking[0]}", where=f"{point.name}/{folders.CONFIG}", fix="Fetch it again")
