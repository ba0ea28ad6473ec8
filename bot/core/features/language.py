"""The language that is spoken: the platform's, until the person chooses one. Pure."""

from __future__ import annotations

from bot.core import flow, menus
from bot.core.effects import Choice, Known, Line, Prefer, Say
from bot.core.events import Command
from bot.core.feature import Args, Feature
from bot.core.flow import Turn
from bot.core.hearing import language_of, words
from bot.core.presses import Action
from bot.core.state import State
from bot.core.wording import AUTO, LOCALES


def _ask(state: State, known: Known) -> Turn:
    """Each language by its own name; the one that was chosen stands out."""
    named = [
        Choice(Line(f"choice-{one}"), Action.LANGUAGE, (one,), "primary" if one == chosen else "secondary")
        for chosen in (known.language or AUTO,)
        for one in (*LOCALES, AUTO)
    ]
    menu = (tuple(named[:-1]), (named[-1], menus.button("begin", Action.BEGIN)))
    return state, (Say((Line("language-ask"),), menu, code="ask_language"),)


def _choose(state: State, language: str, known: Known) -> Turn:
    """Speak it from now on; what was asked in another language is asked in this one."""
    key = "language-as-platform" if language == AUTO else "language-set"
    asked = flow.ask_again(state, known)
    said = Say((Line(key),), () if asked else menus.WELCOME, code="language_set", instead=True)
    return state, (Prefer(language=language), said, *asked)


def _command(state: State, command: Command, known: Known) -> Turn:
    said = [one for text in command.options.values() for one in words(text)]
    wanted = next((found for word in said if (found := language_of(word))), None)
    return _choose(state, wanted, known) if wanted else _ask(state, known)


def _press(state: State, args: Args, known: Known) -> Turn:
    return _choose(state, args[0], known)


FEATURE = Feature(commands={"language": _command}, presses={Action.LANGUAGE: _press})
