"""Word and character error rates, with the alignment that they count.

Conventions: texts are strings already brought to one spelling (`aural.text.scoring`); words part at white
space; characters are counted with the single spaces between words. Several texts are scored as one: errors
and lengths are summed before dividing, so a long text weighs more than a short one. The rate is
WER = (S + I + D) / N with N the words of the reference, which is the same as 1 - (N - S - I - D) / N;
it can pass 1. An empty reference gives 0 when the answer is empty too, else the number of insertions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from aural.errors import UsageError
from aural.metrics._alignment import Errors, Step, align, distance, errors_between

__all__ = ["Errors", "Step", "align", "cer", "character_errors", "distance", "errors_between", "validate", "wer", "word_errors"]


def validate(references: Sequence[str], answers: Sequence[str]) -> None:
    """Raises: UsageError unless there are as many references as answers, all of them texts."""
    if len(references) != len(answers):
        raise UsageError(f"{len(references)} references and {len(answers)} answers cannot be compared")
    for text in (*references, *answers):
        if not isinstance(text, str):
            raise UsageError(f"a text was expected, not {text!r}")


def wer(reference: str | Sequence[str], answer: str | Sequence[str]) -> float:
    """Word error rate: (S + I + D) / N over one text or over a list of texts.

    >>> round(wer("the cat sat on the mat", "the cat sat the mat"), 4)
    0.1667
    """
    return word_errors(reference, answer).rate


def cer(reference: str | Sequence[str], answer: str | Sequence[str]) -> float:
    """Character error rate, spaces between words counted as characters."""
    return character_errors(reference, answer).rate


def word_errors(reference: str | Sequence[str], answer: str | Sequence[str]) -> Errors:
    """Substituted, inserted and deleted words of one text, or summed over a list of texts."""
    return _summed(reference, answer, str.split)


def character_errors(reference: str | Sequence[str], answer: str | Sequence[str]) -> Errors:
    """Substituted, inserted and deleted characters of one text, or summed over a list of texts."""
    return _summed(reference, answer, lambda text: list(" ".join(text.split())))


def _summed(reference: str | Sequence[str], answer: str | Sequence[str], parts: Callable[[str], Sequence[str]]) -> Errors:
    references = [reference] if isinstance(reference, str) else list(reference)
    answers = [answer] if isinstance(answer, str) else list(answer)
    validate(references, answers)
    return sum((errors_between(parts(r), parts(a)) for r, a in zip(references, answers, strict=True)), Errors())
