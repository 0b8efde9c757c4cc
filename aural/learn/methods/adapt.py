"""Speech to text by a fetched recognizer that goes on learning: an accent, an age, a speaker, from minutes to hours of speech.

`--from` names the recognizer (moonshine-base), or a run of this method that goes on. Beside each matrix of its encoder and decoder
a product of two thin ones is learned (LoRA, Hu et al. 2021), everything else is held; what comes out is a file of a few MB, which
the recognizer takes when it is opened. Rows of ordinary speech among the clips keep it from forgetting, and so does a `strength`
under 1: a place between what it was and what it has become (Wortsman et al. 2022, Robust fine-tuning). Texts in one case without
marks get case and marks of its own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from aural.errors import AuralError, UsageError
from aural.files import sha256_of
from aural.learn.adapting import texts
from aural.learn.adapting.trainee import METRIC, Adapting, Told
from aural.learn.job import Job, Method
from aural.learn.methods._chosen import chosen
from aural.learn.methods._parts import data_of, fitted, licences_of, seconds_of
from aural.learn.methods._spelled import refuse_parting
from aural.learn.nets import Choice, device_of, use_threads
from aural.learn.options import Options
from aural.models import moonshine_weights, store
from aural.models.card import Card
from aural.models.card import write as write_card
from aural.models.engines import adapted
from aural.models.engines._moonshine import DECODER, ENCODER, VOCABULARY
from aural.models.moonshine_weights import READABLE, Changes
from aural.nets import moonshine
from aural.nets.low_rank import Change, change_layers
from aural.settings import option
from aural.text.pieces import Pieces

DEFAULTS: Mapping[str, Any] = {
    "start": "moonshine-base", "batch": 8, "rate": 7e-4, "decay": 0.0, "warmup": 0.1, "epochs": 4, "patience": 3, "clip_norm": 1.0,
}  # fmt: skip


@dataclass(frozen=True)
class Adapter:
    """What is learned beside the recognizer."""

    rank: int = option(8, "inner width of each change: 8 makes a file of 2.6 MB", least=1, most=128)
    drop: float = option(0.0, "share of the inputs of a change that are hidden while it learns", least=0, most=0.9)
    where: str = option("both", "which half may change", choices=("both", "encoder", "decoder"))
    strength: float = option(1.0, "share of each change that is kept at the end: less forgets less", least=0, most=1)
    smoothing: float = option(0.1, "label smoothing: share of the chance that is spread over all pieces", least=0, most=0.9)


def read(job: Job) -> tuple[Choice, Adapter]:
    """What was given, read and checked. Raises: UsageError."""
    choice, parts = chosen(job, "adapt", DEFAULTS, {"adapter": Adapter}, ("augment", "noise", "rooms"))
    refuse_parting(choice.options)
    for name in ("specaugment", "warp"):
        if name in choice.options.augment:
            raise UsageError("adapt hears samples and no spectrogram", where=f"--augment {name}", fix="Leave it out")
    beginning(choice.options)
    adapter: Adapter = parts["adapter"]
    return choice, adapter


@dataclass(frozen=True)
class Beginning:
    """What goes on learning: the card of the recognizer, and the changes that it learned before."""

    base: Card
    changes: Changes


def beginning(options: Options) -> Beginning:
    """What `--from` names. Raises: UsageError for what cannot be adapted."""
    fix = f"These can: {', '.join(READABLE)}, and runs of --method adapt"
    try:
        entry = store.entry_of(str(options.start), "recognizer")
        own = entry.card.kind == "adapted"
        card = store.entry_of(adapted.base_of(entry.folder), "recognizer").card if own else entry.card
        begun = adapted.read(entry.folder) if own else {}
    except AuralError as error:
        raise UsageError(f"there is no recognizer {options.start!r} to adapt ({error.what})", where="--from", fix=fix) from None
    if card.name not in READABLE:
        raise UsageError(f"{card.name} cannot be adapted", where="--from", fix=fix)
    return Beginning(card, begun)


def run(job: Job) -> Card:
    """Bring texts into style, learn the changes, write them; the model folder is whole when this returns."""
    choice, adapter = read(job)
    options, begun = choice.options, beginning(choice.options)
    use_threads(options.threads)
    base = begun.base
    folder = store.ensure(base.name, "recognizer", job.progress)
    assert base.longest_input is not None
    job = dataclasses.replace(job, clips=texts.in_style(job, base.name, base.longest_input, options.threads))
    net = moonshine.loaded(moonshine_weights.read(folder / ENCODER, folder / DECODER))
    torch.manual_seed(options.seed)
    changes = change_layers(net, adapter.rank, adapter.drop, lambda name: adapter.where in ("both", name.partition(".")[0]))
    _take(changes, begun.changes)
    truth = Told(Pieces.read((folder / VOCABULARY).read_bytes()))
    trainee = Adapting(net, changes, adapter.smoothing, options, device_of(options.device))
    size = sum(p.numel() for change in changes.values() for p in change.parameters())
    fitted(job, choice, trainee, data_of(job, choice, (truth, truth), None, None), METRIC, f"{size:,} of them learn")
    return _exported(job, choice, base, changes, adapter.strength)


@torch.no_grad()
def _take(changes: Mapping[str, Change], before: Changes) -> None:
    """Begin with changes that were learned before. Raises: UsageError where they are of other layers or another rank."""
    known = {moonshine.checkpoint_name(name): change for name, change in changes.items()}
    for name, (down, up) in before.items():
        if name not in known or known[name].down.shape != down.shape:
            fix = f"Give --rank {len(down)}, and --where as there"
            raise UsageError("the run behind --from learned other changes", where="--from", fix=fix)
        known[name].down.copy_(torch.tensor(down))
        known[name].up.copy_(torch.tensor(up))


def _exported(job: Job, choice: Choice, base: Card, changes: Mapping[str, Change], strength: float) -> Card:
    """The model folder: changes, their base, and the card."""
    job.model.mkdir(parents=True, exist_ok=True)
    thin = {
        moonshine.checkpoint_name(name): (c.down.detach().cpu().numpy(), strength * c.up.detach().cpu().numpy())
        for name, c in changes.items()
    }
    adapted.write(job.model, base.name, thin)
    seconds = sum(seconds_of(c) for c in job.clips["train"])
    own = licences_of(job)
    licences = dataclasses.replace(own, weights=f"{base.licences.weights} ({base.name}); the changes as the data allow")
    card = Card(
        name=job.name, role=job.role, kind="adapted", licences=licences, source=f"{base.name}, adapted with aural",
        question=job.question, sample_rate=base.sample_rate, languages=base.languages, batch=base.batch,
        longest_input=base.longest_input, calibration=base.calibration,
        files={name: sha256_of(job.model / name) for name in (adapted.CHANGES, adapted.BASE)}, seed=choice.options.seed,
        trained_on=f"{base.name}, then {len(job.clips['train'])} clips, {seconds / 3600:.2f} hours",
    )  # fmt: skip
    write_card(card, job.model / "card.json")
    return card


METHOD = Method(Options, read, run, frozenset({("sequence", "class")}))
