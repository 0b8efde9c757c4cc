"""How the server is set up: where it listens, who may ask, what it takes, and how long it keeps models open."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from aural.settings import home, option

TOKEN = "AURAL_TOKEN"
LOCAL = ("localhost", "127.0.0.1", "::1")  # addresses that only this machine reaches


@dataclass(frozen=True)
class Options:
    """The options of `aural serve`."""

    host: str = option("127.0.0.1", "address to listen on; 0.0.0.0 = every one of this machine (give a token then)")
    port: int = option(8000, "port to listen on; 0 = any that is free", least=0, most=65535)
    token: str | None = option(None, f"only requests that bear this token are answered; also read from {TOKEN}")
    origins: tuple[str, ...] = option((), "pages of these addresses may ask, too, such as https://notes.example; * = all")
    preload: tuple[str, ...] = option(("transcribe",), "open the models of these verbs before the first request")
    alias: tuple[str, ...] = option((), "more names for models, as name=model,name=model")
    running: int = option(0, "requests that are worked on at once; 0 = as many as cores", least=0, most=1024)
    queue: int = option(32, "requests that may wait; further ones are told to come again (429)", least=0, most=100_000)
    batch: int = option(
        0, "rows of several requests that run as one batch; 0 = 16 on a graphics card, 1 without", least=0, most=256
    )
    max_upload: float = option(512.0, "longest upload", unit="MB", least=0.001)
    max_length: float = option(14_400.0, "longest recording", unit="s", least=1)
    timeout: float = option(3600.0, "longest time that one request may take, waiting included", unit="s", least=1)
    patience: float = option(30.0, "longest time between two pieces of an upload", unit="s", least=0.1)
    idle: float = option(900.0, "close models that nobody asked for so long; 0 = never", unit="s", least=0)
    grace: int = option(30, "on SIGTERM, finish what runs for so long", unit="s", least=0)
    jobs: str | None = option(None, "folder for jobs and their recordings; not set = jobs under AURAL_HOME")
    keep: float = option(24.0, "forget jobs so long after their end, with their recordings; 0 = never", unit="h", least=0)
    replicas: str = option("1", "servers behind this one address, such as 2; 1-4 lets them come and go with what there is to do")
    wyoming: str | None = option(None, "answer home automation, too: a port (10300 by habit) or tcp://host:port; it knows no token")
    wake: tuple[str, ...] = option((), "models of `aural train spot` whose phrases wake satellites, with commas")
    confirm: bool = option(False, "a small recognizer hears each hit of --wake again and decides: far fewer are missed")
    log: str = option("text", "a line for each request on standard error, never with any content", choices=("text", "json", "none"))

    @property
    def bearer(self) -> str | None:
        """The token that requests must bear, None where anybody may ask."""
        return self.token or os.environ.get(TOKEN) or None

    @property
    def folder(self) -> Path:
        """Where jobs lie."""
        return Path(self.jobs) if self.jobs else home() / "jobs"

    @property
    def workers(self) -> int:
        """Requests that are worked on at once."""
        return self.running or os.cpu_count() or 1
