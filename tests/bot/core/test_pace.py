from collections.abc import AsyncIterator

from bot.core.pace import paced
from bot.core.replies import Picture, Progress, Reply, Text
from tests.bot.core.fakes import FakeClock


class Source:
    """Replies, each some seconds after the last."""

    def __init__(self, clock: FakeClock, *replies: tuple[float, Reply]) -> None:
        self.clock, self.replies, self.closed = clock, replies, False

    async def stream(self) -> AsyncIterator[Reply]:
        try:
            for wait, reply in self.replies:
                self.clock.now += wait
                yield reply
        finally:
            self.closed = True


async def test_progress_is_thinned_out_and_the_rest_comes_whole() -> None:
    clock = FakeClock()
    source = Source(
        clock,
        (0, Progress("1")),
        (0.5, Progress("2")),
        (0.4, Progress("3")),
        (0.2, Progress("4")),
        (0.1, Text("a")),
        (0.1, Progress("5")),
        (0, Text("b")),
    )
    assert [reply.text async for reply in paced(source.stream(), 1, clock)] == ["1", "4", "a", "b"]
    assert source.closed


async def test_the_first_preview_never_waits() -> None:
    look = Picture(b"x", "image/jpeg", "preview.jpg", "A face")
    clock = FakeClock()
    source = Source(
        clock,
        (0, Progress("1")),
        (0.1, Progress("2")),
        (0.1, Progress("3", preview=look)),
        (0.1, Progress("4", preview=look)),
        (1, Progress("5")),
        (0.1, Text("a")),
    )
    assert [reply.text async for reply in paced(source.stream(), 1, clock)] == ["1", "3", "5", "a"]


async def test_closing_closes_the_source() -> None:
    clock = FakeClock()
    source = Source(clock, (0, Progress("1")), (0, Text("2")))
    replies = paced(source.stream(), 1, clock)
    await anext(replies)
    await replies.aclose()
    assert source.closed
