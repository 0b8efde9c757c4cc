"""Marks by Distill-MOS (distillmos), run by its own Python: JSON lines in (path of samples at 16 kHz) and out (mark)."""

import json
import sys
import types

import numpy as np
import torch

try:
    import torchaudio  # noqa: F401
except ImportError:  # only its own command line reads files
    sys.modules["torchaudio"] = types.ModuleType("torchaudio")

out, sys.stdout = sys.stdout, sys.stderr  # the package prints what it loads

import distillmos  # noqa: E402

torch.set_num_threads(1)
net = distillmos.ConvTransformerSQAModel().eval()
for line in sys.stdin:
    samples = torch.from_numpy(np.load(json.loads(line)["path"]).astype(np.float32))[None]
    with torch.no_grad():
        print(json.dumps({"mark": float(net(samples).reshape(-1)[0])}), file=out, flush=True)
