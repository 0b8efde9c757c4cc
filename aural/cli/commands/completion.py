"""Completion of verbs and flags for bash, zsh and fish"""

from __future__ import annotations

import argparse
import contextlib
import io
import re

SHELLS = ("bash", "zsh", "fish")
_HINT = {
    "bash": '# eval "$(aural completion bash)"   in ~/.bashrc',
    "zsh": '# eval "$(aural completion zsh)"   in ~/.zshrc, after compinit',
    "fish": "# aural completion fish > ~/.config/fish/completions/aural.fish",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The shell."""
    parser.add_argument("shell", choices=SHELLS, help="for which shell")


def run(args: argparse.Namespace) -> int:
    """Print the script; its first line says where it goes."""
    known = flags()
    print(_HINT[args.shell])
    print(_fish(known) if args.shell == "fish" else _bash(known, zsh=args.shell == "zsh"))
    return 0


def flags() -> dict[str, list[str]]:
    """Verb -> its flags, read from its help."""
    from aural.cli.main import commands, main

    found = {}
    for verb in commands():
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
            main([verb, "--help"])
        found[verb] = sorted(set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", out.getvalue())))
    return found


def _bash(known: dict[str, list[str]], *, zsh: bool) -> str:
    cases = "\n".join(f"    {verb}) flags='{' '.join(names)}' ;;" for verb, names in known.items())
    head = "autoload -U +X bashcompinit && bashcompinit\n" if zsh else ""
    return f"""{head}_aural() {{
  local word="${{COMP_WORDS[COMP_CWORD]}}" flags=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "{" ".join(known)}" -- "$word")); return
  fi
  case "${{COMP_WORDS[1]}}" in
{cases}
  esac
  case "$word" in
    -*) COMPREPLY=($(compgen -W "$flags" -- "$word")) ;;
    *) COMPREPLY=($(compgen -f -- "$word")) ;;
  esac
}}
complete -o filenames -F _aural aural"""


def _fish(known: dict[str, list[str]]) -> str:
    from aural.cli.main import commands

    lines = []
    for verb, text in commands().items():
        told = text.replace("'", "")
        lines.append(f"complete -c aural -n __fish_use_subcommand -a {verb} -d '{told}'")
        lines += [f"complete -c aural -n '__fish_seen_subcommand_from {verb}' -l {flag[2:]}" for flag in known[verb]]
    return "\n".join(lines)
