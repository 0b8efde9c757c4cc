# Written by docs/generate.py: do not edit.
from collections.abc import Callable
from typing import Any

from aural.errors import AuralError as AuralError
from aural.results import Event as Event
from aural.results import Result as Result
from aural.results import Segment as Segment
from aural.sound.sound import Sound as Sound
from aural.sound.source import Source as Source
from aural.results import Turn as Turn
from aural.results import Word as Word
from aural.metrics.similarity import cosine as cosine
from aural.sound.sound import load as load
from aural.corpora.samples import sample as sample
from aural.formats._saved import save as save

__version__: str
_HOMES: dict[str, str]

def activations(
    audio: Any,
    /,
    *,
    layers: tuple[str, ...] | str = ...,
    maps: int = ...,
    filters: bool = ...,
    start: float = ...,
    end: float | None = ...,
    colors: str = ...,
    width: int = ...,
    model: str | None = ...,
    models: dict[str, str] | None = ...,
    device: str = ...,
    threads: int = ...,
    on_progress: Callable[[float, float | None, str], None] | None = ...,
) -> Any:
    "Draw what a net's layers answer to a sound, and the filters that they learned"

def align(
    audio: Any,
    text: Any,
    /,
    *,
    language: str | None = ...,
    hotwords: str | None = ...,
    units: str = ...,
    gate: float = ...,
    model: str | None = ...,
    models: dict[str, str] | None = ...,
    device: str = ...,
    threads: int = ...,
    on_progress: Callable[[float, float | None, str], None] | None = ...,
) -> Any:
    "Where each word of a known text is said in a recording"

def animal(
    audio: Any,
    /,
    *,
    top: int = ...,
    every: float | None = ...,
    model: str | None = ...,
    models: dict[str, str] | None = ...,
    device: str = ...,
    threads: int = ...,
    on_progress: Callable[[float, float | None, str], None] | None = ...,
) -> Any:
    "Which animal is heard"

def anomaly(
    audio: Any,
    /,
    *,
    threshold: float = ...,
    model: str | None = ...,
    models: dict[str, str] | None = ...,
    device: str = ...,
    threads: int = ...,
    on_progress: Callable[[float, float | None, str], None] | None = ...,
) -> Any:
    "Whether a machine, or whatever a model knows when it is well, sounds unusual, and when"

def attention(
    audio: Any,
    /,
    *,
    start: float = ...,
    end: float | None = ...,
    language: str | None = ...,
    beam: int = ...,
    colors: str = ...,
    width: int = ...,
    model: str | None = ...,
    models: dict[str, str] | None = ...,
    device: str = ...,
    threads: int = ...,
    on_progress: Callable[[float, float | None, str], None] | None = ...,
) -> Any:
    "Draw where a recognizer looks in the sound for each unit that it writes"

def classify(
    audio: Any,
    /,
    *,
    top: int = ...,
    every: float | None = ...,
    model: str | None = ...,
    models: dict[str, str] | None = ...,
    device: str = ...,
    threads: int = ...,
    on_progress: Callable[[float, float | None, str], None] | None = ...,
) -> Any:
    "Which of the classes that a model learned a recording belongs to"

def cluster(
    *audio: Any,
    k: int | None = ...,
    most: int = ...,
    method: str = ...,
    by: str = ...,
    preview: float = ...,
    write: str | None = ...,
    seed: int = ...,
    model: str | None = ...,
    models: dict[str, str] | None = ...,
    device: str = ...,
    threads: int = ...,
    on_progress: Callable[[float, float | None, str], None] | None = ...,
) -> Any:
    "Sorts recordings that nobody labeled into groups of like sound, with words for each and a map that plays"

def detect(
    audio: Any,
    /,
    *,
    threshold: float | None = ...,
    keep: float | None = ...,
    gap: float = ...,
    min_length: float = ...,
    watch: tuple[str, ...] | str = ...,
    speech: bool = ...,
    all_names: bool = ...,
    smooth: float = ...,
    scores: bool = ...,
    model: str | None = ...,
    models: dict[str, str] | None = ...,
    device: str = ...,
    threads: int = ...,
    on_progress: Callable[[float, float | None, str], None] | None = ...,
) -> Any:
    "What is heard when: sounds with start, end and score; --watch for chosen ones"

