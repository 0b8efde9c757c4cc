"""Where models can run, and the microphones"""

from __future__ import annotations

import argparse
import importlib.util

from aural.cli.commands._house import runtime_devices
from aural.errors import reason

_MIC = 'pip install "aural[mic]"'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments."""


def run(args: argparse.Namespace) -> int:
    """Print the runtime's devices and the audio inputs."""
    print("models run on (--device):")
    for name, about in runtime_devices():
        print(f"  {name:<9} {about}")
    print("microphones:")
    for line in microphones():
        print(f"  {line}")
    return 0


def microphones() -> list[str]:
    """One line for each audio input; or how to get at them."""
    if importlib.util.find_spec("sounddevice") is None:
        return [f"not looked for: {_MIC}"]
    try:
        import sounddevice
    except OSError as error:  # the package is there, the system's audio library is not
        return [f"the system's audio library is missing ({reason(error)})"]
    try:
        found = [dict(d) for d in sounddevice.query_devices()]
    except sounddevice.PortAudioError as error:
        return [f"the system's audio does not answer ({reason(error)})"]
    inputs = [(i, d) for i, d in enumerate(found) if d["max_input_channels"] > 0]
    lines = [f"{i}: {d['name']} ({d['max_input_channels']} channels, {d['default_samplerate']:.0f} Hz)" for i, d in inputs]
    return lines or ["none found"]
