"""The quiz: answered, paused, gone back in, resumed after a restart, and left at any moment."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import charts
from bot.core.balances import STATEMENTS, balances, types
from bot.core.conversation import step
from bot.core.effects import Effect, Known, Say, Show
from bot.core.events import Command, Event, Press, TextSent
from bot.core.features.quiz import TOTAL, BalancesDrawn, DrawBalances
from bot.core.mbti import TYPES
from bot.core.phrasing import Phrasing, Shot
from bot.core.presses import Action, encode
from bot.core.replies import Shown, Text
from bot.core.state import State, from_json
from bot.core.wording import LOCALES, say
from tests.bot.core.conftest import Bench
from tests.bot.core.people import ANN, BOB, actions, check, command, final, origin, press
from tests.db.stands import state_of

FOR_ENFP = "".join("4" if letter in "ENFP" else "0" for letter in STATEMENTS)
CLOSE_JP = "".join("2" if letter in "JP" else "4" if letter in "ENF" else "0" for letter in STATEMENTS)


def steps(reply: Text | Shown) -> list[tuple[str, ...]]:
    return [args for action, args in actions(reply) if action is Action.ANSWER]


def args_of(reply: Text | Shown, action: Action) -> tuple[str, ...]:
    return next(args for found, args in actions(reply) if found is action)


async def asked(bench: Bench, event: Event) -> Text | Shown:
    return final(await bench.send(event))


async def answered(bench: Bench, answers: str, first: Text | Shown | None = None) -> list[Text | Shown]:
    """Answer from where the quiz stands; what came of the last answer."""
    question = first or await asked(bench, command("quiz"))
    said: list[Text | Shown] = [question]
    for answer in answers:
        said = await bench.send(press(Action.ANSWER, *steps(said[-1])[int(answer)]))  # type: ignore[assignment]
    return said


async def test_typed_numbers_answer_the_open_statement(bench: Bench) -> None:
    await bench.send(command("quiz"))
    assert "2 of 20" in (await asked(bench, TextSent(origin(), "4"))).text
    assert "3 of 20" in (await asked(bench, TextSent(origin(), " ５ "))).text
    lost = await asked(bench, TextSent(origin(), "6"))
    assert "from 1 to 5" in lost.text
    assert Action.QUIZ in {action for action, _ in actions(lost)}
    third = await asked(bench, command("quiz"))
    second = await asked(bench, press(Action.QUIZ_BACK, *args_of(third, Action.QUIZ_BACK)))
    assert "You answered 5 before" in second.text
    await bench.send(TextSent(origin(), "1"))
    third = await asked(bench, command("quiz"))
    assert "3 of 20" in third.text, "a number that may be meant for another statement changes nothing"
    await bench.send(press(Action.QUIZ_PAUSE))
    await bench.send(TextSent(origin(), "4"))
    assert "3 of 20" in (await asked(bench, command("quiz"))).text, "a paused quiz is not answered"
    assert "ENFP" in (await asked(bench, TextSent(origin(), "ENFP"))).text


async def test_twenty_answers_lead_to_a_chart_and_into_the_faces(bench: Bench) -> None:
    chart, gender = await answered(bench, FOR_ENFP)
    assert isinstance(chart, Shown)
    assert chart.picture.data.endswith(b"a chart")
    assert "0% I and 100% E" in chart.picture.alt
    assert "ENFP" in chart.text
    assert [bar.first for bar in bench.drawing.charts[-1].bars] == ["quiet", "ideas", "head", "plan"]
    assert bench.drawing.charts[-1].title == "ENFP"
    assert {action for action, _ in actions(gender)} == {Action.GENDER}
    await bench.send(press(Action.GENDER, "female"))
    bench.faces.assert_type("ENFP", "female")


async def test_it_says_that_it_is_no_diagnosis(bench: Bench) -> None:
    first = await asked(bench, command("quiz"))
    assert "no diagnosis" in first.text
    assert "not the MBTI instrument" in first.text
    assert say("en", "quiz-1") in first.text
    assert [len(row) for row in first.menu] == [5, 1]


async def test_a_tie_names_all_types_that_fit_as_buttons(bench: Bench) -> None:
    (chart,) = await answered(bench, CLOSE_JP)
    assert isinstance(chart, Shown)
    assert [args for action, args in actions(chart) if action is Action.TYPE] == [("ENFJ",), ("ENFP",)]
    assert "close" in chart.text
    gender = await asked(bench, press(Action.TYPE, "ENFJ"))
    assert {action for action, _ in actions(gender)} == {Action.GENDER}


async def test_a_tie_leaves_the_face_that_there_is(bench: Bench) -> None:
    await bench.send(command("mbti", "INTJ", "man"))
    await answered(bench, CLOSE_JP)
    assert bench.drawing.charts
    (match,) = await bench.send(command("match"))
    assert getattr(match, "code", None) != "ask_type"


async def test_who_has_said_a_gender_is_not_asked_again(bench: Bench) -> None:
    await bench.send(command("mbti", "INTJ", "man"))
    chart, face, *_ = await answered(bench, FOR_ENFP)
    assert isinstance(chart, Shown) and isinstance(face, Shown)
    bench.faces.assert_type("ENFP", "male")


async def test_all_in_between_offers_all_sixteen(bench: Bench) -> None:
    (chart,) = await answered(bench, "2" * TOTAL)
    assert [args[0] for _, args in actions(chart)] == list(TYPES)


async def test_going_back_shows_the_answer_and_another_one_changes_it(bench: Bench) -> None:
    third = (await answered(bench, "40"))[-1]
    second = await asked(bench, press(Action.QUIZ_BACK, *args_of(third, Action.QUIZ_BACK)))
    assert say("en", "quiz-2") in second.text
    assert "You answered 1 before" in second.text
    assert [button.style for button in second.menu[0]] == ["primary", *["secondary"] * 4]
    on = await asked(bench, press(Action.ANSWER, *steps(second)[3]))
    assert say("en", "quiz-changed") in on.text
    assert say("en", "quiz-3") in on.text
    again = await asked(bench, press(Action.QUIZ_BACK, *args_of(on, Action.QUIZ_BACK)))
    assert "You answered 4 before" in again.text
    assert (Action.QUIZ_ON, ()) in actions(again)
    assert say("en", "quiz-3") in (await asked(bench, press(Action.QUIZ_ON))).text, "it goes on unchanged too"


async def test_a_break_a_restart_and_other_commands_lose_nothing(bench: Bench) -> None:
    await answered(bench, "403")
    paused = await asked(bench, press(Action.QUIZ_PAUSE))
    assert "number 4" in paused.text
    await bench.send(command("mbti", "INTJ", "man"))
    bench.faces.assert_type("INTJ", "male")
    await bench.send(command("help"))
    bench.started()
    fourth = await asked(bench, command("quiz"))
    assert say("en", "quiz-4") in fourth.text
    chart = (await answered(bench, FOR_ENFP[3:], fourth))[0]
    assert isinstance(chart, Shown)
    found = balances("403" + FOR_ENFP[3:])
    assert bench.drawing.charts[-1].bars[0].balance == found[0]


async def test_each_step_takes_the_place_of_the_one_before_but_a_quiz_from_elsewhere_is_a_new_message(
    bench: Bench,
) -> None:
    first = await asked(bench, press(Action.QUIZ))
    second = (await answered(bench, "4", first))[-1]
    back = await asked(bench, press(Action.QUIZ_BACK, *args_of(second, Action.QUIZ_BACK)))
    on = await asked(bench, press(Action.QUIZ_ON))
    paused = await asked(bench, press(Action.QUIZ_PAUSE))
    again = await asked(bench, press(Action.QUIZ_ON))
    assert all(one.instead for one in (second, back, on, paused, again))
    assert not any(one.instead for one in (first, await asked(bench, command("quiz"))))
    chart, gender = await answered(bench, FOR_ENFP[1:], again)
    over = await asked(bench, press(Action.ANSWER, *steps(second)[0]))
    anew = await asked(bench, press(Action.QUIZ_ANEW, *args_of(over, Action.QUIZ_ANEW)))
    assert chart.instead and over.instead and anew.instead
    assert not gender.instead, "the chart stays"


async def test_one_answer_pressed_ten_times_counts_once(bench: Bench) -> None:
    first = await asked(bench, command("quiz"))
    for _ in range(10):
        after = await asked(bench, press(Action.ANSWER, *steps(first)[4]))
        assert say("en", "quiz-2") in after.text


async def test_the_last_answer_pressed_ten_times_ends_it_once(bench: Bench) -> None:
    last = (await answered(bench, FOR_ENFP[:-1]))[-1]
    await bench.send(press(Action.ANSWER, *steps(last)[4]))
    for _ in range(9):
        over = await asked(bench, press(Action.ANSWER, *steps(last)[4]))
        assert over.code == "quiz_over"
    assert len(bench.drawing.charts) == 1
    chart, _ = await bench.send(press(Action.QUIZ_RESULT))
    assert isinstance(chart, Shown)
    assert bench.drawing.charts[0] == bench.drawing.charts[1]


async def test_anew_pressed_twice_keeps_the_new_answers(bench: Bench) -> None:
    await answered(bench, FOR_ENFP)
    over = await asked(bench, command("quiz"))
    anew = press(Action.QUIZ_ANEW, *args_of(over, Action.QUIZ_ANEW))
    first = await asked(bench, anew)
    await bench.send(press(Action.ANSWER, *steps(first)[0]))
    assert say("en", "quiz-2") in (await asked(bench, anew)).text


@pytest.mark.parametrize("action", [Action.ANSWER, Action.QUIZ_BACK])
async def test_buttons_of_an_earlier_quiz_change_nothing(bench: Bench, action: Action) -> None:
    second = (await answered(bench, FOR_ENFP[:2]))[-1]
    old = press(action, *args_of(second, action))
    await bench.send(press(Action.FORGET_SURE))
    assert (await asked(bench, old)).code == "expired"
    third = (await answered(bench, "11"))[-1]
    before = await state_of(bench.store, bench.ref(), "c")
    assert (await asked(bench, old)).code == "expired"
    assert await state_of(bench.store, bench.ref(), "c") == before
    assert say("en", "quiz-3") in third.text


async def test_someone_elses_button_is_refused(bench: Bench) -> None:
    first = await asked(bench, command("quiz"))
    foreign = press(Action.ANSWER, *steps(first)[0], person=BOB, of=ANN)
    assert (await asked(bench, foreign)).code == "not_yours"
    assert say("en", "quiz-1") in (await asked(bench, command("quiz"))).text


@pytest.mark.parametrize("action", [Action.QUIZ, Action.QUIZ_PAUSE, Action.QUIZ_RESULT])
async def test_every_quiz_button_leads_somewhere_before_there_is_a_quiz(bench: Bench, action: Action) -> None:
    assert say("en", "quiz-1") in (await asked(bench, press(action))).text


async def test_a_chart_that_cannot_be_drawn_is_told_and_the_answers_stay(bench: Bench) -> None:
    bench.drawing.error = OSError("no")
    assert (await answered(bench, FOR_ENFP))[-1].code == "internal"
    bench.drawing.error = None
    chart, _ = await bench.send(press(Action.QUIZ_RESULT))
    assert isinstance(chart, Shown)


async def test_a_type_needed_for_the_match_may_come_from_the_quiz(bench: Bench) -> None:
    question = await asked(bench, command("match", "women"))
    assert (Action.QUIZ, ()) in actions(question)
    chart, match = await answered(bench, FOR_ENFP)
    assert isinstance(chart, Shown) and isinstance(match, Shown)
    assert match.picture.data


# Any presses in any order


@dataclass
class Quizzed:
    """One person, the conversation as it is saved, and every button that was ever shown."""

    state: State = field(default_factory=State)
    payloads: list[str] = field(default_factory=list)
    dice: int = 0

    def known(self) -> Known:
        self.dice += 7
        return Known(consented=False, chart=charts.load("opposite"), dice=self.dice)

    def happen(self, event: Event) -> tuple[Effect, ...]:
        self.state, effects = step(self.state, event, self.known())
        if isinstance(effects[-1], DrawBalances):
            self.state, drawn = step(self.state, BalancesDrawn(effects[-1].answers), self.known())
            effects = (*effects, *drawn)
        assert from_json(self.state.to_json()) == self.state
        assert effects
        self._see(effects)
        return effects

    def _see(self, effects: tuple[Effect, ...]) -> None:
        for locale in LOCALES:
            phrasing = Phrasing(ANN, locale)
            said = [phrasing.text(e) for e in effects if isinstance(e, Say)]
            said += [phrasing.shown(e, Shot()) for e in effects if isinstance(e, Show)]
            for reply in said:
                check(reply)
                self.payloads += [button.payload for row in reply.menu for button in row]

    def press(self, payload: str) -> tuple[Effect, ...]:
        return self.happen(Press(origin(), payload))


DEEDS = st.lists(
    st.one_of(
        st.integers(0, 10**6),
        st.sampled_from(["quiz", "mbti", "help", "forget"]),
        st.sampled_from(["ENFP", "woman", "4", "hello"]).map(lambda words: TextSent(origin(), words)),
        st.tuples(st.integers(0, 19), st.integers(0, 4)),
    ),
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(DEEDS, st.integers(0, 4))
def test_after_any_presses_the_quiz_ends_or_can_be_left(
    deeds: list[int | str | TextSent | tuple[int, int]], answer: int
) -> None:
    person = Quizzed()
    person.happen(Command(origin(), "quiz"))
    for deed in deeds:
        match deed:
            case int():
                person.press(person.payloads[deed % len(person.payloads)])
            case str():
                person.happen(Command(origin(), deed))
            case (at, step_):
                quiz = str(person.state.quiz or 0)
                person.press(encode(ANN, Action.ANSWER, quiz, str(at), str(step_)))
            case _:
                person.happen(deed)
    left = Quizzed(person.state, dice=person.dice)
    left.happen(Command(origin(), "mbti", {"text": "INTJ man"}))
    assert (left.state.type, left.state.gender, left.state.answers) == ("INTJ", "male", person.state.answers)
    finish(person, answer)


def finish(person: Quizzed, answer: int) -> None:
    kept = person.state.type if person.state.gender else None
    if len(person.state.answers) == TOTAL:
        person.press(encode(ANN, Action.QUIZ_ANEW, str(person.state.quiz)))
    else:
        person.happen(Command(origin(), "quiz"))
    for at in range(len(person.state.answers), TOTAL):
        effects = person.press(encode(ANN, Action.ANSWER, str(person.state.quiz), str(at), str(answer)))
    assert any(isinstance(effect, DrawBalances) for effect in effects)
    show = next(effect for effect in effects if isinstance(effect, Show))
    fitting = types(balances(person.state.answers))
    offered = tuple(choice.args[0] for row in show.menu for choice in row)
    assert offered == (() if len(fitting) == 1 else fitting)
    assert person.state.type == (fitting[0] if len(fitting) == 1 else kept)