def diarize(
    audio: Any,
    /,
    *,
    speakers: int | None = ...,
    min_speakers: int | None = ...,
    max_speakers: int | None = ...,
    pause: float = ...,
    likeness: float = ...,
    recluster: bool = ...,
    keep: bool = ...,
    book: str | None = ...,
    name_speakers: bool = ...,
    explain: str | None = ...,
    model: str | None = ...,
    models: dict[str, str] | None = ...,
    device: str = ...,
    threads: int = ...,
    on_progress: Callable[[float, float | None, str], None] | None = ...,
) -> Any:
    "Who spoke when: the turns of each speaker, however many there are"

def embed(
    audio: Any,
    /,
    *,
    window: float | None = ...,
    step: float | None = ...,
    model: str | None = ...,
    models: dict[str, str] | None = ...,
    device: str = ...,
    threads: int = ...,
    on_progress: Callable[[float, float | None, str], None] | None = ...,
) -> Any:
    "The voice in a recording as numbers: one vector, or one for each stretch"

def emotion(
    audio: Any,
    /,
    *,
    top: int = ...,
    every: float | None = ...,
    model: str | None = ...,
    models: dict[str, str] | None = ...,
    device: str = ...,
    threads: int = ...,
    on_progress: Callable[[float, float | None, str], None] | None = ...,
) -> Any:
    "How somebody sounds: calm, happy, angry ... by a model that you trained"

def enroll(
    name: Any,
    audio: Any,
    /,
    *,
    result: str | None = ...,
    speaker: str | None = ...,
    book: str | None = ...,
    list: bool = ...,
    forget: bool = ...,
    merge: tuple[str, ...] | str = ...,
    model: str | None = ...,
    models: dict[str, str] | None = ...,
    device: str = ...,
    threads: int = ...,
    on_progress: Callable[[float, float | None, str], None] | None = ...,
) -> Any:
    "Put a voice into the voice book; list, merge and forget voices"

def estimate(
    audio: Any,
    /,
    *,
    every: float | None = ...,
    model: str | None = ...,
    models: dict[str, str] | None = ...,
    device: str = ...,
    threads: int = ...,
    on_progress: Callable[[float, float | None, str], None] | None = ...,
) -> Any:
    "A number for a recording, such as an age or a tempo, by a model that you trained"

def gender(
    audio: Any,
    /,
    *,
    spans: bool = ...,
    min_speech: float = ...,
    model: str | None = ...,
    models: dict[str, str] | None = ...,
    device: str = ...,
    threads: int = ...,
    on_progress: Callable[[float, float | None, str], None] | None = ...,
) -> Any:
    "Whether voices sound female or male: a class of voice, not who somebody is"

def genre(
    audio: Any,
    /,
    *,
    top: int = ...,
    every: float | None = ...,
    model: str | None = ...,
    models: dict[str, str] | None = ...,
    device: str = ...,
    threads: int = ...,
    on_progress: Callable[[float, float | None, str], None] | None = ...,
) -> Any:
    "Which genre a piece of music belongs to, by a model that you trained"

def identify(
    audio: Any,
    /,
    *,
    threshold: float | None = ...,
    top: int = ...,
    reject: bool = ...,
    book: str | None = ...,
    model: str | None = ...,
    models: dict[str, str] | None = ...,
    device: str = ...,
    threads: int = ...,
    on_progress: Callable[[float, float | None, str], None] | None = ...,
) -> Any:
    "Whose voice it is: the names of the voice book that fit, or unknown"

def info(
    audio: Any,
    /,
    *,
    start: float = ...,
    end: float | None = ...,
    channel: int | None = ...,
    pitch: bool = ...,
    model: str | None = ...,
    models: dict[str, str] | None = ...,
    device: str = ...,
    threads: int = ...,
    on_progress: Callable[[float, float | None, str], None] | None = ...,
) -> Any:
    "Tell what a recording is: rate, length, codec, level, noise, clipping, pitch and timbre in numbers"

def instrument(
    audio: Any,
    /,
    *,
    top: int = ...,
    every: float | None = ...,
    model: str | None = ...,
    models: dict[str, str] | None = ...,
    device: str = ...,
    threads: int = ...,
    on_progress: Callable[[float, float | None, str], None] | None = ...,
) -> Any:
    "Which instrument plays"

