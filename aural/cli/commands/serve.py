"""Answer over HTTP what the verbs answer here: OpenAI's audio API, live captions, a page, home automation"""

from __future__ import annotations

import argparse

from aural import settings
from aural.cli import flags
from aural.errors import ExtraMissing
from aural.server.options import Options

_EXAMPLES = """
examples:
  aural serve
  aural serve --host 0.0.0.0 --token SECRET --log json
  aural serve --cluster auto --replicas 1-8
  curl -F file=@talk.wav -F response_format=srt http://127.0.0.1:8000/v1/audio/transcriptions
  curl -F file=@street.wav http://127.0.0.1:8000/v1/tag
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `aural serve`."""
    parser.epilog = _EXAMPLES
    parser.add_argument("--device", default="auto", metavar="NAME", help="auto, cpu, cuda, coreml or directml")
    parser.add_argument("--threads", type=int, default=0, metavar="N", help="threads of one model (0 = as many as cores)")
    where = "servers on the nodes of a Ray cluster behind this address: auto, or HOST:PORT; --replicas = how many"
    parser.add_argument("--cluster", metavar="WHERE", help=where)
    flags.add_options(parser, settings.options_of(Options), "options of the server")


def run(args: argparse.Namespace) -> int:
    """Serve until it is told to stop. Raises: ExtraMissing without the packages of the extra."""
    options = settings.build(Options, flags.options_from(args), where="serve")
    try:
        import starlette  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError as error:
        raise ExtraMissing(f"the server needs {error.name}", fix="pip install 'aural[serve]'") from None
    from aural.models.runtime import Runtime

    runtime = Runtime(args.device, args.threads)
    if args.cluster is not None:
        from aural.cli import serving

        return serving.serve(options, runtime, args.cluster)
    from aural.server.run import serve

    return serve(options, runtime)
