"""What is said: the words of a recording with their times"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from aural.errors import AuralError, UsageError
from aural.models import store
from aural.models.face import Decoding, Hypothesis, Recognizer
from aural.models.shelf import Shelf
from aural.progress import Progress
from aural.results import Question, Result, Segment, Span, Update, clock, grid_span, on_grid
from aural.settings import option
from aural.sound.resample import resample
from aural.sound.sound import Sound
from aural.sound.source import Source
from aural.tasks import _trust as trust
from aural.tasks._assumed import remark
from aural.tasks._edges import snapped
from aural.tasks._gate import FRAME, HOP, RATE, SHORT, Heard, hear, without_breath
from aural.tasks._gathered import Gathered
from aural.tasks._language_models import SCORED, languages, only_words
from aural.tasks._language_models import WORDS as OF_WORDS
from aural.tasks._numerals import in_figures, refuse
from aural.tasks._task import Task
from aural.tasks._windows import Cuts, halves, trimmed, windows
from aural.tasks._witness import Witness
from aural.tasks._words import guessed, in_order, plain, shifted
from aural.text import hotwords
from aural.text.languages import MIXED, code_of

Told = Callable[[list[Segment]], None]
SPIKING = frozenset({"ctc", "attention", "transducer", "marked"})  # the kinds of models that are sure of a word somewhere in it
SENTENCES = Cuts(whole=4.0, shortest=2.0, longest=7.0)  # where each may be in another language
_LATEST = 1e9  # s: no recording lasts thirty years
MANY_LANGUAGES = "whisper-base"  # opened when another language or a translation is asked for
# Below this mean log-probability of a recording's words the one language that a model knows is not
# believed: of `languages` (train) 93 of 112 foreign clips lie below and none of the English ones, of
# librispeech_mini none, of English by learners, adults and children, 7 in 100.
FOREIGN = -0.65
# The kinds of models whose decoder CTC hears along with; those that tell how much of the sound was looked at.
WRITING, LOOKING = frozenset({"attention", "marked"}), frozenset({"attention"})
# Windows under SHORT s get SHORT_PAD s of silence around them: single words come out right more often
# (fsdd, train: error rate 72 to 59 % with base, 103 to 61 % with tiny). A second try gets RETRY_PAD s.
SHORT_PAD, RETRY_PAD, CUT_TAIL = 0.25, 0.5, 0.7


@dataclass(frozen=True)
class Options:
    """What is asked of the recognizer, and which part of the recording."""

    language: str | None = option(
        None,
        "language spoken, as a code or a name: de or German; mixed = each stretch its own; not set = told by the model, or English",
        also=("--lang",),
    )
    task: str = option("transcribe", "write what is said, or translate it to English", choices=("transcribe", "translate"))
    hotwords: str | None = option(
        None, "names and terms to favor: a,b,c or a file with one on each line, phrase^2 for more", file="maybe"
    )
    only_words: str | None = option(None, "the only words that may be written: a,b,c or a file with one on each line", file="maybe")
    beam: int = option(1, "readings kept at once; 1 is fastest, 5 gains little", also=("--beam-size",), least=1, most=32)
    clip: str | None = option(None, "only this part, as start-end in seconds or m:ss (0:30-1:15)", also=("--clip-timestamps",))
    word_times: bool = option(True, "times for each word; without them each stretch of speech has one", also=("--word-timestamps",))
    nbest: int = option(
        1, "readings of each stretch of speech that are told, with their scores; for models of your own", least=1, most=100
    )
    lm: str | None = option(None, "language model over words, an ARPA file (.gz too); for models of your own", file="named")
    lm_text: str | None = option(
        None, "a text, a sentence a line, that a language model is made from; for models of your own", file="named"
    )
    lm_over: str = option("words", "what the language models are over", choices=("words", "characters"))
    lm_order: int = option(3, "the longest n-grams of --lm-text", least=1, most=8)
    lm_weight: float | None = option(
        None,
        "weight of log P(W) of the language models, or of the pipeline's own; not set = 0.5 beside log P(W | X), or as trained",
        least=0,
        most=10,
    )
    word_bonus: float | None = option(
        None,
        "what each word adds where a language model is used; more = longer answers; not set = 0, or the model's own",
        unit="nats",
    )
    ctc: float | None = option(
        None, "weight of CTC beside a decoder (--method attention, whisper); not set = as it was trained", least=0, most=0.99
    )
    unit_bonus: float = option(0.0, "what each unit adds that such a decoder writes; more = longer answers", unit="nats")
    coverage: float = option(
        0.0, "what each frame adds that such a decoder looked at; more = less is left out", unit="nats", least=0
    )
    units: str = option("words", "phones: the sounds that are said, as aural phones tells them", choices=("words", "phones"))
    numerals: bool = option(False, "numbers, dates, times and money in figures: $1.50 for one dollar fifty (English)")
    lookahead: int | None = option(
        None, "how far a frame may look ahead, for models that hear in chunks; not set = as far as they learned", unit="ms", least=0
    )
    pause: float = option(0.5, "--stream: silence that ends a phrase", unit="s", least=0.1, most=60)
    turn: float = option(1.0, "--stream: silence that ends a speaker's turn; 0 = turns are not told", unit="s", least=0, most=60)
    gate: float = option(0.5, "probability of a voice at which speech begins; lower lets more noise pass", least=0, most=1)


def run(source: Source, shelf: Shelf, options: Options, progress: Progress) -> Result:
    """Segments with words, in order; windows without a voice are not recognized."""
    heard = growing(source, shelf, options, progress, None)
    if options.units == "words":
        return heard
    from aural.tasks import phones  # it reads the words that are heard here

    return phones.of_words(heard, source, shelf)


def growing(
    source: Source, shelf: Shelf, options: Options, progress: Progress, told: Told | None, witness: Witness | None = None
) -> Result:
    """As `run`; told([segment ...]) gets each segment once, as soon as no later window can change it.

    `witness`: a sound tagger that is asked where the gate is not sure of a voice.
    """
    if told is not None and options.units != "words":
        return run(source, shelf, options, progress)
    start, end = clip_of(options.clip)
    if options.numerals and options.task == "transcribe":
        refuse(options.language)
    choose_model(shelf, options)
    mixed = options.language == MIXED
    text = Gathered(options.gate, mixed)
    expected = end or source.encoding.promised
    with shelf.open("vad") as gate, shelf.open("recognizer") as recognizer:
        decoding = decoding_of(options, recognizer)
        card, sent = recognizer.card, 0
        # How likely a model of one's own finds its words tells of its few recordings, not of languages; that of a list tells of it.
        assumed = decoding.language is None and len(card.languages) == 1 and card.kind not in SCORED and not decoding.words
        for window in windows(text.watched(hear(source, gate, start, end)), cuts_for(recognizer, mixed)):
            timed = options.word_times or window.seam is not None or window.overlapped
            asked = dataclasses.replace(decoding, word_times=timed)
            text.take(window, recognize(trimmed(window.heard), recognizer, asked, options.gate, witness=witness))
            if told is not None and (new := _settled(text, decoding.language, options)[sent:]):
                sent += len(new)
                told(new)
            progress.step(window.heard.end, expected, "transcribe")
    recording = source.recording
    limit = recording.duration or 0.0
    language = "en" if options.task == "translate" else decoding.language or text.language
    if assumed and text.likelihood() < FOREIGN:
        language = None
    found = in_figures(text.segments(limit, language, words=options.word_times), asked=options.numerals)
    segments = tuple(on_grid(s, limit) for s in found)
    speech = tuple(Span(*grid_span(a, b, limit)) for a, b in text.speech() if a < limit)
    if told is not None and segments[sent:]:
        told(list(segments[sent:]))
    return Result(recording, dict(shelf.made_by), language=language, speech=speech, segments=segments)


def _settled(text: Gathered, language: str | None, options: Options) -> list[Segment]:
    """The segments so far that stay as they are."""
    language = "en" if options.task == "translate" else language or text.language
    found = text.segments(_LATEST, language, words=options.word_times, settled=True)
    return [on_grid(s) for s in in_figures(found, asked=options.numerals)]


def recognize(
    heard: Heard,
    recognizer: Recognizer,
    decoding: Decoding,
    threshold: float = 0.5,
    depth: int = 0,
    witness: Witness | None = None,
) -> list[Hypothesis]:
    """What is said in one window; times in seconds of the recording. Empty when nobody speaks.

    A loop is heard again without hotwords, which a decoder can run into, then in halves; speech that is answered with nothing, or
    with marks alone (models write notes of music), is heard again, told that somebody speaks. What is written is kept when the
    signals of `_trust` agree that it was said.
    """
    evidence = trust.evidence(heard, threshold)
    if not evidence.any:
        return []
    told = _first_try(heard, recognizer, decoding)
    if told.scores.get("looped") and decoding.hotwords:
        decoding = dataclasses.replace(decoding, hotwords=())
        told = _first_try(heard, recognizer, decoding)
    if told.scores.get("looped") and depth < 3 and len(heard.voice) * HOP > 4.0:
        return [h for part in halves(heard) for h in recognize(part, recognizer, decoding, threshold, depth + 1, witness)]
    told = _tried_again(told, heard, recognizer, decoding, evidence)
    if not plain(told.text):
        return []
    other = witness.asked(heard) if witness is not None and not evidence.sure else None
    if not trust.believed(_weighed(told, heard, recognizer, decoding, evidence), evidence, other):
        return []
    words = told.words if told.words is not None or not decoding.word_times else guessed(told.text, heard.voice)
    if words and recognizer.card.kind in SPIKING:  # such a model says when a word is sure, somewhere in it
        words = snapped(words, heard.samples, 0.0)
    return [dataclasses.replace(told, words=None if words is None else tuple(shifted(words, heard.start)))]


def clip_of(text: str | None) -> tuple[float, float | None]:
    """The part of a recording behind "start-end" in seconds or m:ss; either may be left out.

    Raises: UsageError when it is none.
    """
    if not text:
        return 0.0, None
    first, dash, last = text.partition("-")
    wrong = UsageError(f"{text!r} is no part of a recording", where="--clip", fix="Write start-end, such as 30-75.5 or 0:30-1:15")
    try:
        start, end = _seconds(first) or 0.0, _seconds(last)
    except ValueError:
        raise wrong from None
    end = None if end == float("inf") else end
    if not dash or not 0 <= start < (_LATEST if end is None else min(end, _LATEST)):
        raise wrong
    return start, end


def choose_model(shelf: Shelf, options: Options) -> None:
    """Take the multilingual model when another language or a translation is asked for and no model was."""
    usual = shelf.choices.get("recognizer") == TASK.roles["recognizer"]
    foreign = options.language in ("auto", MIXED) or code_of(options.language) not in (None, "en")
    if usual and (options.task == "translate" or foreign):
        shelf.choices["recognizer"] = MANY_LANGUAGES


def decoding_of(options: Options, recognizer: Recognizer) -> Decoding:
    """The options as the recognizer takes them. Raises: UsageError for a language that it does not know."""
    known = recognizer.card.languages
    language = code_of(options.language)
    if language and known and language not in known:
        name = recognizer.card.name
        listed = f"It knows: {', '.join(known)}" if len(known) < 12 else f"`aural models show {name}` lists them"
        other = "" if name == MANY_LANGUAGES else f"; use -m {MANY_LANGUAGES}"
        raise UsageError(f"{name} does not know the language {language!r}", where="--language", fix=listed + other)
    if options.task == "translate" and known == ("en",):
        raise UsageError(f"{recognizer.card.name} does not translate", where="--task", fix=f"Use -m {MANY_LANGUAGES}")
    wanted = tuple(h.entry for h in hotwords.read(options.hotwords)) if options.hotwords else ()
    card = recognizer.card
    if options.nbest > 1 and card.kind not in SCORED:
        raise UsageError(
            f"{card.name} tells no scored readings",
            where="--nbest",
            fix="Use a model of your own by --method ctc, hmm, attention or transducer",
        )
    lm = languages(
        card, options.lm, options.lm_text, options.lm_over, options.lm_order, options.lm_weight, options.word_bonus
    )  # fmt: skip
    weighs = {"--lm-weight": options.lm_weight, "--word-bonus": options.word_bonus}
    weighing = next((flag for flag, value in weighs.items() if value is not None), None)
    if weighing and not lm and card.kind != OF_WORDS:
        fix = "Give --lm or --lm-text, too, or leave it out"
        raise UsageError("there is no language model to weigh", where=weighing, fix=fix)
    only = () if options.only_words is None else only_words(recognizer, options.only_words)
    ahead = None if options.lookahead is None else options.lookahead / 1000
    if ahead is not None and card.kind not in SCORED:
        fix = "Use a model that learned to (aural train transcribe --encoder chunked_conformer)"
        raise UsageError(f"{card.name} has no lookahead", where="--lookahead", fix=fix)
    steered = (("--ctc", options.ctc is not None, WRITING), ("--unit-bonus", options.unit_bonus != 0, WRITING),
               ("--coverage", options.coverage != 0, LOOKING))  # fmt: skip
    flag = next((flag for flag, given, kinds in steered if given and card.kind not in kinds), None)
    if flag:
        fix = "Use a model of your own (aural train transcribe --method attention)"
        raise UsageError(f"{card.name} has no decoder that could be steered so", where=flag, fix=fix)
    return Decoding(
        language, options.task, wanted, options.beam, options.nbest, True, lm, lookahead=ahead, ctc=options.ctc,
        unit_bonus=options.unit_bonus, coverage=options.coverage, words=only, lm_weight=options.lm_weight,
        word_bonus=options.word_bonus,
    )  # fmt: skip


def cuts_for(recognizer: Recognizer, mixed: bool = False) -> Cuts:
    """The cuts for a model: whole recordings up to its longest input, windows that it takes well; where languages are mixed
    windows of about a sentence.

    Raises: UsageError for mixed languages and a model that knows one.
    """
    most = recognizer.card.longest_input
    if mixed:
        if len(recognizer.card.languages) < 2:
            fix = f"Leave -m out, or use {MANY_LANGUAGES}"
            raise UsageError(f"{recognizer.card.name} knows one language", where=f"--language {MIXED}", fix=fix)
        return SENTENCES
    if most is None:
        return Cuts()
    return Cuts(whole=min(Cuts.whole, most), longest=min(Cuts.longest, most - Cuts.overlap), shortest=min(Cuts.shortest, most / 2))


def live(
    blocks: Iterable[Sound], shelf: Shelf, options: Options, progress: Progress, behind: Callable[[], bool] = lambda: False
) -> Iterator[Update]:
    """Updates while blocks of one rate come; `behind()` tells that more sound waits already, so that partials are left out.

    Raises: UsageError for options that need the whole recording.
    """
    from aural.tasks import _live  # it reads with this file's `recognize`
    from aural.tasks._pace import Listener, Pace

    _live.refuse(options)
    pace = Pace(pause=options.pause, turn=options.turn)
    with contextlib.ExitStack() as hearing:
        told: Listener | None = None
        for block in blocks:
            told = told or hearing.enter_context(_live.opened(shelf, options, pace, block.sample_rate))
            yield from told.push(block.samples, behind())
            progress.step(told.heard, None, "transcribe")
        if told is not None:
            yield from told.finish()


def show(result: Result) -> str:
    """The text, a line a segment, or the sentence that nobody speaks."""
    lines = []
    for s in result.segments or ():
        span = f"[{clock(s.start)} - {clock(s.end)}]"
        lines += [f"{span} {text}{_scored(s.scores, k)}" for k, text in enumerate((s.text, *s.alternatives), 1)]
    return "\n".join(lines) or "No speech was found."


def _scored(scores: Mapping[str, float], place: int) -> str:
    """The scores of the best reading, or of another one, where they are told; of what several parts tell, each apart."""
    end = f"_{place}" if place > 1 else ""
    parts = [f"{name} {scores[key]:.2f}" for name, key in (("decoder", f"decoder{end}"), ("CTC", f"ctc{end}")) if key in scores]
    apart = f": {', '.join(parts)}" if len(parts) > 1 else ""
    for name, told in (("acoustic", "log P(W | X)"), ("likelihood", "log p(X | W)")):
        if f"{name}{end}" in scores:
            return f"  ({told} {scores[f'{name}{end}']:.2f}{apart}, log P(W) {scores[f'lm{end}']:.2f})"
    return ""


def note(result: Result) -> str:
    """One line on the language where nobody told it, or ""."""
    if not result.segments or result.language is not None:
        return ""
    try:
        if (name := result.made_by.get("recognizer")) and not store.entry_of(name, "recognizer").card.languages:
            return ""
    except AuralError:
        return ""  # a model of one's own: how likely it finds its words tells of its few recordings
    return f"this does not sound like a language that the model knows: give it with -l, or use -m {MANY_LANGUAGES}"


def _first_try(heard: Heard, recognizer: Recognizer, decoding: Decoding) -> Hypothesis:
    """What the model writes of a window, a short one with silence around it."""
    return _ask(heard, recognizer, decoding, SHORT_PAD if len(heard.samples) < SHORT * RATE else 0.0)


def _tried_again(
    told: Hypothesis, heard: Heard, recognizer: Recognizer, decoding: Decoding, evidence: trust.Evidence
) -> Hypothesis:
    """The answer, or that of a second try where somebody speaks and it was nothing."""
    return told if plain(told.text) or not evidence.strong else _second_try(heard, recognizer, decoding)


def _weighed(told: Hypothesis, heard: Heard, recognizer: Recognizer, decoding: Decoding, evidence: trust.Evidence) -> Hypothesis:
    """The answer with scores that tell speech from none: a word of a short list, or one that a language wants, is unlikely also
    where it was said, so that the scores are those of what the model writes when it is held to nothing."""
    if not (decoding.words or decoding.lm) or evidence.sure:
        return told
    freely = dataclasses.replace(decoding, words=(), lm=(), unit_bonus=0.0, word_times=False)
    written = _tried_again(_first_try(heard, recognizer, freely), heard, recognizer, freely, evidence)
    return dataclasses.replace(told, scores=written.scores)


def _ask(heard: Heard, recognizer: Recognizer, decoding: Decoding, pad: float = 0.0) -> Hypothesis:
    """One answer for a window, with `pad` s of silence put around it for the model; times without them."""
    frames = round(pad / HOP)
    samples = resample(np.pad(heard.samples, frames * FRAME), RATE, recognizer.card.sample_rate)[None]
    voice = np.pad(without_breath(heard.voice, heard.level), frames)
    told = recognizer.recognize(samples, np.array([samples.shape[1]]), decoding, [voice])[0]
    if not frames or told.words is None:
        return told
    kept = in_order(shifted(told.words, -frames * HOP), len(heard.samples) / RATE)
    return dataclasses.replace(told, words=tuple(kept))


def _second_try(heard: Heard, recognizer: Recognizer, decoding: Decoding) -> Hypothesis:
    """The likelier of two answers to speech that was answered with nothing: the model told that nothing is
    no answer, or the window ended at the quietest frame before its end (base balks at words cut in two)."""
    forced = _ask(heard, recognizer, dataclasses.replace(decoding, allow_empty=False), RETRY_PAD)
    frames = len(heard.voice)
    if frames * HOP < SHORT:
        return forced
    tail = round(CUT_TAIL / HOP)
    last = frames - tail + int(np.argmin(heard.voice[frames - tail :]))
    shorter = _ask(heard.part(0, last), recognizer, decoding)
    better = plain(shorter.text) and shorter.scores.get("avg_logprob", -9.0) > forced.scores.get("avg_logprob", 0.0)
    return shorter if better and not shorter.scores.get("looped") else forced


def _seconds(text: str) -> float | None:
    """Seconds behind "75.5", "1:15" or "1:01:15"; None for nothing."""
    if not text.strip():
        return None
    total = 0.0
    for part in text.strip().split(":"):
        total = total * 60 + float(part)
    return total


TASK = Task(
    takes="source",
    options=Options,
    run=run,
    show=show,
    roles={"vad": "silero-vad", "recognizer": "moonshine-base"},
    main_role="recognizer",
    note=note,
    growing=growing,
    live=live,
    assumes=remark,
    question=Question("sequence", "class"),
    learned_by="ctc",
)
