"""A model of phrases as one file of C: its weights as arrays, and a loop in plain C99 that hears 20 ms at a time.

For microcontrollers: no heap, no library but math.h. The transform is a plain sum over a table of one turn, so that it reads
like its definition; a platform's own FFT may take the place of `spectrum`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

from aural.errors import ModelRefused
from aural.files import write_text
from aural.models import tensors
from aural.models.card import read
from aural.models.engines._stepping import GRAPH, hop_of
from aural.models.engines.phrases import FILE, STRIDE
from aural.nets.mel import FLOOR

_LAYER = "encoder.layers.{}.layer.{}_l0"
_GATES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def write(folder: Path, path: Path) -> None:
    """Write a model folder of the kind "phrases" as C. Raises: ModelRefused for another kind of model."""
    card = read(folder / "card.json")
    if card.kind != "phrases":
        raise ModelRefused(
            f"a model of the kind {card.kind} is not written as C", where=str(folder), fix="Train one with `aural train spot`"
        )
    weights = {i.name: numpy_helper.to_array(i) for i in onnx.load(folder / GRAPH).graph.initializer}
    head = tensors.read(folder / FILE)
    waves, first = weights["frontend.mel.waves"][:, 0], weights[_LAYER.format(0, "weight_hh")]
    every, width = (int(n) for n in head["sizes"])
    sizes = {
        "HOP": round(hop_of(folder) * card.sample_rate), "SIZE": waves.shape[1], "BINS": len(waves) // 2,
        "MELS": weights["frontend.mel.bank"].shape[1], "STATE": first.shape[1],
        "TOLD": len(head["mean"]), "EVERY": every, "WIDTH": width, "TAPS": head["first"].shape[2], "STRIDE": STRIDE,
        "CHANNELS": len(head["first"]), "PHRASES": len(card.labels),
    }  # fmt: skip
    # The first row of the transform is the window, its scale in it.
    arrays = {"window": waves[0], "bank": weights["frontend.mel.bank"], "mel_mean": weights["net.standard.mean"],
              "mel_scale": weights["net.standard.scale"]}  # fmt: skip
    for layer in (0, 1):
        arrays |= {f"gru{layer}_{name}": weights[_LAYER.format(layer, name)] for name in _GATES}
    arrays |= {"told_weight": weights["net.head.linear.weight"] * weights["net.spread"][:, None],
               "told_bias": weights["net.head.linear.bias"] * weights["net.spread"] + weights["net.center"]}  # fmt: skip
    arrays |= {
        name: head[name] for name in ("mean", "scale", "first", "first_bias", "second", "second_bias", "outer", "outer_bias")
    }
    borders = ", ".join(f"{label} {card.operating_points.get(label, 0.5):.3f}" for label in card.labels)
    lines = [f"/* {card.name}, written by aural. Phrases, and the scores from which on they count: {borders}. */"]
    lines += ["#include <math.h>", "#include <string.h>", *(f"#define {name} {size}" for name, size in sizes.items())]
    lines += [f"#define FLOOR {FLOOR:g}f", *(_array(name, values) for name, values in arrays.items())]
    write_text(path, "\n".join(lines) + _LOOP)


def _array(name: str, values: np.ndarray) -> str:
    numbers = ",".join(f"{v:.9g}f" if "." in f"{v:.9g}" or "e" in f"{v:.9g}" else f"{v:.9g}.f" for v in values.reshape(-1).tolist())
    return f"static const float {name}[{values.size}] = {{{numbers}}};"


_LOOP = """
#define HEARD ((SIZE + HOP - 1) / HOP * HOP)
#define LEFT1 ((WIDTH - TAPS) / STRIDE + 1)
#define LEFT2 ((LEFT1 - TAPS) / STRIDE + 1)

typedef struct {
  float samples[HEARD]; /* the last ones, oldest first; a frame is made of the first SIZE */
  float state[2][STATE];
  float frames[WIDTH][TOLD]; /* standardized, oldest first */
  int held, told;
} aural_spotter;

static void aural_start(aural_spotter *s) { memset(s, 0, sizeof *s); }

