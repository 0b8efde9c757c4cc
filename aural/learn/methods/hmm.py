"""Speech to text as it was done for thirty years: hidden Markov models of phones, a lexicon, n-grams, and Bayes' rule.

What is looked for are the words W with the largest p(X | W) P(W). p(X | W) is learned in stages, each beginning with how the one
before it lays frames over texts: monophones, triphones with tied states, LDA and MLLT, speaker adaptation, a net for the Gaussians.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from aural import settings
from aural.beams.token_passing import Weights
from aural.errors import UsageError
from aural.files import sha256_of, write_text
from aural.learn.hidden_markov import ladder
from aural.learn.hidden_markov.ladder import Course, Rung
from aural.learn.hidden_markov.languages import language_of, model_of, sentences_of
from aural.learn.hidden_markov.lexicons import lexicon_of
from aural.learn.hidden_markov.recordings import Change, Hearing, hear
from aural.learn.job import Job, Method
from aural.learn.targets._text import text_of
from aural.models.card import Card, Licences
from aural.models.card import write as write_card
from aural.models.engines import hmm as engine
from aural.models.listener import FILE, Listener
from aural.models.runtime import Runtime
from aural.settings import option
from aural.sound.cepstra import HOP, Cepstra
from aural.sound.source import Source
from aural.text.lines import named_file
from aural.text.pronunciation import dictionary
from aural.text.pronunciation.dictionary import alphabet_of, plain

_PARTING = ("mixup", "between_class", "shift", "specaugment", "warp")
_NARROW = 8000
# In a free loop nothing speaks against one word more: chosen on digit strings of a voice kept out of training.
_LOOP_BONUS = -2.0


@dataclass(frozen=True)
class Options:
    """How the classical pipeline is learned."""

    stages: tuple[str, ...] = option(
        (), "stages in their order: mono, tri, lda, sat, hybrid; not set = mono,tri for at most 100 words, else mono,tri,lda,sat"
    )
    lexicon: str | None = option(
        None, "pronunciations of your own: a word, a tab and its phones on each line; other words are read by table and rule",
        file="named",
    )  # fmt: skip
    phones: str = option(
        "auto", "what words are made of where no lexicon tells: English phones, or letters for every other language",
        choices=("auto", "english", "letters"),
    )  # fmt: skip
    language: str | None = option(None, "language of the texts, as a code")
    grammar: str = option(
        "auto", "P(W): n-grams of the texts, or a free loop of their words (auto: for few words said one by one)",
        choices=("auto", "ngram", "loop"),
    )  # fmt: skip
    lm: str | None = option(None, "P(W) from an ARPA file, with all the words that it holds", file="named")
    lm_text: str | None = option(
        None, "a text, a sentence a line, from which P(W) is learned beside the texts of the clips, with its words", file="named"
    )  # fmt: skip
    order: int = option(3, "the longest n-grams", least=1, most=6)
    sample_rate: int | None = option(
        None, "recordings are brought to this rate; not set = 8000 where they have it, else 16000", unit="Hz"
    )
    depth: float = option(
        40.0, "what is softer than this below the voice, band by band, is not heard", unit="dB", least=5, most=100
    )
    n_mels: int = option(24, "bands of the filter bank", least=13, most=80)
    edges: float = option(
        0.1, "faint noise around each clip, so that what is cut tight teaches silence, too", unit="s", least=0, most=2
    )
    speeds: tuple[float, ...] = option((1.0,), "each clip is heard at all of these speeds, as a smaller or larger voice says it")
    augment: tuple[str, ...] = option((), "effects of a second hearing of each clip, such as noise,room,gain")
    noise: str | None = option(None, "folder or manifest of noises for --augment noise", file="named")
    rooms: str | None = option(None, "folder or manifest of impulse responses for --augment room", file="named")
    gaussians: int = option(0, "Gaussians of the last stage; 0 = by how much there is to learn from", least=0)
    leaves: int = option(0, "tied states of the triphones; 0 = by how much there is to learn from", least=0)
    listener: str | None = option(
        None, "moonshine-base: the net of the last stage hears what this recognizer's encoder makes of the sound, too; not set = "
        "cepstra alone",
    )  # fmt: skip
    width: int = option(256, "size of the layers of the net of the last stage", least=8, most=4096)
    epochs: int = option(6, "passes of the net of the last stage", least=1)
    threads: int = option(0, "threads of the net of the last stage; 0 = all cores", least=0, most=1024)
    seed: int = option(0, "everything that is drawn follows from it", least=0)


def read(job: Job) -> Options:
    """The options that were given. Raises: UsageError."""
    options = settings.build(Options, job.given, where="--method hmm")
    unknown = [stage for stage in options.stages if stage not in ladder.STAGES]
    if unknown or list(options.stages) != [s for s in ladder.STAGES if s in options.stages]:
        raise UsageError(
            f"{','.join(options.stages)} are no stages", where="--stages", fix=f"In this order: {','.join(ladder.STAGES)}"
        )
    if options.stages and options.stages[0] != ladder.STAGES[0]:
        raise UsageError("the stages begin with mono", where="--stages", fix=f"Write {','.join(ladder.STAGES[:2])} ...")
    wrong = [name for name in options.augment if name in _PARTING]
    if wrong:
        raise UsageError("after this a clip no longer says its text", where=f"--augment {wrong[0]}", fix="Leave it out")
    if options.listener is not None and ladder.STAGES[-1] not in options.stages:
        fix = f"Add it: --stages {','.join((*options.stages, ladder.STAGES[-1]) if options.stages else ladder.STAGES)}"
        raise UsageError("only the net of the stage hybrid hears with a listener", where="--set listener", fix=fix)
    if options.listener is not None:
        from aural.learn import fetched  # needs torch, as the stage does

        fetched.check(options.listener, "--set listener")
    if options.lm is not None and options.lm_text is not None:
        raise UsageError("a model and a text both tell P(W)", where="--lm", fix="Leave --lm or --set lm_text out")
    _open(options)
    return options


def _open(options: Options) -> None:
    """Files that are named can be read: this is told before anything is written. Raises: UsageError, FormatError, DataError."""
    files = (
        ("--lexicon", options.lexicon, dictionary.read),
        ("--lm", options.lm, model_of),
        ("--set lm_text", options.lm_text, sentences_of),
    )
    for flag, given, opened in files:
        if given is not None:
            opened(named_file(given, flag))


def run(job: Job) -> Card:
    """Hear, learn stage after stage, weigh acoustics and language, write the model folder."""
    options = read(job)
    clips = job.clips["train"]
    texts = [plain(text_of(clip)) for clip in clips]
    more = sentences_of(Path(options.lm_text)) if options.lm_text else []
    language, told = language_of([*texts, *more], options.grammar, options.order, Path(options.lm) if options.lm else None)
    words = {word for text in texts for word in text}
    lexicon = Path(options.lexicon) if options.lexicon else None
    # By the clips alone: one foreign word in a text for P(W) would change what all words are made of.
    alphabet = alphabet_of(words, options.language) if options.phones == "auto" else options.phones
    pronounced = lexicon_of({*words, *language.words}, lexicon, alphabet, job.say)
    job.say(f"language: {told}")
    rate = options.sample_rate or _rate(clips[0].audio)
    front = Cepstra(sample_rate=rate, n_mels=options.n_mels, depth=options.depth)
    job.model.mkdir(parents=True, exist_ok=True)
    listener, lent = _listener(job, options, rate)
    hearing = Hearing(front, options.edges, options.speeds, _change(options), options.seed, listener)
    utterances = hear(clips, hearing, job.progress)
    valid = hear(job.clips["valid"], Hearing(front, listener=listener), job.progress)
    frames = sum(len(u.cepstra) for u in utterances)
    voices = len({u.speaker for u in utterances})
    job.say(f"{len(utterances)} hearings of {len(clips)} clips, {frames * HOP / 3600:.2f} hours, {voices} voices")
    stages = options.stages or ladder.usual(len(words))
    weights = Weights(bonus=_LOOP_BONUS if language.order == 1 else 0.0)
    sizes = {name: getattr(options, name) for name in ("gaussians", "leaves", "width", "epochs")}
    course = Course(
        pronounced, language, front, utterances, valid, job.say, weights, seed=options.seed, threads=options.threads, **sizes
    )
    rungs = ladder.climbed(course, stages, job.model / engine.NET)
    write_text(job.folder / "options.json", json.dumps(settings.as_dict(options), indent=1, sort_keys=True) + "\n")
    write_text(job.folder / "stages.json", json.dumps([r.told for r in rungs], indent=1, sort_keys=True) + "\n")
    job.say(f"{rungs[-1].told['parameters'] + lent:,} parameters")
    return _written(job, options, rungs[-1], course)


def _written(job: Job, options: Options, rung: Rung, course: Course) -> Card:
    """The model folder with its card."""
    names = engine.write(job.model, rung.pipeline)
    clips = job.clips["train"]
    licences = sorted({c.licence for part in job.clips.values() for c in part if c.licence})
    seconds = sum(len(u.cepstra) for u in course.utterances) * HOP
    card = Card(
        name=job.name, role=job.role, kind="hmm", source="trained with aural", question=job.question,
        sample_rate=course.front.sample_rate,
        licences=_licences(options, ", ".join(licences) or "unknown"),
        languages=_languages(options, course), labels=rung.pipeline.acoustics.phones, batch="exact", hop=HOP,
        files={name: sha256_of(job.model / name) for name in names},
        calibration={"lm_weight": rung.pipeline.weights.language, "word_bonus": rung.pipeline.weights.bonus}, seed=options.seed,
        trained_on=f"{len(clips)} clips, {seconds / 3600:.2f} hours of hearings",
    )  # fmt: skip
    write_card(card, job.model / "card.json")
    return card


def _listener(job: Job, options: Options, rate: int) -> tuple[Listener | None, int]:
    """Who hears beside the cepstra, its graph in the model folder, and how many numbers it has."""
    if options.listener is None:
        return None, 0
    from aural.learn import fetched

    path = job.model / FILE
    numbers = fetched.write_encoder(options.listener, path, job.progress)
    return Listener(Runtime("cpu", options.threads).session(path), rate), numbers


def _licences(options: Options, data: str) -> Licences:
    if options.listener is None:
        return Licences("Apache-2.0", "as the data allow", data, None, "the rows of the manifest")
    from aural.learn import fetched, transfer

    return transfer.lent(fetched.licences(options.listener), f"hears with {options.listener}", data)


def _languages(options: Options, course: Course) -> tuple[str, ...]:
    if options.language:
        return (options.language,)
    return ("en",) if course.dictionary.alphabet == "english" else ()


def _change(options: Options) -> Change | None:
    """The effects of the second hearing; only they need what else is learned here."""
    if not options.augment:
        return None
    from aural.learn.augment import Effects

    return Effects(options.augment, options.noise, options.rooms)


def _rate(audio: Path) -> int:
    with Source(audio) as source:
        return _NARROW if source.recording.sample_rate <= _NARROW else 2 * _NARROW


METHOD = Method(Options, read, run, frozenset({("sequence", "class")}))
