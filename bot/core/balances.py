"""The quiz as arithmetic: twenty statements, five for each pair of letters, and what the answers to them add up to.

For fun: the statements are the project's own, and nobody has shown that they measure anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

PAIRS: tuple[str, ...] = ("IE", "NS", "TF", "JP")
STATEMENTS: tuple[str, ...] = tuple("ENTPISFJENTPISFJENTP")
"""For which letter each statement speaks, in the order in which they are asked: `quiz-1` to `quiz-20` in the texts.

The first and the second letters of the pairs have ten statements each, so that whoever agrees with everything
is not pushed to one side.
"""
STEPS = 5
"""Answers are 0 (not me at all) to 4 (very much me); 2 is in between."""
FULL = 10
"""The most that a pair can lean: five statements, two steps from the middle each."""
CLOSE = 1
"""A pair that leans no further than one step of one answer is open: both letters fit."""


@dataclass(frozen=True)
class Balance:
    """How far a pair leans: `lean` is -10 (all first letter) to 10 (all second letter)."""

    pair: str
    lean: int

    @property
    def letters(self) -> str:
        """The letter that it leans to, or both when that is too close to tell."""
        if abs(self.lean) <= CLOSE:
            return self.pair
        return self.pair[self.lean > 0]

    @property
    def percents(self) -> tuple[int, int]:
        """The shares of the first and the second letter; together 100."""
        second = 50 + 50 * self.lean // FULL
        return 100 - second, second


def balances(answers: str) -> tuple[Balance, ...]:
    """What `answers` add up to: one digit a statement, twenty of them, 0 to 4 each."""
    leans = dict.fromkeys(PAIRS, 0)
    for letter, answer in zip(STATEMENTS, answers, strict=True):
        pair = next(pair for pair in PAIRS if letter in pair)
        step = int(answer) - STEPS // 2
        leans[pair] += step if letter == pair[1] else -step
    return tuple(Balance(pair, lean) for pair, lean in leans.items())


def types(found: tuple[Balance, ...]) -> tuple[str, ...]:
    """The types that fit: one, or two for each pair that is too close to tell."""
    return tuple("".join(letters) for letters in product(*(balance.letters for balance in found)))


def title(found: tuple[Balance, ...]) -> str:
    """The type, both types, or for more of them the letters that are clear: `ENFP`, `ENFJ / ENFP`, `E?F?`."""
    fitting = types(found)
    if len(fitting) <= 2:
        return " / ".join(fitting)
    return "".join(balance.letters if len(balance.letters) == 1 else "?" for balance in found)


@dataclass(frozen=True)
class Bar:
    """One balance as it is drawn: what its two ends are called, in the person's language."""

    balance: Balance
    first: str
    second: str


@dataclass(frozen=True)
class BalanceChart:
    """Four bars, under the types that they fit and over a word on how serious that is."""

    title: str
    bars: tuple[Bar, ...]
    note: str
