"""`aural devices` tells where models run, and the microphones when the extra is there."""

from __future__ import annotations

import importlib.util
import sys
import types
from typing import Any

import pytest

from aural.cli.commands import devices
from aural.cli.main import main
from aural.models import runtime


def test_all_devices_are_told_with_what_auto_takes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["devices"]) == 0
    text = capsys.readouterr().out
    for name in runtime.PROVIDERS:
        assert f"\n  {name} " in text
    assert text.count("taken by --device auto") == 1
    assert text.count("not offered") == len(runtime.PROVIDERS) - len(runtime.devices())


def test_without_the_extra_the_line_that_installs_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "sounddevice" else real(name))
    assert devices.microphones() == ['not looked for: pip install "aural[mic]"']


def test_inputs_are_listed_and_outputs_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        {"name": "speakers", "max_input_channels": 0, "default_samplerate": 48000.0},
        {"name": "microphone", "max_input_channels": 2, "default_samplerate": 44100.0},
    ]
    pretend(monkeypatch, lambda: rows)
    assert devices.microphones() == ["1: microphone (2 channels, 44100 Hz)"]
    pretend(monkeypatch, list)
    assert devices.microphones() == ["none found"]


def test_a_system_without_audio_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> Any:
        raise sys.modules["sounddevice"].PortAudioError("no host")

    pretend(monkeypatch, fails)
    assert devices.microphones() == ["the system's audio does not answer (no host)"]


def pretend(monkeypatch: pytest.MonkeyPatch, query: Any) -> None:
    """A package of the extra that answers as told."""
    module: Any = types.ModuleType("sounddevice")
    module.PortAudioError = type("PortAudioError", (Exception,), {})
    module.query_devices = query
    monkeypatch.setitem(sys.modules, "sounddevice", module)
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object() if name == "sounddevice" else real(name))
