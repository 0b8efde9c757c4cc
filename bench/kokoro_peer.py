"""The default voice's net as its packages run it, in a process of its own: one session over the whole graph as it comes, a sentence
after the other; phonemes are given, so that nothing is spent on text.

    python bench/kokoro_peer.py FOLDER "phonemes of a sentence. phonemes of another." out.wav
"""

import json
import re
import sys
import wave
from pathlib import Path

import numpy as np
import onnxruntime

folder, text, out = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
ids = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))["vocab"]
style = np.fromfile(folder / "af_heart.bin", np.float32).reshape(-1, 1, 256)
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(str(folder / "kokoro-v1.0.int8.onnx"), options, providers=["CPUExecutionProvider"])
names = [put.name for put in session.get_inputs()]
parts = []
for sentence in re.split(r"(?<=[.]) ", text):
    letters = [ids[letter] for letter in sentence if letter in ids]
    tokens = np.array([[0, *letters, 0]], np.int64)
    feeds = {"tokens": tokens, "style": style[len(letters) - 1], "speed": np.ones(1, np.float32)}
    parts.append(np.ravel(session.run(None, {name: feeds[name] for name in names})[0]))
with wave.open(out, "wb") as file:
    file.setnchannels(1)
    file.setsampwidth(2)
    file.setframerate(24000)
    file.writeframes((np.clip(np.concatenate(parts), -1, 1) * 32767).astype("<i2").tobytes())
