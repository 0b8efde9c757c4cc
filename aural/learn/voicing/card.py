"""What a voice tells of itself: whose it is, by whose leave, from which recordings, in which language, at which rate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aural.errors import UsageError
from aural.files import sha256_of
from aural.learn.job import Job
from aural.learn.voicing.said import Said
from aural.models.card import Card, Licences
from aural.models.card import write as write_card

CONSENT = "consent.txt"  # in the run folder, so that --resume need not be told again
_SHORT = 3  # letters of a consent: fewer tell nothing


def consent_of(job: Job) -> str:
    """By whose leave the voice is made, as it was told now or when the training began. Raises: UsageError when nobody told."""
    kept = job.folder / CONSENT
    told = " ".join(job.consent.split())
    if not told and job.resume and kept.is_file():
        told = kept.read_text(encoding="utf-8").strip()
    if len(told) < _SHORT:
        raise UsageError(
            "a voice is made of a person's recordings, and nobody told by whose leave", where="--consent",
            fix='Write --consent "I am the speaker", "Jane Doe, in writing, 2026-05-01", or the licence that allows it',
        )  # fmt: skip
    return told


def keep_consent(job: Job) -> str:
    """Write down by whose leave a voice is made, before a long training, so that --resume need not be told again."""
    consent = consent_of(job)
    (job.folder / CONSENT).write_text(consent + "\n", encoding="utf-8")
    return consent


def write(
    job: Job, said: Sequence[Said], kind: str, sample_rate: int, language: str, *, seed: int | None = None,
    figures: Mapping[str, Any] | None = None, controls: tuple[str, ...] = (),
) -> Card:  # fmt: skip
    """The card of a voice whose files lie in the model folder; they are hashed here."""
    consent = keep_consent(job)
    seconds = sum(s.duration for s in said)
    speakers = sorted({s.clip.speaker for s in said if s.clip.speaker})
    who = ", ".join(speakers[:3]) or "one speaker"
    told = sorted({s.clip.licence for s in said if s.clip.licence})
    names = sorted({p.name for s in said for p in s.phones if not p.silent})
    card = Card(
        name=job.name, role=job.role, kind=kind, source=f"trained with aural from recordings of {who}", question=job.question,
        licences=Licences("Apache-2.0", "as the consent and the data allow", ", ".join(told) or "unknown", None,
                          "the rows of the manifest"),
        sample_rate=sample_rate, input="phonemes, one letter each", labels=tuple(names), languages=(language.partition("-")[0],),
        voices={job.name: f"{language}, {who}"}, consent=consent, seed=seed, controls=controls, figures=dict(figures or {}),
        files={p.name: sha256_of(p) for p in _files(job.model)},
        trained_on=f"{len(said)} clips of {who}, {seconds / 3600:.2f} hours",
    )  # fmt: skip
    write_card(card, job.model / "card.json")
    return card


def _files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.is_file() and p.name != "card.json")
