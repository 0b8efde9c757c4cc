"""The command line: finds the verb, runs it, and turns errors into one line and an exit code."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from aural import __version__, find
from aural.cli import stopping
from aural.errors import EXIT_BUG, EXIT_INTERRUPTED, AuralError, LimitReached, UsageError, one_line
from aural.files import FULL

_STOPPED = "stopped; nothing half written was left"
_HEAD = f"""aural {__version__}: who said what, when, and what else was heard, from any recording, offline.

usage: aural VERB [AUDIO ...] [options]       aural VERB --help tells its options
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and give its exit code (errors.py says which)."""
    if argv is None:
        _settle()
    arguments = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in arguments
    try:
        code = _run([a for a in arguments if a != "--debug"])
        sys.stdout.flush()
        return code
    except AuralError as error:
        if debug:
            traceback.print_exc()
        return _say(str(error), error.exit_code)
    except KeyboardInterrupt:
        return _say(_STOPPED, EXIT_INTERRUPTED)
    except BrokenPipeError:
        # The reader went away (`aural ... | head`): not an error, but nothing may be printed any more.
        _mute()
        return 0
    except MemoryError:
        return _say("memory ran out. Use -m small, fewer --jobs or a shorter --clip", LimitReached.exit_code)
    except Exception as error:
        if isinstance(error.__context__, KeyboardInterrupt):  # a library stumbled over what it had half done
            return _say(_STOPPED, EXIT_INTERRUPTED)
        if debug:
            raise
        if isinstance(error, OSError) and error.errno in FULL:
            _mute()
            return _say("the disk is full. Free some space, or choose another folder", LimitReached.exit_code)
        return _say(bug(error), EXIT_BUG)


def bug(error: Exception) -> str:
    """What is said of an error that aural did not foresee."""
    what = one_line(f"this is a bug in aural ({type(error).__name__}: {error})")
    return f"{what}. Please report it with the output of the same command and --debug"


def _settle() -> None:
    """Make a process's own streams safe: closed ones go nowhere, no letter stops a line, a polite kill cleans up."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:  # else the next file that is opened takes the number, and messages would land in it
            os.open(os.devnull, os.O_RDWR)
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            told = stream.isatty() or os.environ.get("PYTHONIOENCODING")
            stream.reconfigure(encoding=None if told else "utf-8", errors="backslashreplace")
    stopping.heed()


