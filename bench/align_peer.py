"""Forced alignment by pocketsphinx, run by its own Python: JSON lines in (raw, text), JSON lines out (words)."""

import json
import sys


def main() -> None:
    from pocketsphinx import Config, Decoder

    decoder = Decoder(Config(loglevel="FATAL", samprate=16000, lm=None))
    for line in sys.stdin:
        job = json.loads(line)
        words = []
        if all(decoder.lookup_word(w) for w in job["text"].split()):
            with open(job["raw"], "rb") as file:
                data = file.read()
            decoder.set_align_text(job["text"])
            decoder.start_utt()
            decoder.process_raw(data, full_utt=True)
            decoder.end_utt()
            segments = decoder.seg() or []
            words = [(s.word, s.start_frame / 100, (s.end_frame + 1) / 100) for s in segments if s.word[0] not in "<(["]
        print(json.dumps({"id": job["id"], "words": words}), flush=True)


if __name__ == "__main__":
    main()