def intent(
    audio: Any = ...,
    /,
    *,
    grammar: str | None = ...,
    examples: str | None = ...,
    text: str | None = ...,
    least: float = ...,
    pause: float | None = ...,
    favor: float = ...,
    model: str | None = ...,
    models: dict[str, str] | None = ...,
    device: str = ...,
    threads: int = ...,
    on_progress: Callable[[float, float | None, str], None] | None = ...,
) -> Any:
    "What an order means: its intent and its slots, by a grammar or by examples"

def language(
    audio: Any,
    /,
    *,
    windows: int = ...,
    length: float = ...,
    top: int = ...,
    model: str | None = ...,
    models: dict[str, str] | None = ...,
    device: str = ...,
    threads: int = ...,
    on_progress: Callable[[float, float | None, str], None] | None = ...,
) -> Any:
    "Which language is spoken, voted over several stretches of speech"

def listen(
    audio: Any,
    /,
    *,
    language: str | None = ...,
    task: str = ...,
    hotwords: str | None = ...,
    beam: int = ...,
    clip: str | None = ...,
    gate: float = ...,
    numerals: bool = ...,
    who: bool = ...,
    speakers: int | None = ...,
    min_speakers: int | None = ...,
    max_speakers: int | None = ...,
    traits: bool = ...,
    sounds: bool = ...,
    keep: bool = ...,
    threshold: float | None = ...,
    watch: tuple[str, ...] | str = ...,
    model: str | None = ...,
    models: dict[str, str] | None = ...,
    device: str = ...,
    threads: int = ...,
    on_progress: Callable[[float, float | None, str], None] | None = ...,
) -> Any:
    "Who said what, when, and what else was heard: everything about a recording in one go"

def notes(
    audio: Any,
    /,
    *,
    threshold: float | None = ...,
    min_length: float = ...,
    model: str | None = ...,
    models: dict[str, str] | None = ...,
    device: str = ...,
    threads: int = ...,
    on_progress: Callable[[float, float | None, str], None] | None = ...,
) -> Any:
    "The notes of music: when each begins and ends, and its pitch, by a model that you trained"

def onsets(
    audio: Any,
    /,
    *,
    threshold: float | None = ...,
    apart: float = ...,
    model: str | None = ...,
    models: dict[str, str] | None = ...,
    device: str = ...,
    threads: int = ...,
    on_progress: Callable[[float, float | None, str], None] | None = ...,
) -> Any:
    "When something begins: the moments at which notes, drums or words start, by a model that you trained"

def phones(
    audio: Any,
    /,
    *,
    free: bool = ...,
    prior: float = ...,
    order: float = ...,
    change: float = ...,
    gate: float = ...,
    model: str | None = ...,
    models: dict[str, str] | None = ...,
    device: str = ...,
    threads: int = ...,
    on_progress: Callable[[float, float | None, str], None] | None = ...,
) -> Any:
    "Which phones are said, and when"

def pitch(
    audio: Any,
    /,
    *,
    low: float = ...,
    high: float = ...,
    hop: float = ...,
    model: str | None = ...,
    models: dict[str, str] | None = ...,
    device: str = ...,
    threads: int = ...,
    on_progress: Callable[[float, float | None, str], None] | None = ...,
) -> Any:
    "The pitch of a voice or a melody over time, in Hz"

def quality(
    audio: Any,
    /,
    *,
    over_time: bool = ...,
    model: str | None = ...,
    models: dict[str, str] | None = ...,
    device: str = ...,
    threads: int = ...,
    on_progress: Callable[[float, float | None, str], None] | None = ...,
) -> Any:
    "The marks, 1 to 5, that listeners would give to a recording of speech: speech, background, and all of it"

def segment(
    audio: Any,
    /,
    *,
    steadiness: float = ...,
    min_silence: float = ...,
    silence_below: float = ...,
    model: str | None = ...,
    models: dict[str, str] | None = ...,
    device: str = ...,
    threads: int = ...,
    on_progress: Callable[[float, float | None, str], None] | None = ...,
) -> Any:
    "Cut a recording into speech, music, noise and silence"

