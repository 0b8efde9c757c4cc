"""How a command is stopped: ^C and the polite kill end it where it stands, and neither is ever lost.

A signal raises its error between two steps of whatever Python runs at that moment. Where that is a callback of
compiled code (the decoder asking for bytes, a weak reference, a `__del__`), the error has nowhere to go: Python
prints it and the command goes on as if nobody had pressed a key. Such a signal is given once more, a moment later.
"""

from __future__ import annotations

import _thread
import signal
import sys
import threading
from types import FrameType
from typing import Any

_AGAIN = 0.02  # seconds: the callback has returned by then


def heed() -> None:
    """From now on the polite kill cleans up like ^C does, and a signal that falls into a callback comes again."""
    signal.signal(signal.SIGTERM, _end)
    sys.unraisablehook = _lost


def _end(number: int, _: FrameType | None) -> None:
    sys.exit(128 + number)


def _lost(told: Any) -> None:
    """What Python calls with an error that nobody can catch (`sys.UnraisableHookArgs`)."""
    if issubclass(told.exc_type, KeyboardInterrupt):
        _again(signal.SIGINT)
    elif issubclass(told.exc_type, SystemExit):
        _again(signal.SIGTERM)
    else:
        sys.__unraisablehook__(told)


def _again(number: signal.Signals) -> None:
    waiting = threading.Timer(_AGAIN, _strike, (number,))
    waiting.daemon = True
    waiting.start()


def _strike(number: signal.Signals) -> None:
    if hasattr(signal, "pthread_kill") and (ident := threading.main_thread().ident) is not None:
        signal.pthread_kill(ident, number)  # also wakes what waits for bytes
    else:
        _thread.interrupt_main(number)
