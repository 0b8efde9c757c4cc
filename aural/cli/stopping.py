"""How a command is stopped: ^C and the polite kill end it where it stands, and neither is ever lost.

A signal raises its error between two steps of whatever Python runs at that moment. Where that is a callback of
compiled code (the decoder asking for bytes, a weak reference, a `__del__`), the error has nowhere to go: Python
prints it and the command goes on as if nobody had pressed a key. Such a signal is given once more, a moment later,
and nothing of it is printed.
"""

from __future__ import annotations

import _thread
import signal
import sys
import threading
import time
from types import FrameType, TracebackType
from typing import Any

_MOMENT = 0.02  # s: the callback has mostly returned by then


def heed() -> None:
    """From now on the polite kill cleans up like ^C does, and a signal that falls into a callback comes again."""
    signal.signal(signal.SIGTERM, _end)
    sys.unraisablehook = _lost
    sys.excepthook = _told


def _end(number: int, _: FrameType | None) -> None:
    sys.exit(128 + number)


def _lost(told: Any) -> None:
    """What Python calls with an error that nobody can catch (`sys.UnraisableHookArgs`)."""
    if issubclass(told.exc_type, KeyboardInterrupt):
        _thread.start_new_thread(_again, (signal.SIGINT,))
    elif issubclass(told.exc_type, SystemExit):
        _thread.start_new_thread(_again, (signal.SIGTERM,))
    else:
        sys.__unraisablehook__(told)


def _told(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What prints an error: compiled callbacks print even the signal that `_lost` then hears of."""
    if not issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)


def _again(number: signal.Signals) -> None:
    """In a thread of its own: the signal, as soon as the main thread is out of `_lost`, where it would be lost for good."""
    main = threading.main_thread().ident
    assert main is not None
    while True:
        time.sleep(_MOMENT)
        frame = sys._current_frames().get(main)
        if frame is None or frame.f_code is not _lost.__code__:
            break
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(main, number)  # also wakes what waits for bytes
    else:
        _thread.interrupt_main(number)
