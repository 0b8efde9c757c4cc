"""Text normalization by other packages, run by their own Python: JSON lines in (direction, text), JSON lines out (name: answer)."""

import json
import sys
import time


def speakers() -> dict:
    """Name -> function from a written text to a spoken one, for those that can be imported."""
    found = {}
    try:
        import spokenform

        found["spokenform"] = lambda text: spokenform.prepare(text, language="en").spoken_text
    except ImportError:
        pass
    try:
        import itntext

        found["itntext"] = itntext.Normalizer(lang="en", operator="tn").normalize
    except ImportError:
        pass
    try:
        import kitten_text_processing

        found["kitten-text-processing"] = lambda text: kitten_text_processing.normalize_text(text, locale="en-US")
    except ImportError:
        pass
    try:
        import damga

        found["damga"] = damga.TextNormalizer(lang="en").normalize
    except ImportError:
        pass
    try:
        import wetext

        found["wetext"] = wetext.Normalizer(lang="en", operator="tn").normalize
    except ImportError:
        pass
    try:
        import normt2s

        found["normt2s"] = normt2s.normalize
    except ImportError:
        pass
    try:
        import voxnorm

        found["voxnorm"] = voxnorm.normalize
    except ImportError:
        pass
    return found


def writers() -> dict:
    """Name -> function from a spoken text to a written one, for those that can be imported."""
    found = {}
    try:
        import wetext

        found["wetext"] = wetext.Normalizer(lang="en", operator="itn").normalize
    except ImportError:
        pass
    try:
        import itntext

        found["itntext"] = itntext.Normalizer(lang="en", operator="itn").normalize
    except ImportError:
        pass
    try:
        import damga

        found["damga"] = damga.InverseNormalizer(lang="en").normalize
    except ImportError:
        pass
    return found


def main() -> None:
    ways = {"written->spoken": speakers(), "spoken->written": writers()}
    for line in sys.stdin:
        job = json.loads(line)
        told, took = {}, {}
        for name, answer in ways[job["direction"]].items():
            begin = time.process_time()
            try:
                told[name] = answer(job["text"])
            except Exception as error:  # what another package raises is its answer
                told[name] = f"{type(error).__name__}"
            took[name] = time.process_time() - begin
        print(json.dumps({"told": told, "took": took}), flush=True)


if __name__ == "__main__":
    main()