def _mute() -> None:
    """Let what is still waiting to be printed go nowhere."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Parser(argparse.ArgumentParser):
    """The standard parser with aural's errors, no guessing of shortened flags, and inputs anywhere between flags."""

    given: tuple[str, ...] = ()

    def read(self, arguments: Sequence[str]) -> argparse.Namespace:
        """The arguments as a namespace. Raises: UsageError, with the nearest flag for one that does not exist."""
        self.given = tuple(arguments)
        # The mixed way knows neither verbs below a verb nor that all behind -- is no option.
        plain = "--" in arguments or any(action.nargs == argparse.PARSER for action in self._actions)
        known, left = (self.parse_known_args if plain else self.parse_known_intermixed_args)(list(arguments))
        if left:
            raise self._unknown(left[0])
        return known

    def error(self, message: str) -> None:  # type: ignore[override]
        verb, fix = self.prog.removeprefix("aural "), f"`{self.prog} --help` tells its options"
        if message.startswith("the following arguments are required: "):
            dashed = next((word for word in self.given if word.startswith("-") and _there(word)), None)
            fix = f"If {dashed} is a file, write {os.curdir}{os.sep}{dashed}" if dashed else fix
            names = message.partition(": ")[2].split(", ")
            raise UsageError(f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'} missing", where=verb, fix=fix)
        message = message.removeprefix("argument ")
        flag, colon, what = message.partition(": ")
        flag = next((f for f in flag.split("/") if f.startswith("--")), flag)
        if what == "expected one argument":
            fix = f"Write {flag}=VALUE where the value begins with a dash"
            what = "a value is missing"
        raise UsageError(what if colon else message, where=f"{verb} {flag}" if colon else verb, fix=fix)

    def _unknown(self, word: str) -> UsageError:
        flag = word.partition("=")[0]
        known = [f for action in self._actions for f in action.option_strings]
        near = find.nearest(flag, known, 0.7)
        if near:
            fix = f"Did you mean {near}?"
        elif _there(word) and word.startswith("-"):
            fix = f"If it is a file, write {os.curdir}{os.sep}{word}"
        elif _there(word) and "--manifest" in known:
            fix = f"Write --manifest {word}"
        else:
            others = _verbs_with(flag) if flag.startswith("--") else []
            fix = f"It belongs to: aural {', '.join(others)}" if others else f"`{self.prog} --help` tells its options"
        what = f"there is no option {flag}" if flag.startswith("-") else f"{flag!r} is one argument too many"
        return UsageError(what, where=self.prog.removeprefix("aural "), fix=fix)


def parser_of(verb: str, description: str | None) -> Parser:
    """An empty parser for a verb; shortened flags are not guessed, they could take a recording for their value."""
    form = argparse.RawDescriptionHelpFormatter
    return Parser(prog=f"aural {verb}", description=description, formatter_class=form, allow_abbrev=False)


def _there(name: str) -> bool:
    try:
        return Path(name).exists()
    except OSError:  # a name too long
        return False


def _verbs_with(flag: str) -> list[str]:
    """The verbs that have an option of this name."""
    name = flag[2:].replace("-", "_")
    pages = {verb: find.page("tasks", verb).TASK.options for verb in find.names("tasks")}
    return [verb for verb, options in pages.items() if name in vars(options).get("__dataclass_fields__", {})]


def commands() -> dict[str, str]:
    """Every verb with its one line of help, tasks and house commands alike."""
    found = {name: find.first_line("tasks", name) for name in find.names("tasks")}
    found |= {name: find.first_line("cli/commands", name) for name in find.names("cli/commands")}
    return dict(sorted(found.items()))


def overview() -> str:
    """The text of `aural --help`."""
    known = commands()
    tasks = set(find.names("tasks"))
    width = max(map(len, known), default=0)
    lines = [_HEAD, "verbs:"]
    lines += [f"  {name:<{width}}  {text}" for name, text in known.items() if name in tasks]
    lines += ["", "the house:"]
    lines += [f"  {name:<{width}}  {text}" for name, text in known.items() if name not in tasks]
    lines += ["", "try: aural listen sample:dialogue       (fetches the models once, 150 MB, then works offline)"]
    return "\n".join(lines)


def _run(arguments: list[str]) -> int:
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(overview())
        return 0
    if arguments[0] in ("-V", "--version"):
        print(f"aural {__version__}")
        return 0
    verb, rest = arguments[0], arguments[1:]
    if verb in find.names("cli/commands"):
        page = find.page("cli/commands", verb)
        parser = parser_of(verb, page.__doc__)
        page.add_arguments(parser)
        return int(page.run(parser.read(rest)) or 0)
    if verb not in find.names("tasks"):
        raise _unknown(verb)
    from aural.cli.runner import run_task

    return run_task(verb, rest)


def _unknown(verb: str) -> UsageError:
    if verb.startswith("-"):
        return UsageError(f"there is no option {verb}", fix="First comes a verb: `aural --help` lists them")
    near = find.nearest(verb, commands())
    fix = f"Did you mean `aural {near}`?" if near else "`aural --help` lists the verbs"
    if not near and _there(verb):
        fix = f"To hear this file: aural listen {verb}"
    return UsageError(f"there is no verb {verb[:80]!r}", fix=fix)


def say(text: str) -> None:
    """One line on standard error, whatever became of it."""
    with contextlib.suppress(OSError, ValueError):
        print(f"aural: {text}", file=sys.stderr, flush=True)


def _say(text: str, code: int) -> int:
    say(text)
    return code
