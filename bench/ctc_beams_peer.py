"""CTC beam searches of other packages, run by their own Python: a .npy of log-probabilities in, JSON out."""

import importlib.metadata
import json
import sys
import time

import numpy as np


def main() -> None:
    scores, width = np.load(sys.argv[1]), int(sys.argv[2])
    told = {}
    for name, call in (("fast-ctc-decode", fast), ("flashlight-text", flashlight)):
        spent = []
        for _ in range(3):
            begun = time.process_time()
            answers = call(scores, width)
            spent.append(time.process_time() - begun)
        told[f"{name} {importlib.metadata.version(name)}"] = [answers, min(spent)]
    print(json.dumps(told))


def fast(scores, width):
    """Rust; units are told by letters."""
    import fast_ctc_decode

    letters = "".join(chr(0x100 + k) for k in range(scores.shape[2]))
    chances = np.exp(scores).astype(np.float32)
    found = [fast_ctc_decode.beam_search(row, letters, beam_size=width, beam_cut_threshold=0.0)[0] for row in chances]
    return [[ord(c) - 0x100 for c in text] for text in found]


def flashlight(scores, width):
    """C++, lexicon-free, all paths of a prefix added up."""
    from flashlight.lib.text.decoder import CriterionType, LexiconFreeDecoder, LexiconFreeDecoderOptions, ZeroLM

    frames, classes = scores.shape[1:]
    options = LexiconFreeDecoderOptions(
        beam_size=width, beam_size_token=classes, beam_threshold=1e9, lm_weight=0.0, sil_score=0.0, log_add=True,
        criterion_type=CriterionType.CTC,
    )  # fmt: skip
    decoder = LexiconFreeDecoder(options, ZeroLM(), -1, 0, [])
    found = []
    for row in np.ascontiguousarray(scores, np.float32):
        path = decoder.decode(row.ctypes.data, frames, classes)[0].tokens
        found.append([int(t) for k, t in enumerate(path) if t > 0 and (k == 0 or t != path[k - 1])])
    return found


if __name__ == "__main__":
    main()
