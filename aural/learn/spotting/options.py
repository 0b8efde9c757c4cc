"""What can be set of learning phrases."""

from __future__ import annotations

from dataclasses import dataclass

from aural.settings import option


@dataclass(frozen=True)
class Options:
    """How phrases are learned."""

    window: float = option(1.2, "how far back the layers look; the longest phrase should fit", unit="s", least=0.3, most=3.0)
    hidden: int = option(24, "channels of the two convolutions", least=2, most=512)
    drop: float = option(0.3, "share of what the last layer sees that is dropped in training", least=0, most=0.9)
    stretch: float = option(0.2, "windows are stretched in time by up to this, as a logarithm", least=0, most=0.7)
    blur: float = option(0.3, "noise added to the frames, in standard deviations", least=0, most=5)
    copies: int = option(8, "times that each clip of a phrase is heard, each time with other noise, room and level", least=1)
    augment: tuple[str, ...] = option(("noise", "room", "gain", "telephone"), "effects drawn for each copy, with commas")
    noise: str | None = option(None, "folder or manifest of noises; not set = made noise", file="named")
    rooms: str | None = option(None, "folder or manifest of impulse responses; not set = made rooms", file="named")
    against: str | None = option(
        None, "folder or manifest of recordings in which no phrase is said, learned from as well", file="named"
    )
    false_alarms: float = option(0.5, "false alarms an hour that the border allows on speech that was not learned from", least=0.01)
    steps: int = option(2500, "steps of the training", least=10)
    rate: float = option(2e-3, "learning rate at its highest", least=1e-6, most=1)
    decay: float = option(1e-3, "weight decay of AdamW", least=0, most=1)
    threads: int = option(0, "threads of one process; 0 = all cores", least=0, most=1024)
    seed: int = option(0, "everything that is drawn follows from it", least=0)
