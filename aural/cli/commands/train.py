"""Learn a verb from your own recordings: aural train classify sounds/ -o runs/mine"""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aural import find, settings
from aural.cli import flags
from aural.cli.main import say
from aural.cli.shown import progress_of
from aural.errors import ExtraMissing, UsageError
from aural.learn import recipes

if TYPE_CHECKING:
    from aural.learn.several import Asked
    from aural.learn.train import Ask, Trained

_EXAMPLES = """
examples:
  aural train classify sounds/ -o runs/mine            sounds/<label>/*.wav is all there is
  aural train classify --manifest train.jsonl --valid valid.jsonl -o runs/words --net bc_resnet --augment noise,shift
  aural train tag --manifest set.jsonl -o runs/tags --set encoder.width=32 --minutes 20
  aural train classify sounds/ -o runs/mine --resume    goes on where it was stopped, however it was stopped
  aural train classify sounds/ -o runs/folds --folds 5 --repeats 2          every clip is validated on
  aural train classify sounds/ -o runs/mels --sweep n_mels=40,64,128        a table of all, and the best model
  aural train classify sounds/ -o runs/curve --curve                        what twice the clips would bring
  aural train transcribe rows.jsonl --method hmm -o runs/words              phones, a lexicon and n-grams
  aural train classify sounds/ -o runs/mine --processes 2                   one fit in two processes
  aural train transcribe rows.jsonl --method adapt -o runs/mine            the default recognizer learns your speakers
  aural train spot --phrase "hey juno" -o runs/juno                         a wake word from text alone
  aural train speak --manifest rows.jsonl --method units -o runs/voice --consent "my own voice"    rows of audio and text
  aural train classify fsdd/ --recipe digits -o runs/digits                 settings of a recipe, rows of a known corpus
  aural classify new.wav --model runs/mine
"""
_CLASSICAL = ("stages", "lexicon", "grammar", "lm")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What is learned, from what, and how."""
    parser.epilog = _EXAMPLES
    parser.add_argument("verb", help="classify, tag, detect, estimate, anomaly ...: the verb that the model will answer")
    parser.add_argument("data", nargs="?", type=Path, help="a folder of label folders, a manifest, a Kaldi folder, a csv ...")
    parser.add_argument("--manifest", type=Path, metavar="FILE", help="the same, by name")
    parser.add_argument("--valid", type=Path, metavar="FILE", help="clips to validate on (default: a fifth of the groups)")
    parser.add_argument("--share", type=float, default=0.2, help="part of the groups kept for validation (default: 0.2)")
    parser.add_argument("--label", metavar="KEY", help="the key of the rows that is the answer (default: label)")
    parser.add_argument("--unit", default="", metavar="TEXT", help="the unit of a number: years, BPM ...")
    parser.add_argument("--method", help=f"{', '.join(find.names('learn/methods'))} (default: what the verb is made for)")
    parser.add_argument("-o", "--output", type=Path, metavar="FOLDER", help="the run folder (default: runs/VERB)")
    parser.add_argument("--resume", action="store_true", help="go on with the training in the run folder")
    parser.add_argument("--force", action="store_true", help="train also on data that cannot carry a model")
    parser.add_argument("--config", type=Path, metavar="FILE.toml", help="settings from a file; flags come before it")
    parser.add_argument("--recipe", metavar="NAME", help=f"settings that reached something: {', '.join(recipes.names())}")
    parser.add_argument("--corpus", metavar="NAME", help="data is the folder of this known corpus (`aural corpora` lists them)")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="of net or loss: encoder.width=64")
    parser.add_argument("--processes", type=int, default=1, metavar="N", help="processes that learn together (default: 1)")
    parser.add_argument("--cluster", metavar="WHERE", help="all but the first of them on a Ray cluster: auto, or HOST:PORT")
    parser.set_defaults(parser=parser)
    several = parser.add_argument_group("several trainings in one run folder, gone on with by --resume")
    several.add_argument("--folds", type=int, metavar="N", help="group k-fold: every clip is validated on once")
    several.add_argument("--repeats", type=int, default=1, metavar="N", help="folds or curve again, with other seeds (default: 1)")
    several.add_argument("--sweep", action="append", default=[], metavar="NAME=A,B", help="each value in turn; several: all pairs")
    several.add_argument("--curve", action="store_true", help="on 1/8, 1/4, 1/2 and all of the clips")
    spoken = parser.add_argument_group("readings by synthetic voices, for spot")
    spoken.add_argument(
        "--phrase", action="append", default=[], metavar="TEXT", help="learn this phrase from text alone; may be repeated"
    )
    spoken.add_argument("--readings", type=int, default=160, metavar="N", help="how often each phrase is read (default: 160)")
    spoken.add_argument("--voice", default="default", metavar="MODEL", help="the synthesizer that reads (default: kokoro)")
    spoken.add_argument("--phonemes", metavar="TEXT", help="how the phrase sounds, a group for each word, where the lexicon errs")
    own = parser.add_argument_group("voices, for speak")
    own.add_argument(
        "--consent",
        default="",
        metavar="TEXT",
        help="by whose leave this voice is made; kept in its card, and needed for every voice",
    )
    classical = parser.add_argument_group("the classical pipeline, for transcribe --method hmm")
    classical.add_argument("--stages", metavar="A,B", help="mono,tri,lda,sat,hybrid, as far as wanted (default: by the vocabulary)")
    classical.add_argument("--lexicon", metavar="FILE", help="pronunciations of your own: a word and its phones on each line")
    classical.add_argument(
        "--grammar", choices=("auto", "ngram", "loop"), help="n-grams of the texts, or a free loop of their words"
    )
    classical.add_argument("--lm", metavar="FILE", help="the language model as an ARPA file")
    parser.add_argument("--progress", choices=("auto", "bar", "json", "none"), default="auto", help="how progress is shown")
    # The options stand in learn/options.py, which needs no torch.
    from aural.learn.options import Options

    flags.add_options(parser, settings.options_of(Options), "training", bare=True)


def run(args: argparse.Namespace) -> int:
    """Train, and say what to do with the model."""
    if args.processes < 1 or (args.cluster is not None and args.processes == 1):
        raise UsageError(
            f"{args.processes} processes cannot be", where="--processes", fix="It takes 1 or more; --cluster 2 or more"
        )
    if args.processes > 1:
        from aural.cli.workers import train

        return train(_alone(args.parser.given), args.processes, args.cluster)
    shown = progress_of(args.progress)
    try:
        _trained(with_readings(asked(args), args, shown), _several(args), shown)
    finally:
        shown.close()
    return 0


def _alone(words: list[str]) -> list[str]:
    """A command line without what begins several processes."""
    found, skip = [], False
    for word in words:
        begins = word in ("--processes", "--cluster")
        if not (skip or begins or word.startswith(("--processes=", "--cluster="))):
            found.append(word)
        skip = begins
    return found


def _several(args: argparse.Namespace) -> Asked:
    from aural.learn.several import Asked

    return Asked(args.folds, tuple(args.sweep), args.curve, args.repeats)


def _trained(ask: Ask, several: Asked, shown: Any) -> None:
    from aural.learn import processes
    from aural.learn.several import begun, learn
    from aural.learn.train import train

    def tell(text: str) -> None:
        print(text, flush=True)

    try:
        many = several.kind or (ask.resume and begun(ask.folder))
        made = learn(ask, several, shown, tell) if many else train(ask, shown, tell)
    except ModuleNotFoundError as error:
        # Only the methods that learn nets need the extra: the classical ones run without it.
        fix = 'Install the extra: pip install "aural[train]", or use --method classical'
        raise ExtraMissing(f"the package {error.name} is not installed", where="train", fix=fix) from error
    processes.leave()
    if not processes.first():
        return
    say(f"the model lies in {made.folder}; now: aural {ask.verb} {_next(ask.verb, made)}")


def _next(verb: str, made: Trained) -> str:
    """What to give the verb now, so that the model is used."""
    if made.card.role == "vocoder":
        return f"TEXT --model VOICE --vocoder {made.folder}"
    return f"{'TEXT' if find.page('tasks', verb).TASK.takes == 'text' else 'RECORDING'} --model {made.folder}"


def with_readings(ask: Ask, args: argparse.Namespace, shown: Any) -> Ask:
    """The phrases read by synthetic voices, where there are any. They are kept, so that another training need not wait for them."""
    if not args.phrase or ask.resume:
        return ask
    if ask.verb != "spot":
        raise UsageError(
            f"phrases are learned for spot, not for {ask.verb}", where="--phrase", fix="Write aural train spot --phrase ..."
        )
    from aural.learn import rendered
    from aural.learn.train import check

    rendered.check(args.phrase)
    told = rendered.Reading(tuple(args.phrase), args.readings, args.voice, args.phonemes, ask.seed)
    ask = dataclasses.replace(ask, said=rendered.place(told) / rendered.MANIFEST)
    check(ask, shown)
    clips = rendered.said(told, shown)
    say(f"{len(clips)} readings of {', '.join(args.phrase)} and of what nearly sounds like it")
    return ask


def asked(args: argparse.Namespace) -> Ask:
    """The command line as what is asked of a training."""
    from aural.learn.train import Ask

    recipe = recipes.read(args.recipe) if args.recipe else recipes.Recipe("", "", args.verb, "")
    if recipe.verb != args.verb:
        raise UsageError(f"{recipe.name} is a recipe for {recipe.verb}, not for {args.verb}", where="--recipe",
                         fix=f"Write aural train {recipe.verb} ... --recipe {recipe.name}")  # fmt: skip
    given: dict[str, Any] = dict(recipe.settings) | (settings.from_toml(args.config) if args.config else {})
    given |= flags.options_from(args)
    given |= {name: getattr(args, name) for name in _CLASSICAL if getattr(args, name) is not None}
    for text in args.set:
        name, equals, value = text.partition("=")
        if not equals:
            raise UsageError(f"--set takes name=value, not {text!r}")
        given[name.strip().replace("-", "_")] = value.strip()
    data = args.manifest or args.data
    folder = args.output or Path("runs") / args.verb
    seed = _seed(given.get("seed", 0))
    return Ask(
        args.verb, data, folder, args.valid, args.label or recipe.label, args.method or recipe.method, given, args.share, seed,
        args.resume, args.force, args.unit or recipe.unit, consent=args.consent, corpus=args.corpus or recipe.corpus,
    )  # fmt: skip


def _seed(told: Any) -> int:
    """The seed by which clips are parted, whichever way it was told. Raises: UsageError."""
    try:
        return int(told)
    except (TypeError, ValueError):
        raise UsageError(f"seed is {told!r:.40}", where="train", fix="It takes a whole number") from None
