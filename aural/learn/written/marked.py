"""A writer that is told by marks what is asked of it: language, transcribe or translate, with or without times, nobody speaks.

A row's text is written between marks: start, language and task (where there are several languages), no timestamps or the times
of its stretches, the units, the end; a row with an empty text is start, no speech, end.
Source: Radford et al. 2022 (arXiv:2212.04356).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import numpy as np
import torch
from torch import Tensor, nn

from aural.corpora.manifest import Clip
from aural.errors import DataError, LearningError, reason
from aural.learn import augment
from aural.learn.export import CLOSE, difference, write_program
from aural.learn.loading import Batch
from aural.learn.losses._face import Loss
from aural.learn.options import Options
from aural.learn.targets._text import text_of
from aural.learn.trainee import Trainee
from aural.learn.weights import Weights
from aural.metrics._alignment import distance
from aural.models.engines._whisper import Marks
from aural.models.engines.marked import ANSWERS, DECODER, ENCODER
from aural.models.runtime import Runtime
from aural.nets.writer import Writer
from aural.text.units import Units

_PAUSE = 0.5  # s between words at which a stretch ends and gets its own times
_BARE = 0.5  # how often a row with times is learned without them
_ROOM, _NOTHING = 5, -100


@dataclass(frozen=True)
class Marking:
    """Texts to ids: units, marks, the languages (none where there is one), the step of times (s), and how many steps there are."""

    units: Units
    marks: Marks
    languages: tuple[str, ...]
    hop: float
    steps: int

    @property
    def classes(self) -> int:
        """Ids in all."""
        return self.marks.first_time + self.steps

    def __call__(self, clip: Clip, samples: int) -> np.ndarray:
        """The ids of a clip from start to end, as the target of a training. Raises: DataError for a language or task."""
        text, marks = text_of(clip), self.marks
        if not text:
            return np.array([marks.start, marks.no_speech, marks.end], np.float32)
        words = stretches(clip, text)
        ids = self.prompt(language_of(clip), task_of(clip))
        if words is None:
            ids += [marks.no_timestamps, *self._spelled(text)]
        else:
            for start, end, part in words:
                ids += [self._time(start), *self._spelled(part), self._time(end)]
        return np.array([*ids, marks.end], np.float32)

    def prompt(self, language: str, task: str) -> list[int]:
        """What stands before the text."""
        marks = self.marks
        if not self.languages:
            return [marks.start]
        return [marks.start, marks.languages[language], marks.translate if task == "translate" else marks.transcribe]

    def bare(self, ids: Sequence[int]) -> list[int]:
        """Ids with times, without them."""
        kept = [i for i in ids if i < self.marks.first_time]
        at = len(self.prompt(self.languages[0] if self.languages else "", "transcribe"))
        return [*kept[:at], self.marks.no_timestamps, *kept[at:]]

    def timed(self, ids: Sequence[int]) -> bool:
        """Whether there are times among ids."""
        return any(i >= self.marks.first_time for i in ids)

    def _time(self, second: float) -> int:
        return self.marks.first_time + min(max(round(second / self.hop), 0), self.steps - 1)

    def _spelled(self, text: str) -> list[int]:
        return self.units.encode(text)

    def errors(self, answers: Sequence[np.ndarray], targets: Sequence[np.ndarray]) -> float:
        """Token error rate over units alone."""
        told, true = ([[str(int(t)) for t in row if t < self.marks.end] for row in rows] for rows in (answers, targets))
        return sum(distance(t, a) for t, a in zip(true, told, strict=True)) / max(sum(map(len, true)), 1)


def language_of(clip: Clip) -> str:
    """The language of a row, "en" where it tells none."""
    return str(clip.value("language") or "en")


def task_of(clip: Clip) -> str:
    """transcribe, or translate where the row says so. Raises: DataError."""
    task = str(clip.value("task") or "transcribe")
    if task not in ("transcribe", "translate"):
        raise DataError(f"the task is {task!r}", where=clip.where or clip.id, fix="It is transcribe or translate")
    return task


def stretches(clip: Clip, text: str) -> list[tuple[float, float, str]] | None:
    """(start, end, text) of what is said without a long pause, from the clip's start, where the row tells all words' times."""
    told: Any = clip.value("words")
    try:
        words = [(float(w["start"]) - clip.start, float(w["end"]) - clip.start, str(w["text"])) for w in told or ()]
    except (TypeError, KeyError, ValueError) as error:
        raise DataError(f"words are rows of text, start and end ({reason(error)})", where=clip.where or clip.id) from error
    if not words or [w for *_, w in words] != text.split() or task_of(clip) == "translate":
        return None
    breaks = [0, *(k for k in range(1, len(words)) if words[k][0] - words[k - 1][1] > _PAUSE), len(words)]
    return [(words[a][0], words[b - 1][1], " ".join(w for *_, w in words[a:b])) for a, b in itertools.pairwise(breaks)]


@final
class Marked(Trainee):
    """Learns every id behind the start; CTC hears the units of what is transcribed along, with the weight `options.ctc`."""

    net: Writer

    def __init__(
        self, writer: Writer, marking: Marking, ctc: Loss, smoothing: float, options: Options, device: torch.device
    ) -> None:
        self.net, self._marking, self._device, self._ctc = writer, marking, device, ctc
        self._smoothing, self._share = smoothing, options.ctc
        self._mixes = augment.Mixes.of(options.augment)
        self._weights = Weights(writer, options, device, writer.net.brought)
        self.parts = {"net": self._weights}

    def learn(self, batch: Batch, share: float) -> Mapping[str, float]:
        generator = self._weights.begin(share)
        rows = _rows(batch)
        bare = torch.rand(len(rows), generator=generator) < _BARE
        timed = self._marking.timed
        shown = [self._marking.bare(r) if timed(r) and bool(b) else r for r, b in zip(rows, bare, strict=True)]
        batch = batch.to(self._device)
        features, frames = self._mixes.masked(*self.net.net.features(batch.samples, batch.lengths), generator)
        before, behind = (t.to(self._device) for t in _apart(shown, self._marking.marks.end))
        with self._weights.stepper.precision():
            x, heard, frames = self.net.heard(features, frames)
            memory = self.net.decoder.memory(x, frames)
            logits = self.net.decoder(before, memory, frames, self.net.decoder.begin(memory, frames))[0]
            each = nn.functional.cross_entropy(
                logits.float().transpose(1, 2), behind, ignore_index=_NOTHING, label_smoothing=self._smoothing, reduction="none"
            )
            told = {"written": (each.sum(1) / (behind != _NOTHING).sum(1)).mean()}
            if self._share:
                told["ctc"] = self._along(heard, rows, frames)
        loss = (1 - self._share) * told["written"] + self._share * told.get("ctc", 0.0)
        self._weights.stepper.take(loss, share)
        return {"loss": float(loss.detach()), **{name: float(value.detach()) for name, value in told.items()}}

    def _along(self, heard: Tensor, rows: list[list[int]], frames: Tensor) -> Tensor:
        """The loss of CTC over the rows that are not translated."""
        marks = self._marking.marks
        own = [k for k, row in enumerate(rows) if not (self._marking.languages and row[2:3] == [marks.translate])]
        units = [[i + 1 for i in rows[k] if i < marks.end] for k in own]
        targets = torch.zeros(len(own), max(map(len, units), default=0))
        for place, row in zip(targets, units, strict=True):
            place[: len(row)] = torch.tensor(row)
        at, lengths = torch.tensor(own, device=heard.device), torch.tensor([len(u) for u in units], device=heard.device)
        return self._ctc(heard[at], targets.to(heard.device), frames[at], lengths).sum() / max(len(rows), 1)

    @torch.no_grad()
    def answers(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """What is written greedily behind the true language and task, without times: ids [B, L]."""
        marking, rows = self._marking, _rows(batch)
        size = len(marking.prompt(marking.languages[0] if marking.languages else "", "transcribe"))
        usual = marking.prompt(marking.languages[0] if marking.languages else "", "transcribe")
        prompts = [[*(usual if row[1] == marking.marks.no_speech else row[:size]), marking.marks.no_timestamps] for row in rows]
        with self._weights.answering():
            features, frames = self.net.net.features(batch.samples.to(self._device), batch.lengths.to(self._device))
            x, _, frames = self.net.heard(features, frames)
            most = 2 * int(batch.target_lengths.max()) + _ROOM
            told = self.net.greedy(x, frames, most, torch.tensor(prompts, device=self._device), marking.marks.end)
            return told.float().cpu(), frames.cpu()


def _rows(batch: Batch) -> list[list[int]]:
    """The ids of each row."""
    return [[int(i) for i in row[:n]] for row, n in zip(batch.targets.tolist(), batch.target_lengths.tolist(), strict=True)]


def _apart(rows: Sequence[Sequence[int]], end: int) -> tuple[Tensor, Tensor]:
    """Rows as what stands before each answer [B, L], and the answers [B, L], those behind a row's end to be left out."""
    longest = max(map(len, rows)) - 1
    before, behind = torch.full((len(rows), longest), end), torch.full((len(rows), longest), _NOTHING)
    for k, row in enumerate(rows):
        before[k, : len(row) - 1] = torch.tensor(row[:-1])
        behind[k, : len(row) - 1] = torch.tensor(row[1:])
    return before, behind


