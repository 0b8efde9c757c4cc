from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

POSIX = pytest.mark.skipif(os.name != "posix", reason="signals and shells as POSIX has them")


def _run(body: str) -> subprocess.CompletedProcess[str]:
    program = "import signal, sys, time\nfrom aural.cli import stopping\nstopping.heed()\n" + textwrap.dedent(body)
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)


@POSIX
@pytest.mark.parametrize(("error", "code"), [("KeyboardInterrupt", -signal.SIGINT), ("SystemExit(143)", 128 + signal.SIGTERM)])
def test_a_signal_that_falls_into_a_callback_comes_again(error: str, code: int) -> None:
    begun = time.monotonic()
    done = _run(f"""
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell in the background lets children ignore ^C
        class Callback:
            def __del__(self):
                raise {error}
        Callback()
        time.sleep(50)
        """)
    assert done.returncode == code, done.stderr
    assert time.monotonic() - begun < 40


@POSIX
def test_a_signal_that_falls_into_the_decoder_prints_nothing() -> None:
    done = _run("""
        import av, io
        signal.signal(signal.SIGINT, signal.default_int_handler)
        class File(io.BytesIO):
            struck = False
            def read(self, count):
                if not self.struck:
                    self.struck = True
                    raise KeyboardInterrupt
                return super().read(count)
        try:
            try:
                av.open(File(b"x" * 100))
            except av.FFmpegError:
                pass
            time.sleep(50)
        except KeyboardInterrupt:
            print("stopped")
        """)
    assert (done.returncode, done.stdout, done.stderr) == (0, "stopped\n", "")


def test_any_other_error_that_nobody_can_catch_is_told_as_ever() -> None:
    done = _run("""
        class Callback:
            def __del__(self):
                raise ValueError("what went wrong")
        Callback()
        """)
    assert done.returncode == 0
    assert "what went wrong" in done.stderr
