import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.blend import Blend
from bot.core.mbti import TYPES
from bot.core.state import MAX_HISTORY, State, Work, from_json

EDITS = st.lists(
    st.tuples(st.sampled_from(["smile", "age", "own-name"]), st.integers(1, 99)), max_size=3
).map(tuple)
BLENDS = st.builds(
    Blend,
    st.integers(5, 95),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    look=st.integers(0, 9),
    seed=st.none() | st.integers(0, 2**31),
    edits=EDITS,
)
STATES = st.builds(
    State,
    type=st.sampled_from([None, *TYPES]),
    gender=st.sampled_from([None, "female", "male", "either"]),
    waiting=st.sampled_from(["", "type", "gender", "consent", "selfie", "photo", "match", "quiz"]),
    greeted=st.booleans(),
    consent_asked=st.booleans(),
    face=st.none() | st.uuids().map(str),
    blend=BLENDS,
    history=st.lists(BLENDS, max_size=MAX_HISTORY).map(tuple),
    shown=st.integers(0, 10**6),
    job=st.none() | st.integers(0, 10**6),
    jobs=st.integers(0, 10**6),
    doing=st.sampled_from(get_args(Work)),
    future=st.lists(BLENDS, max_size=MAX_HISTORY).map(tuple),
)


@given(STATES)
def test_a_state_comes_back_as_it_was_saved(state: State) -> None:
    text = state.to_json()
    assert from_json(text) == state
    assert len(text) < 8000


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "{",
        "[]",
        "7",
        "{}",
        '{"version":2}',
        '{"version":1}',
        '{"version":3}',
        '{"version":4}',
        '{"version":5}',
        '"x"',
    ],
)
def test_what_cannot_be_read_starts_fresh(text: str | None) -> None:
    assert from_json(text) == State()


@given(
    st.sampled_from(sorted(json.loads(State().to_json()))), st.sampled_from(["x", -5, 10**9, [1], {}, 1.5])
)
def test_a_damaged_state_never_breaks_anything(name: str, value: object) -> None:
    fields = json.loads(State(type="ENFP").to_json())
    fields[name] = value
    state = from_json(json.dumps(fields))
    assert from_json(state.to_json()) == state


def test_what_the_previous_version_saved_goes_on_where_it_was() -> None:
    saved = (
        '{"version":1,"type":"INTJ","gender":"male","waiting":"selfie","greeted":true,"consent_asked":true,'
        '"matching":false,"photo_sent":true,"face":"f","blend":{"weight":65,"keep_shape":true,'
        '"keep_colours":false},"history":[{"weight":50,"keep_shape":true,"keep_colours":false}],"shown":3,'
        '"job":2,"jobs":2}'
    )
    assert from_json(saved) == State(
        type="INTJ",
        gender="male",
        waiting="selfie",
        greeted=True,
        consent_asked=True,
        photo_sent=True,
        face="f",
        blend=Blend(65, keep_shape=True),
        history=(Blend(50, keep_shape=True),),
        shown=3,
        job=2,
        jobs=2,
    )


def test_the_version_before_the_quiz_knew_no_answers() -> None:
    saved = json.loads(State(type="INTJ", gender="male", shown=4).to_json())
    del saved["quiz"], saved["answers"]
    assert from_json(json.dumps({**saved, "version": 3})) == State(type="INTJ", gender="male", shown=4)


@pytest.mark.parametrize("fields", [{"answers": "5"}, {"answers": "0" * 21}, {"answers": "4", "quiz": None}])
def test_answers_that_nobody_can_have_given(fields: dict[str, object]) -> None:
    saved = json.loads(State(type="INTJ", quiz=3, answers="01234").to_json())
    assert from_json(json.dumps(saved)).answers == "01234"
    assert from_json(json.dumps({**saved, **fields})) == State()


def test_a_composition_that_the_previous_version_began_is_one_still() -> None:
    saved = json.loads(State(type="INTJ", job=1, jobs=1).to_json())
    del saved["doing"], saved["future"]
    assert from_json(json.dumps({**saved, "version": 2, "composing": True})).doing == "compose"


def test_what_was_undone_can_be_done_again_until_something_else_is() -> None:
    state = State().blended(Blend(20)).blended(Blend(30)).undone()
    assert state.blend == Blend(20)
    assert state.redone().blend == Blend(30)
    assert state.redone().undone() == state
    assert state.blended(Blend(40)).redone().blend == Blend(40)
    assert State().undone() == State().redone() == State()


def test_history_is_bounded() -> None:
    state = State()
    for weight in range(5, 60):
        state = state.blended(Blend(weight))
    assert len(state.history) == MAX_HISTORY
    assert state.undone().blend == Blend(58)