@final
class _Hearing(nn.Module):
    """samples [B, T], lengths [B] -> chances of CTC [B, F, K + 1], keys and values of each layer."""

    def __init__(self, writer: Writer) -> None:
        super().__init__()
        self.writer = writer

    def forward(self, samples: Tensor, lengths: Tensor) -> tuple[Tensor, list[Tensor]]:
        x, heard, frames = self.writer.heard(*self.writer.net.features(samples, lengths))
        return self.writer.net.answer(heard), self.writer.decoder.memory(x, frames)


@final
class _Reading(nn.Module):
    """tokens [B, L], past and cross -> logits [B, L, V], attention [B, 1, L, F], present. Every frame is real."""

    def __init__(self, writer: Writer) -> None:
        super().__init__()
        self.decoder = writer.decoder

    def forward(self, tokens: Tensor, past: list[Tensor], cross: list[Tensor]) -> tuple[Tensor, Tensor, list[Tensor]]:
        frames = torch.full_like(tokens[:, 0], 1) * cross[0].shape[2]
        logits, looked, present = self.decoder(tokens, cross, frames, past)
        return logits, looked[:, None], present


def to_onnx(writer: Writer, folder: Path) -> None:
    """Write both graphs, checked against torch. Raises: LearningError."""
    writer.cpu().eval()
    rate = writer.net.plan.sample_rate
    hearing, reading = _Hearing(writer).eval(), _Reading(writer).eval()
    samples, lengths = torch.zeros(2, rate), torch.tensor([rate, rate])
    with torch.no_grad():
        _, cross = hearing(samples, lengths)
        past = [c[:, :, :5] for c in cross]
    names = [f"{k // 2}.{'value' if k % 2 else 'key'}" for k in range(len(cross))]
    batch, time, count, frame, before = (torch.export.Dim(n, min=m) for n, m in
                                         (("batch", 1), ("time", 2), ("count", 1), ("frame", 1), ("past", 1)))  # fmt: skip
    write_program(hearing, (samples, lengths), ({0: batch, 1: time}, {0: batch}), folder / ENCODER, ["samples", "lengths"],
                  [ANSWERS, *(f"cross.{n}" for n in names)])  # fmt: skip
    write_program(
        reading, (torch.zeros(2, 3, dtype=torch.int64), past, cross),
        ({0: batch, 1: count}, [{0: batch, 2: before}] * len(past), [{0: batch, 2: frame}] * len(cross)), folder / DECODER,
        ["tokens", *(f"past.{n}" for n in names), *(f"cross.{n}" for n in names)],
        ["logits", "attention", *(f"present.{n}" for n in names)],
    )  # fmt: skip
    apart = parity(writer, folder)
    if not apart <= CLOSE:
        what = f"the exported decoder answers {apart:.2g} apart from the trained one"
        raise LearningError(what, where=str(folder), fix="Please report it")


