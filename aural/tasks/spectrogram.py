"""Draw a recording: wave, spectrum, spectrogram, mel, MFCC, chroma, pitch, loudness"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aural.errors import UsageError
from aural.models.shelf import Shelf
from aural.pictures import colors
from aural.pictures.animation import sliding
from aural.pictures.layout import arrange, plain, stack
from aural.pictures.panels import Curves, HeatMap, Panel, fit
from aural.pictures.picture import FORMATS, Picture
from aural.pictures.png_read import brightness
from aural.pictures.ticks import Axis
from aural.progress import Progress
from aural.settings import option
from aural.sound.painted import painted
from aural.sound.sound import Sound
from aural.sound.source import Source
from aural.sound.spectrum import Framing, spectrogram
from aural.tasks import _moments, _views
from aural.tasks._task import Task
from aural.tasks._views import Scope, Shown, View

KINDS = (
    "wave",
    "spectrum",
    "stft",
    "power",
    "mel",
    "logmel",
    "mfcc",
    "chroma",
    "cqt",
    "loudness",
    "pitch",
    "formants",
    "samples",
    "sides",
)
_BLOCK = 10.0
_STEPS = 160  # stripes of the moving picture
_EACH = 24  # slices of a column, where there are more
_PAINTED, _PAINTED_TOP = 5.0, 8000.0  # s and Hz of a picture that is made sound
_EDGES = 170  # pixels that axes and scales take


@dataclass(frozen=True)
class Options:
    """What is drawn, how it is cut into slices, and how it is colored."""

    kind: tuple[str, ...] = option(("wave", "logmel"), "what to draw; several on one time axis", choices=KINDS, also=("--view",))
    colors: str = option("ember", "color scale; gray draws more energy darker, 255 down to 0", choices=colors.NAMES)
    invert: bool = option(False, "turn the color scale round")
    window: float = option(
        25.0, "length of a slice: long = sharp in frequency, short = sharp in time", unit="ms", least=0.01, most=10_000
    )
    hop: float | None = option(
        None, "step from slice to slice (default: 10, more where a column holds over 24)", unit="ms", least=0.01, most=10_000
    )
    n_fft: int | None = option(None, "points of the transform (default: enough for the lowest mel bands)", least=2, most=2**20)
    n_mels: int = option(80, "mel bands", least=1, most=4096)
    n_mfcc: int = option(13, "cepstral coefficients", least=1, most=4096)
    f_max: float | None = option(None, "highest frequency shown (default: as high as anything sounds)", unit="Hz", least=1)
    span: float = option(80.0, "how far below the loudest the colors reach", unit="dB", least=1, most=400)
    start: float = option(0.0, "where the picture begins", unit="s", least=0)
    end: float | None = option(None, "where it ends (default: with the recording)", unit="s", least=0)
    at: float | None = option(None, "a moment: marked, and the slice whose spectrum is drawn", unit="s", least=0)
    width: int = option(1200, "width of the picture", unit="pixels", least=80, most=20_000)
    height: int | None = option(None, "height of the picture (default: as the panels need)", unit="pixels", least=20, most=20_000)
    channel: int | None = option(None, "one channel, counted from 0 (default: the mean of all)", least=0)
    plain: bool = option(False, "only the values of one kind, no axes: a pixel for each frame and bin")
    from_picture: str | None = option(
        None,
        "a PNG in place of a recording: the sound whose spectrogram it is, up to --f-max and as long as --end (5 s)",
        file="named",
    )
    animate: bool = option(False, "a window slides along the wave and each slice becomes a stripe (svg, html)")


def run(source: Source | tuple[Source, ...] | None, shelf: Shelf, options: Options, progress: Progress) -> Picture | Sound:
    """The picture of a recording of any length, in memory that does not grow with it; or the sound of a picture.

    Raises: UsageError for options that do not fit each other or the recording.
    """
    if not isinstance(source, Source) or options.from_picture is not None:
        if source is not None or options.from_picture is None:
            fix = "Give a recording, or --from-picture bird.png -o bird.wav and no recording"
            raise UsageError("a recording is drawn, or a picture made sound", where="spectrogram", fix=fix)
        return _painted(options.from_picture, options)
    if not options.kind:
        raise UsageError("nothing is to be drawn", where="--kind", fix=f"Name one of: {', '.join(KINDS)}")
    scope = _scope(source, options)
    if options.animate:
        return _moving(source, scope, options, progress)
    if "sides" in options.kind:
        return _moments.sides(source, scope, options.channel, title=source.name, width=options.width, height=options.height)
    shown = _shown(source, scope, options.kind, options, progress)
    panels: list[tuple[str, Panel]] = [(s.title, s.panel) for s in shown.values()]
    numbers = {kind: s.table for kind, s in shown.items()}
    if options.plain:
        only = panels[0][1]
        assert isinstance(only, HeatMap)
        rows, columns = only.values.shape
        picture = plain(only, width=columns, height=options.height or rows)
        return dataclasses.replace(picture, title=source.name, numbers=numbers)
    title = source.name if len(panels) > 1 else f"{source.name}: {panels[0][0]}"
    return stack(
        panels, x=_views.time_axis(scope), title=title, width=options.width, height=options.height, numbers=numbers, at=options.at
    )


def _scope(source: Source, options: Options) -> Scope:
    """The checked options. Raises: UsageError."""
    recording = source.recording
    rate = recording.sample_rate
    assert recording.duration is not None
    end = recording.duration if options.end is None else min(options.end, recording.duration)
    if not 0 <= options.start < end:
        raise UsageError(
            f"{options.start:g} to {end:g} s is no part of this recording",
            where=source.name,
            fix=f"It lasts {recording.duration:g} s",
        )
    if not (
        options.window > 0
        and (options.hop is None or options.hop > 0)
        and 80 <= options.width <= 20000
        and (options.height or 99) >= 20
    ):
        raise UsageError("window, hop, width and height are positive, and a picture is at least 80 x 20 pixels", where="--window")
    if options.window / 1000 * rate < 2 or options.n_mels < 1 or options.n_mfcc < 1 or not options.span > 0:
        raise UsageError("a slice holds 2 samples or more; bands, coefficients and span are positive", where="--window")
    top = _highest(source, options, rate, end) if options.f_max is None else options.f_max
    if not 0 < top <= rate / 2:
        raise UsageError(f"{top:g} Hz is not between 0 and {rate / 2:g} Hz", where="--f-max")
    if options.at is not None and not options.start <= options.at < end:
        raise UsageError(f"{options.at:g} s is not between {options.start:g} and {end:g} s", where="--at")
    maps = {*_views.SpectraView.KINDS, "chroma", "cqt"}
    if options.plain and (len(options.kind) != 1 or options.kind[0] not in maps):
        raise UsageError("--plain shows one kind of map", where="--plain", fix=f"Ask for one of: {', '.join(sorted(maps))}")
    if "sides" in options.kind and len(options.kind) > 1:
        raise UsageError("sides is a picture of its own", where="--kind")
    columns = options.width if options.plain else max(40, options.width - _EDGES)
    # A column of a long recording stands for thousands of slices: some are looked at, evenly spaced.
    hop = max(0.010, (end - options.start) / columns / _EACH) if options.hop is None else options.hop / 1000
    return Scope(
        rate, options.start, end, columns, options.window / 1000, hop, options.n_fft, options.n_mels,
        options.n_mfcc, top, options.f_max is None, options.span, options.colors, options.invert,
    )  # fmt: skip


def _highest(source: Source, options: Options, rate: int, end: float) -> float:
    """A round frequency above all that sounds in samples of the first minutes: speech is often stored at twice its rate."""
    framing = Framing(1 << round(np.log2(rate / 30)), rate // 100, center=False)
    loudest = np.zeros(framing.bins)
    last = min(end, options.start + 120.0)
    for number, block in enumerate(source.blocks(4.0, None, True, options.start, last, channel=options.channel)):
        if number % 3 == 0:
            loudest = np.maximum(loudest, spectrogram(block.samples[0], framing=framing).max(axis=1, initial=0.0))
    heard = np.flatnonzero(loudest > loudest.max() * 1e-6)
    highest = framing.frequencies(rate)[heard[-1]] * 1.08 if len(heard) and loudest.max() > 0 else rate / 2
    tops = (500, 1000, 2000, 4000, 6000, 8000, 10000, 12000, 16000, 20000)
    return float(min([rate / 2, *[t for t in tops if t >= highest]]))


def _shown(source: Source, scope: Scope, kinds: Sequence[str], options: Options, progress: Progress) -> dict[str, Shown]:
    """The views in the order they were asked for; one pass for each rate that they want."""
    views = _made(scope, kinds, options)
    made: dict[str, Shown] = {}
    for rate in sorted({v.rate for v in views}, key=lambda r: r or 0):
        heard = [v for v in views if v.rate == rate]
        for block in source.blocks(_BLOCK, rate, True, scope.start, scope.end, channel=options.channel):
            for view in heard:
                view.push(block.samples[0])
            progress.step(block.end - scope.start, scope.duration, "spectra")
    for view in views:
        made |= view.finish()
    if "spectrum" in kinds and options.at is not None:
        made["spectrum"] = _moments.slice_spectrum(source, scope, options.at, options.channel)
    if "samples" in kinds:
        made["samples"] = _moments.sample_stems(source, scope, options.channel)
    progress.close()
    return {kind: made[kind] for kind in dict.fromkeys(kinds)}


def _made(scope: Scope, kinds: Sequence[str], options: Options) -> list[View]:
    views: list[View] = []
    spectra = tuple(k for k in _views.SpectraView.KINDS if k in kinds)
    if spectra:
        views.append(_views.SpectraView(scope, spectra))
    single: dict[str, Callable[[Scope], View]] = {
        "wave": _views.WaveView, "chroma": _views.ChromaView, "cqt": _views.ConstantQView, "loudness": _views.LoudnessView,
        "pitch": _views.PitchView, "formants": _views.FormantView,
    }  # fmt: skip
    views += [make(scope) for kind, make in single.items() if kind in kinds]
    if "spectrum" in kinds and options.at is None:
        views.append(_moments.SpectrumView(scope))
    return views


def _moving(source: Source, scope: Scope, options: Options, progress: Progress) -> Picture:
    """Wave, spectrogram and the spectrum of the moment; in real time up to 20 s, else as long as that."""
    shown = _shown(source, scope, ("wave", "stft"), options, progress)
    heat = shown["stft"].panel
    assert isinstance(heat, HeatMap)
    low, high = heat.limits
    steps = min(_STEPS, heat.values.shape[1])
    striped = dataclasses.replace(heat, values=fit(heat.values, heat.values.shape[0], steps))
    levels = np.clip((fit(heat.values, 96, steps) - low) / (high - low), 0.0, 1.0)
    hz = (np.arange(96) + 0.5) / 96 * scope.f_max
    last = Curves([("", hz, low + levels[:, -1] * (high - low))], Axis(low, high, "dB"), _views.hz_axis(scope.f_max))
    panels: list[tuple[str, Panel]] = [
        (shown["wave"].title, shown["wave"].panel), ("each slice becomes a stripe", striped), ("spectrum of the slice", last),
    ]  # fmt: skip
    numbers = {k: s.table for k, s in shown.items()}
    title = source.name
    picture = stack(panels, x=_views.time_axis(scope), title=title, width=options.width, height=options.height, numbers=numbers)
    places, _ = arrange(panels, width=options.width, height=options.height)
    seconds = max(2.0, min(20.0, scope.duration))
    window = min(1.0, max(scope.window / scope.duration, 1 / steps))
    return sliding(picture, wave=places[0], stripes=places[1], spectrum=places[2], levels=levels, seconds=seconds, window=window)


def _painted(name: str, options: Options) -> Sound:
    """The sound whose spectrogram is a picture: bright is loud; with --colors gray, or else --invert, dark is.

    Raises: FormatError (no PNG), UsageError (no such file, options that do not fit).
    """
    try:
        light = brightness(Path(name).read_bytes(), name)
    except OSError as error:
        raise UsageError(f"this picture cannot be read ({error.strerror})", where=name, fix="Name a PNG file") from None
    levels = 1 - light if (options.colors == "gray") != options.invert else light
    seconds, top = (options.end or _PAINTED) - options.start, options.f_max or _PAINTED_TOP
    rate = next((rate for rate in (16000, 24000, 48000, 96000) if rate >= 2 * top), 192000)
    rng = np.random.default_rng(0)
    return Sound(painted(levels, seconds=seconds, top=top, sample_rate=rate, rng=rng, span=options.span)[None], rate)


def show(answer: Picture | Sound) -> str:
    """What a terminal prints of a picture that was not asked for as a file."""
    if isinstance(answer, Sound):
        return f"{answer.samples.shape[1] / answer.sample_rate:g} s of sound; -o NAME.wav writes it"
    return f"{answer.title}: {answer.width} x {answer.height} pixels"


TASK = Task(
    takes="source", options=Options, run=run, show=show, writes=(*FORMATS, "wav", "flac"), spare="from_picture",
)  # fmt: skip
