import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from inference.errors import AlreadyRunning, Busy
from inference.scheduler.estimate import Pace, ends
from inference.scheduler.orders import Ticket
from inference.scheduler.scheduler import Limits, Scheduler, Standing

LIMITS = Limits(width=2, queue=4, renders=3, renders_per_tick=2)


def ticket(name: str, owner: str | None = None, steps: int = 10) -> Ticket:
    return Ticket(name, owner or f"owner of {name}", "pack", steps)


class Machine(RuleBasedStateMachine):
    """Random arrivals, cancellations and ends, beside a model made of plain lists."""

    live = Bundle("live")

    def __init__(self) -> None:
        super().__init__()
        self.scheduler = Scheduler(LIMITS)
        self.number = 0
        self.waiting: list[str] = []
        self.running: list[str] = []
        self.renders: list[str] = []
        self.cancelled: list[str] = []
        self.owners: dict[str, str] = {}

    @rule(target=live, owner=st.integers(0, 9))
    def submit(self, owner: int) -> str:
        self.number += 1
        name, who = f"job {self.number}", f"owner {owner}"
        theirs = [self.owners[job] for job in self.waiting + self.running]
        if who in theirs:
            with pytest.raises(AlreadyRunning):
                self.scheduler.submit(ticket(name, who))
        elif len(self.waiting) >= LIMITS.queue:
            with pytest.raises(Busy) as caught:
                self.scheduler.submit(ticket(name, who))
            assert caught.value.retry_after >= 1
        else:
            self.scheduler.submit(ticket(name, who))
            self.waiting.append(name)
            self.owners[name] = who
        return name

    @rule(target=live)
    def submit_render(self) -> str:
        self.number += 1
        name = f"render {self.number}"
        if len(self.renders) >= LIMITS.renders:
            with pytest.raises(Busy):
                self.scheduler.submit_render(name)
        else:
            self.scheduler.submit_render(name)
            self.renders.append(name)
        return name

    @rule(name=consumes(live))
    def cancel(self, name: str) -> None:
        known = [names for names in (self.waiting, self.running, self.renders) if name in names]
        assert self.scheduler.cancel(name) == bool(known)
        if known:
            known[0].remove(name)
            self.cancelled.append(name)

    @rule(name=consumes(live))
    def finish(self, name: str) -> None:
        if name in self.running:
            self.running.remove(name)
            self.scheduler.finished(name)

    @rule()
    def tick(self) -> None:
        plan = self.scheduler.plan()
        assert sorted(plan.leaves) == sorted(self.cancelled)
        assert list(plan.renders) == self.renders[: LIMITS.renders_per_tick]
        free = LIMITS.width - len(self.running)
        assert list(plan.joins) == self.waiting[:free]
        self.running += plan.joins
        self.waiting = self.waiting[free:]
        self.renders = self.renders[LIMITS.renders_per_tick :]
        self.cancelled = []
        assert sorted(plan.steps) == sorted(self.running)
        assert len(plan.steps) <= LIMITS.width

    @invariant()
    def nobody_is_lost(self) -> None:
        assert sorted(self.scheduler.everyone()) == sorted(self.renders + self.waiting + self.running)
        assert self.scheduler.idle == (not (self.scheduler.everyone() or self.cancelled))

    @invariant()
    def everybody_knows_their_place(self) -> None:
        etas = []
        for place, name in enumerate(self.waiting, start=1):
            standing = self.scheduler.standing(name)
            assert standing is not None
            assert standing.position == place
            etas.append(standing.eta)
        assert etas == sorted(etas)
        for name in self.running:
            standing = self.scheduler.standing(name)
            assert standing is not None
            assert standing.position == 0


TestMachine = Machine.TestCase
TestMachine.settings = hypothesis_settings(max_examples=60, stateful_step_count=40, deadline=None)


def test_a_job_cancelled_in_its_last_step_ends_once() -> None:
    scheduler = Scheduler(LIMITS)
    scheduler.submit(ticket("a"))
    scheduler.plan()
    assert scheduler.cancel("a")
    scheduler.finished("a")
    assert scheduler.idle
    assert scheduler.plan().leaves == ()


def test_an_owner_may_come_again_after_cancelling() -> None:
    scheduler = Scheduler(LIMITS)
    scheduler.submit(ticket("a", "me"))
    scheduler.plan()
    scheduler.cancel("a")
    scheduler.submit(ticket("b", "me"))
    plan = scheduler.plan()
    assert (plan.leaves, plan.joins) == (("a",), ("b",))


def test_the_wait_is_told_from_measured_ticks() -> None:
    scheduler = Scheduler(Limits(width=1, queue=1))
    scheduler.pace = Pace(tick_seconds=0.5, steps=20)
    scheduler.submit(ticket("a", steps=0))
    scheduler.plan()
    scheduler.submit(ticket("b", steps=30))
    scheduler.advanced("a", 8, 20)
    assert scheduler.standing("a") == Standing(0, 6.0)
    assert scheduler.standing("b") == Standing(1, 21.0)
    assert scheduler.standing("c") is None
    with pytest.raises(Busy) as caught:
        scheduler.submit(ticket("c"))
    assert caught.value.retry_after == 6.0, "b leaves the queue when a has ended"
    assert [scheduler.place_in(nth) for nth in (1, 2, 3)] == [6.0, 21.0, 31.0]
    assert scheduler.room() == 0


def test_too_many_pictures_come_again_after_a_tick() -> None:
    scheduler = Scheduler(Limits(renders=1))
    scheduler.pace = Pace(tick_seconds=2.5)
    scheduler.submit_render("a")
    with pytest.raises(Busy) as caught:
        scheduler.submit_render("b")
    assert caught.value.retry_after == 2.5


def test_the_pace_follows_what_is_measured() -> None:
    pace = Pace(tick_seconds=1)
    for _ in range(60):
        pace.measured(0.1)
    assert pace.tick_seconds == pytest.approx(0.1, rel=0.05)


@pytest.mark.parametrize(
    ("remaining", "queued", "width", "expected"),
    [
        ([], [], 1, []),
        ([5], [10, 10], 1, [15, 25]),
        ([5, 9], [10, 1, 1], 2, [15, 10, 11]),
        ([4], [10, 10], 2, [10, 14]),
    ],
)
def test_ends(remaining: list[int], queued: list[int], width: int, expected: list[int]) -> None:
    assert ends(remaining, queued, width) == expected
