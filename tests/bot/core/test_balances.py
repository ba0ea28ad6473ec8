"""The quiz adds up: balanced, symmetric, monotone, and honest about ties."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from bot.core.balances import CLOSE, FULL, PAIRS, STATEMENTS, STEPS, Balance, balances, title, types
from bot.core.mbti import TYPES

ANSWERS = st.text("01234", min_size=len(STATEMENTS), max_size=len(STATEMENTS))
MIDDLE = "2" * len(STATEMENTS)


def leans(answers: str) -> dict[str, int]:
    return {balance.pair: balance.lean for balance in balances(answers)}


def answered_for(kind: str) -> str:
    """Who agrees with all that speaks for `kind`, and with nothing else."""
    return "".join("4" if letter in kind else "0" for letter in STATEMENTS)


def test_five_statements_a_pair_and_ten_a_direction() -> None:
    assert len(STATEMENTS) == 20
    assert Counter(pair for s in STATEMENTS for pair in PAIRS if s in pair) == dict.fromkeys(PAIRS, 5)
    assert sum(letter in "INTJ" for letter in STATEMENTS) == 10
    assert min(Counter(STATEMENTS).values()) == 2
    assert all(a != b for a, b in zip(STATEMENTS, STATEMENTS[4:], strict=False)), "no letter twice in a row"


def test_every_type_is_found_by_who_answers_for_it() -> None:
    for kind in TYPES:
        found = balances(answered_for(kind))
        assert types(found) == (kind,)
        assert {abs(balance.lean) for balance in found} == {FULL}


def test_agreeing_with_everything_pushes_nowhere_far() -> None:
    for same in "01234":
        found = balances(same * len(STATEMENTS))
        assert all(abs(balance.lean) <= 2 for balance in found)


def test_whoever_is_in_between_everywhere_fits_all_sixteen() -> None:
    assert set(types(balances(MIDDLE))) == set(TYPES)
    assert {balance.percents for balance in balances(MIDDLE)} == {(50, 50)}


@given(ANSWERS)
def test_mirrored_answers_mirror_the_balances(answers: str) -> None:
    mirrored = "".join(str(STEPS - 1 - int(answer)) for answer in answers)
    assert leans(mirrored) == {pair: -lean for pair, lean in leans(answers).items()}


@given(ANSWERS, st.integers(0, len(STATEMENTS) - 1))
def test_agreeing_more_leans_further_to_the_letter(answers: str, at: int) -> None:
    letter = STATEMENTS[at]
    pair = next(pair for pair in PAIRS if letter in pair)
    sign = 1 if letter == pair[1] else -1
    before = leans(answers)
    for more in range(int(answers[at]), STEPS):
        after = leans(f"{answers[:at]}{more}{answers[at + 1 :]}")
        assert sign * (after[pair] - before[pair]) == more - int(answers[at])
        assert {p: n for p, n in after.items() if p != pair} == {p: n for p, n in before.items() if p != pair}


@given(ANSWERS)
def test_the_types_are_those_that_the_balances_leave_open(answers: str) -> None:
    found = balances(answers)
    close = sum(abs(balance.lean) <= CLOSE for balance in found)
    assert len(set(types(found))) == 2**close
    assert set(types(found)) <= set(TYPES)
    assert all(sum(balance.percents) == 100 and min(balance.percents) >= 0 for balance in found)
    clear = [balance for balance in found if abs(balance.lean) > CLOSE]
    assert all(balance.letters in kind for balance in clear for kind in types(found))


def test_percents_tell_the_lean() -> None:
    assert [Balance("IE", lean).percents for lean in (-10, -1, 0, 3, 10)] == [
        (100, 0),
        (55, 45),
        (50, 50),
        (35, 65),
        (0, 100),
    ]


def test_the_title_tells_what_is_clear() -> None:
    def found(*leans: int) -> str:
        return title(tuple(Balance(pair, lean) for pair, lean in zip(PAIRS, leans, strict=True)))

    assert found(5, -5, 5, 5) == "ENFP"
    assert found(5, -5, 5, 0) == "ENFJ / ENFP"
    assert found(5, 1, 5, -1) == "E?F?"
    assert found(0, 0, 0, 0) == "????"
