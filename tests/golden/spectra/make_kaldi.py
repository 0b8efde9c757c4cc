"""Make kaldi.npz. Run with a Python that has kaldi-native-fbank and faster-whisper."""

from importlib.metadata import version
from pathlib import Path

import kaldi_native_fbank as knf
import numpy as np
from faster_whisper.feature_extractor import FeatureExtractor
from glide import signal

pcm = signal(16000, 4000)
found = {"pcm": pcm, "versions": " ".join(f"{p} {version(p)}" for p in ("kaldi-native-fbank", "faster-whisper", "numpy"))}
for window in ("hamming", "povey"):
    options = knf.FbankOptions()
    options.frame_opts.dither, options.frame_opts.window_type, options.frame_opts.snip_edges = 0, window, True
    options.mel_opts.num_bins, options.energy_floor = 80, 0
    fbank = knf.OnlineFbank(options)
    fbank.accept_waveform(16000, pcm.astype(np.float32).tolist())
    fbank.input_finished()
    found[window] = np.stack([fbank.get_frame(k) for k in range(fbank.num_frames_ready)])
whisper = FeatureExtractor()(pcm.astype(np.float32) / 32768, padding=0)
found["whisper"] = np.asarray(whisper, np.float32)
np.savez_compressed(Path(__file__).parent / "kaldi.npz", **found)
