"""What others see is taken back by whoever showed it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core import menus
from bot.core.effects import Choices
from bot.core.events import Event
from bot.core.presses import Action
from bot.core.replies import Shown, Text
from bot.core.wording import say
from tests.bot.core.conftest import Bench
from tests.bot.core.people import ANN, BOB, actions, command, final, press
from tests.bot.core.test_service import blended


def among_others(event: Event, *, hide: bool = True) -> Event:
    return replace(event, origin=replace(event.origin, shared=True, can_hide=hide))


@pytest.mark.parametrize(
    ("hide", "public", "offered"), [(True, False, 0), (True, True, 1), (False, False, 1)]
)
async def test_it_is_offered_under_what_others_see(
    bench: Bench, hide: bool, public: bool, offered: bool
) -> None:
    if public:
        await bench.send(command("public"))
    await blended(bench)
    shown = final(await bench.send(among_others(command("me"), hide=hide)))
    assert isinstance(shown, Shown)
    assert [action for action, _ in actions(shown)].count(Action.WITHDRAW) == offered


async def test_in_private_nothing_needs_to_be_taken_back(bench: Bench) -> None:
    await bench.send(command("public"))
    await blended(bench)
    shown = final(await bench.send(command("me")))
    assert isinstance(shown, Shown) and shown.public
    assert Action.WITHDRAW not in [action for action, _ in actions(shown)]


async def test_it_goes_away_and_may_be_shown_again(bench: Bench) -> None:
    await blended(bench)
    mine = final(await bench.send(among_others(command("me"))))
    serial = next(args for action, args in actions(mine) if action is Action.SHOW)
    assert final(await bench.send(among_others(press(Action.SHOW, *serial)))).public
    assert final(await bench.send(among_others(press(Action.SHOW, *serial)))).code == "already_shown"
    told = final(await bench.send(among_others(press(Action.WITHDRAW))))
    assert isinstance(told, Text) and told.code == "withdrawn"
    assert told.stays == say("en", "not-removed")
    assert final(await bench.send(among_others(press(Action.SHOW, *serial)))).public


async def test_nobody_takes_back_anothers(bench: Bench) -> None:
    told = final(await bench.send(among_others(press(Action.WITHDRAW, person=BOB))))
    assert told.code == "withdrawn"  # Bob's own
    told = final(await bench.send(among_others(press(Action.WITHDRAW, person=BOB, of=ANN))))
    assert isinstance(told, Text) and (told.code, told.stays) == ("not_yours", "")


def test_there_is_room_for_it_wherever_a_row_has_some() -> None:
    full: Choices = tuple(menus.rows([menus.button("help", Action.HELP)] * 25, 5))
    assert menus.posted(full) == full
    assert [len(row) for row in menus.posted((*full[:3], full[3][:2], full[4]))] == [5, 5, 5, 3, 5]
    assert len(menus.posted(full[:2])) == 3
