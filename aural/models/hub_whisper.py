"""A Whisper checkpoint of the transformers library as the two graphs that aural's own Whisper reader runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, final

import numpy as np


@final
class Encoder:
    """Log-mel in; the keys and values that each layer of the decoder attends to out."""

    inputs = ("mel",)

    def __init__(self, torch: Any, model: Any) -> None:
        self._torch, self._model = torch, model
        self._layers = model.model.decoder.layers
        self.outputs = tuple(f"cross.{i}.{part}" for i in range(len(self._layers)) for part in ("key", "value"))

    def shape(self, name: str) -> list[int | str | None]:
        """Batch, bands, frames."""
        return ["B", int(self._model.config.num_mel_bins), 2 * int(self._model.config.max_source_positions)]

    def run(self, feeds: Mapping[str, np.ndarray], outputs: Sequence[str] | None = None) -> list[Any]:
        """mel [B, M, 3000] -> key and value [B, H, 1500, D / H] of each layer, on the net's device."""
        with self._torch.inference_mode():
            mel = _tensor(self._torch, feeds["mel"], self._model)
            heard = self._model.model.encoder(input_features=mel, return_dict=True).last_hidden_state
            found = []
            for layer in self._layers:
                attention = layer.encoder_attn
                found += [_heads(attention.k_proj(heard), attention), _heads(attention.v_proj(heard), attention)]
        return found


@final
class Decoder:
    """Ids, and what was read before, in; scores of the next id, the attention of the heads that follow the sound, and
    the grown keys and values out. `heads`: (layer, head) pairs."""

    def __init__(self, torch: Any, model: Any, heads: Sequence[tuple[int, int]]) -> None:
        self._torch, self._model, self._heads = torch, model, tuple(heads)
        self._decoder = model.model.decoder
        places = [f"{i}.{part}" for i in range(len(self._decoder.layers)) for part in ("key", "value")]
        self.inputs = ("tokens", "positions", "mask", *(f"past.{p}" for p in places), *(f"cross.{p}" for p in places))
        self.outputs = ("logits", "attention", *(f"present.{p}" for p in places))

    def shape(self, name: str) -> list[int | str | None]:
        """Batch, heads, ids so far, width of a head; for the keys and values of the past."""
        config = self._model.config
        return ["B", int(config.decoder_attention_heads), "L", int(config.d_model) // int(config.decoder_attention_heads)]

    def run(self, feeds: Mapping[str, Any], outputs: Sequence[str] | None = None) -> list[Any]:
        """tokens [B, L], positions [L], mask [L, past + L], past and cross -> logits [B, L, V], attention [B, heads, L, F], ...

        Source: the decoder of Radford et al. 2022; the arrays are the checkpoint's.
        """
        decoder, torch = self._decoder, self._torch
        found: dict[str, Any] = {}
        attended: dict[tuple[int, int], Any] = {}
        with torch.inference_mode():
            positions = _tensor(torch, feeds["positions"], self._model)
            mask = _tensor(torch, feeds["mask"], self._model)
            x = decoder.embed_tokens(_tensor(torch, feeds["tokens"], self._model)) * decoder.embed_scale
            x = x + decoder.embed_positions.weight[positions]
            for i, layer in enumerate(decoder.layers):
                own, normed = layer.self_attn, layer.self_attn_layer_norm(x)
                past = [_tensor(torch, feeds[f"past.{i}.{part}"], self._model) for part in ("key", "value")]
                key = torch.cat([past[0], _heads(own.k_proj(normed), own)], 2)
                value = torch.cat([past[1], _heads(own.v_proj(normed), own)], 2)
                found |= {f"present.{i}.key": key, f"present.{i}.value": value}
                x = x + self._attend(own, normed, key, value, mask)[0]
                cross = layer.encoder_attn
                told, weights = self._attend(
                    cross, layer.encoder_attn_layer_norm(x), feeds[f"cross.{i}.key"], feeds[f"cross.{i}.value"], None
                )
                attended |= {(i, head): weights[:, head] for at, head in self._heads if at == i}
                x = x + told
                x = x + layer.fc2(layer.activation_fn(layer.fc1(layer.final_layer_norm(x))))
            wanted = tuple(outputs or self.outputs)
            if "logits" in wanted:
                found["logits"] = self._model.proj_out(decoder.layer_norm(x)).cpu().numpy()
            if "attention" in wanted:
                found["attention"] = torch.stack([attended[pair] for pair in self._heads], 1).cpu().numpy()
        return [found[name] for name in wanted]

    def _attend(self, attention: Any, x: Any, key: Any, value: Any, mask: Any) -> tuple[Any, Any]:
        """What the layer takes in, and the weights [B, H, L, F] it took it by."""
        query = _heads(attention.q_proj(x) * attention.head_dim**-0.5, attention)
        scores = query @ key.transpose(2, 3)
        weights = self._torch.softmax(scores if mask is None else scores + mask, dim=-1)
        return attention.out_proj((weights @ value).transpose(1, 2).flatten(2)), weights


def alignment_heads(told: Any, layers: int, heads: int) -> tuple[tuple[int, int], ...]:
    """The (layer, head) pairs that follow the sound: those of the checkpoint, else all of the upper half of the layers."""
    pairs = told if isinstance(told, list) else []
    listed = sorted({(p[0], p[1]) for p in pairs if isinstance(p, list) and len(p) == 2 and all(isinstance(n, int) for n in p)})
    inside = tuple((i, h) for i, h in listed if 0 <= i < layers and 0 <= h < heads)
    return inside or tuple((i, h) for i in range(layers // 2, layers) for h in range(heads))


def _heads(x: Any, attention: Any) -> Any:
    """[B, L, D] -> [B, H, L, D / H]."""
    return x.unflatten(-1, (attention.num_heads, attention.head_dim)).transpose(1, 2)


def _tensor(torch: Any, value: Any, model: Any) -> Any:
    """An array or tensor on the net's device."""
    return torch.as_tensor(value, device=model.device)