/* log-mel of the last SIZE samples, standardized */
static void spectrum(const float *x, float *mel) {
  static float turn[SIZE];
  static int ready;
  if (!ready)
    for (ready = 1; ready < SIZE + 1; ready++) turn[ready - 1] = cosf(6.283185307179586f * (ready - 1) / SIZE);
  for (int m = 0; m < MELS; m++) mel[m] = 0;
  for (int k = 0; k < BINS; k++) {
    float real = 0, imaginary = 0;
    for (int n = 0; n < SIZE; n++) {
      float v = x[n] * window[n];
      real += v * turn[k * n % SIZE];
      imaginary += v * turn[(k * n + SIZE / 4 * 3) % SIZE];
    }
    for (int m = 0; m < MELS; m++) mel[m] += (real * real + imaginary * imaginary) * bank[k * MELS + m];
  }
  for (int m = 0; m < MELS; m++) mel[m] = (logf(mel[m] + FLOOR) - mel_mean[m]) * mel_scale[m];
}

static float squash(float x) { return 1 / (1 + expf(-x)); }

/* one step of a gated recurrent unit: gates reset, update, new */
static void gru(const float *x, int n, float *h, const float *wi, const float *wh, const float *bi, const float *bh) {
  float next[STATE];
  for (int j = 0; j < STATE; j++) {
    float in[3], own[3];
    for (int g = 0; g < 3; g++) {
      in[g] = bi[g * STATE + j];
      own[g] = bh[g * STATE + j];
      for (int i = 0; i < n; i++) in[g] += wi[(g * STATE + j) * n + i] * x[i];
      for (int i = 0; i < STATE; i++) own[g] += wh[(g * STATE + j) * STATE + i] * h[i];
    }
    float update = squash(in[1] + own[1]);
    next[j] = (1 - update) * tanhf(in[2] + squash(in[0] + own[0]) * own[2]) + update * h[j];
  }
  memcpy(h, next, sizeof next);
}

static void convolve(const float *x, int width, int left, const float *w, const float *b, float *y) {
  for (int p = 0; p < left; p++)
    for (int c = 0; c < CHANNELS; c++) {
      float sum = b[c];
      for (int i = 0; i < width; i++)
        for (int t = 0; t < TAPS; t++) sum += w[(c * width + i) * TAPS + t] * x[(p * STRIDE + t) * width + i];
      y[p * CHANNELS + c] = sum > 0 ? sum : 0;
    }
}

/* The next HOP samples at 16 kHz, -1 to 1. Returns 1 when `scores` [PHRASES] are new. */
static int aural_hear(aural_spotter *s, const float *samples, float *scores) {
  float mel[MELS], one[LEFT1 * CHANNELS], two[LEFT2 * CHANNELS];
  memmove(s->samples, s->samples + HOP, (HEARD - HOP) * sizeof(float));
  memcpy(s->samples + HEARD - HOP, samples, HOP * sizeof(float));
  if (s->held < HEARD) s->held += HOP;
  if (s->held < HEARD) return 0; /* the first frame is not whole yet */
  spectrum(s->samples, mel);
  gru(mel, MELS, s->state[0], gru0_weight_ih, gru0_weight_hh, gru0_bias_ih, gru0_bias_hh);
  gru(s->state[0], STATE, s->state[1], gru1_weight_ih, gru1_weight_hh, gru1_bias_ih, gru1_bias_hh);
  if (s->told++ % EVERY) return 0;
  memmove(s->frames[0], s->frames[1], (WIDTH - 1) * sizeof s->frames[0]);
  for (int d = 0; d < TOLD; d++) {
    float sum = told_bias[d];
    for (int j = 0; j < STATE; j++) sum += told_weight[d * STATE + j] * s->state[1][j];
    s->frames[WIDTH - 1][d] = (sum - mean[d]) * scale[d];
  }
  convolve(s->frames[0], TOLD, LEFT1, first, first_bias, one);
  convolve(one, CHANNELS, LEFT2, second, second_bias, two);
  for (int k = 0; k < PHRASES; k++) {
    float sum = outer_bias[k];
    for (int c = 0; c < CHANNELS; c++)
      for (int p = 0; p < LEFT2; p++) sum += outer[(k * CHANNELS + c) * LEFT2 + p] * two[p * CHANNELS + c];
    scores[k] = squash(sum);
  }
  return 1;
}
"""
