import pytest

from bot.core.replies import Progress


@pytest.mark.parametrize(
    ("fraction", "bar"), [(0.0, "▱" * 10), (0.5, "▰" * 5 + "▱" * 5), (1.0, "▰" * 10), (7.0, "▰" * 10)]
)
def test_progress_is_drawn_as_a_bar(fraction: float, bar: str) -> None:
    assert Progress("Working", fraction).drawn == f"Working\n{bar}"


def test_progress_of_unknown_length_has_no_bar() -> None:
    assert Progress("Working").drawn == "Working"