@torch.no_grad()
def parity(writer: Writer, folder: Path) -> float:
    """The largest difference between the graphs and torch: a prompt, then a unit, over clips of noise."""
    ear, decoder = (Runtime("cpu", 1).session(folder / name) for name in (ENCODER, DECODER))
    rng, rate, worst = np.random.default_rng(0), writer.net.plan.sample_rate, 0.0
    for length in (rate // 2, rate // 3 + 7):
        samples, lengths = (0.1 * rng.standard_normal((1, length))).astype(np.float32), np.array([length], np.int64)
        told = dict(zip(ear.outputs, ear.run({"samples": samples, "lengths": lengths}), strict=True))
        heard, cross = _Hearing(writer)(torch.from_numpy(samples), torch.from_numpy(lengths))
        worst = max(worst, difference(told.pop(ANSWERS), heard))
        past = [c[:, :, :0] for c in cross]
        feeds = {n: p.numpy() for n, p in zip([n for n in decoder.inputs if n.startswith("past")], past, strict=True)}
        for count in (4, 1):
            tokens = rng.integers(0, writer.classes, (1, count))
            logits, looked, past = _Reading(writer)(torch.from_numpy(tokens), past, cross)
            answer = dict(zip(decoder.outputs, decoder.run({"tokens": tokens, **feeds, **told}), strict=True))
            worst = max(worst, *(difference(answer[n], v) for n, v in (("logits", logits), ("attention", looked))))
            feeds = {n.replace("present", "past"): v for n, v in answer.items() if n.startswith("present")}
    return worst
