"""Copy synthesis by WORLD (pyworld), run by its own Python: JSON lines in (path of samples, sample_rate) and out (CPU seconds)."""

import json
import sys
import time

import numpy as np
import pyworld

for line in sys.stdin:
    told = json.loads(line)
    samples, rate = np.load(told["path"]).astype(np.float64), told["sample_rate"]
    begun = time.process_time()
    pitch, times = pyworld.harvest(samples, rate)
    power = pyworld.cheaptrick(samples, pitch, times, rate)
    noise = pyworld.d4c(samples, pitch, times, rate)
    made = pyworld.synthesize(pitch, power, noise, rate)[: len(samples)]
    spent = time.process_time() - begun
    np.save(told["path"], np.pad(made, (0, len(samples) - len(made))).astype(np.float32))
    print(json.dumps({"path": told["path"], "seconds": spent}), flush=True)
