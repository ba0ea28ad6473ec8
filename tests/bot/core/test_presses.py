from hypothesis import given
from hypothesis import strategies as st

from bot.core.presses import _ARGUMENTS, FARTHEST, OPEN, Action, carried, decode, encode, tag
from tests.bot.core.people import ANN, BOB

PAYLOADS = st.sampled_from(list(Action)).flatmap(
    lambda action: st.tuples(
        st.just(action),
        st.tuples(
            *[
                st.from_regex(pattern, fullmatch=True, alphabet=st.characters(codec="ascii"))
                for pattern in _ARGUMENTS.get(action, ())
            ]
        ),
    )
)


@given(PAYLOADS)
def test_what_is_encoded_comes_back_to_its_owner_alone(made: tuple[Action, tuple[str, ...]]) -> None:
    action, args = made
    payload = encode(ANN, action, *args)
    assert len(payload.encode("ascii")) <= 64
    mine, theirs = decode(ANN, payload), decode(BOB, payload)
    assert mine and (mine.action, mine.args, mine.mine) == (action, args, True)
    assert theirs and theirs.mine == (action in OPEN), "only what two may press is everybody's"


@given(st.text(max_size=100) | st.binary(max_size=80).map(lambda b: b.decode("latin-1")))
def test_garbage_is_nothing(payload: str) -> None:
    assert decode(ANN, payload) is None


def test_forged_arguments_are_nothing() -> None:
    mine = tag(ANN)
    for rest in (
        "type.ABCD",
        "type",
        "gender.dog",
        "show.-1",
        "show.1.2",
        "pick.zz.1",
        "retry.rm",
        "agree.x",
        "x",
        "",
    ):
        assert decode(ANN, f"1.{mine}.{rest}") is None
    assert decode(ANN, f"2.{mine}.begin") is None
    assert decode(ANN, f"1.{mine}.show.{'1' * 60}") is None
    assert decode(ANN, f"1.{mine}.show.1\n") is None


@given(st.text(min_size=1, max_size=64))
def test_a_direction_of_any_name_fits_on_a_button(name: str) -> None:
    payload = encode(ANN, Action.MOVE, carried(name), str(-FARTHEST))
    assert decode(ANN, payload)


def test_the_tag_tells_nobodys_id() -> None:
    assert ANN.id not in encode(ANN, Action.BEGIN)
    assert tag(ANN) != tag(BOB)
