"""Decisions that need an exact moment; any other order of events is played in test_conversations.py."""

from __future__ import annotations

from dataclasses import replace

from bot.core import charts
from bot.core.conversation import step
from bot.core.effects import Hold, Known, Project, Projected, Say
from bot.core.events import Origin, Photo, PhotoSent, TextSent
from bot.core.photos import HeldPhoto
from bot.core.presses import Action
from bot.core.state import State
from tests.bot.core.people import ANN, press

CHART = charts.load("popular")


def test_what_was_cancelled_a_moment_too_late_is_not_shown() -> None:
    state = State(type="ENFP", gender="female", greeted=True, jobs=3)
    after, effects = step(state, Projected(3, "f"), Known(True, CHART, last_face="f"))
    assert after == state
    assert [type(effect) for effect in effects] == [Say]


def test_an_old_number_is_no_second_selfie() -> None:
    photo = HeldPhoto("0000000a", b"", 0, ((0, 0, 1, 1),))
    state = State(type="ENFP", gender="female", greeted=True, job=3, jobs=3)
    known = Known(True, CHART, photo, running=True)
    after, effects = step(state, press(Action.PICK, photo.token, "0"), known)
    assert after == state
    assert isinstance(effects[-1], Say)
    assert effects[-1].code == "already_running"


def test_interrupted_work_is_told_by_the_next_answer() -> None:
    state = State(type="ENFP", gender="female", greeted=True, job=3, jobs=3)
    known = Known(True, CHART)
    after, effects = step(state, TextSent(Origin(ANN, "c"), "hm"), known)
    assert after.job is None
    assert isinstance(effects[0], Say)
    assert effects[0].code == "interrupted"
    assert isinstance(effects[-1], Say)
    _, effects = step(state, PhotoSent(Origin(ANN, "c"), Photo(b"x")), replace(known, photo=None))
    assert effects == (Hold(), Project(4))