def speak(
    text: Any,
    /,
    *,
    voice: str | None = ...,
    speed: float = ...,
    pitch: float = ...,
    timbre: float = ...,
    energy: float = ...,
    loudness: float | None = ...,
    vocoder: str | None = ...,
    phonemes: str | None = ...,
    verify: bool = ...,
    show_units: bool = ...,
    seed: int = ...,
    lexicon: str | None = ...,
    model: str | None = ...,
    models: dict[str, str] | None = ...,
    device: str = ...,
    threads: int = ...,
    on_progress: Callable[[float, float | None, str], None] | None = ...,
) -> Any:
    "Text to speech: a sentence, a page or a book as a recording"

def spectrogram(
    audio: Any = ...,
    /,
    *,
    kind: tuple[str, ...] | str = ...,
    colors: str = ...,
    invert: bool = ...,
    window: float = ...,
    hop: float | None = ...,
    n_fft: int | None = ...,
    n_mels: int = ...,
    n_mfcc: int = ...,
    f_max: float | None = ...,
    span: float = ...,
    start: float = ...,
    end: float | None = ...,
    at: float | None = ...,
    width: int = ...,
    height: int | None = ...,
    channel: int | None = ...,
    plain: bool = ...,
    from_picture: str | None = ...,
    animate: bool = ...,
    model: str | None = ...,
    models: dict[str, str] | None = ...,
    device: str = ...,
    threads: int = ...,
    on_progress: Callable[[float, float | None, str], None] | None = ...,
) -> Any:
    "Draw a recording: wave, spectrum, spectrogram, mel, MFCC, chroma, pitch, loudness"

def spot(
    audio: Any,
    /,
    *,
    keyword: tuple[str, ...] | str = ...,
    threshold: float | None = ...,
    apart: float = ...,
    then: str = ...,
    grammar: str | None = ...,
    most: float = ...,
    confirm: bool = ...,
    scores: bool = ...,
    model: str | None = ...,
    models: dict[str, str] | None = ...,
    device: str = ...,
    threads: int = ...,
    on_progress: Callable[[float, float | None, str], None] | None = ...,
) -> Any:
    "When a keyword is said: a small model that always listens, and --then transcribe or intent for what follows"

def tag(
    audio: Any,
    /,
    *,
    top: int | None = ...,
    min_score: float | None = ...,
    set: tuple[str, ...] | str = ...,
    model: str | None = ...,
    models: dict[str, str] | None = ...,
    device: str = ...,
    threads: int = ...,
    on_progress: Callable[[float, float | None, str], None] | None = ...,
) -> Any:
    "What is heard in a clip: the kinds of sound with their scores"

def transcribe(
    audio: Any,
    /,
    *,
    language: str | None = ...,
    task: str = ...,
    hotwords: str | None = ...,
    only_words: str | None = ...,
    beam: int = ...,
    clip: str | None = ...,
    word_times: bool = ...,
    nbest: int = ...,
    lm: str | None = ...,
    lm_text: str | None = ...,
    lm_over: str = ...,
    lm_order: int = ...,
    lm_weight: float | None = ...,
    word_bonus: float | None = ...,
    ctc: float | None = ...,
    unit_bonus: float = ...,
    coverage: float = ...,
    units: str = ...,
    numerals: bool = ...,
    lookahead: int | None = ...,
    pause: float = ...,
    turn: float = ...,
    gate: float = ...,
    model: str | None = ...,
    models: dict[str, str] | None = ...,
    device: str = ...,
    threads: int = ...,
    on_progress: Callable[[float, float | None, str], None] | None = ...,
) -> Any:
    "What is said: the words of a recording with their times"

def vad(
    audio: Any,
    /,
    *,
    threshold: float = ...,
    release: float = ...,
    min_speech: float = ...,
    min_pause: float = ...,
    pad: float = ...,
    max_speech: float | None = ...,
    model: str | None = ...,
    models: dict[str, str] | None = ...,
    device: str = ...,
    threads: int = ...,
    on_progress: Callable[[float, float | None, str], None] | None = ...,
) -> Any:
    "When somebody speaks: the spans of speech in a recording"

def verify(
    first: Any,
    second: Any,
    /,
    *,
    threshold: float | None = ...,
    model: str | None = ...,
    models: dict[str, str] | None = ...,
    device: str = ...,
    threads: int = ...,
    on_progress: Callable[[float, float | None, str], None] | None = ...,
) -> Any:
    "Is it the same voice in two recordings: score, threshold and decision"
