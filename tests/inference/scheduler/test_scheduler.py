from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from inference.errors import AlreadyRunning, Busy
from inference.scheduler.estimate import Pace
from inference.scheduler.orders import Ticket
from inference.scheduler.queues import Entry
from inference.scheduler.scheduler import Limits, Plan, Scheduler, Standing
from inference.scheduler.wait_queue import WaitQueue
from inference.wire import Priority

PRIORITIES: tuple[Priority, ...] = ("low", "normal", "high")


def ticket(name: str, owner: str | None = None, steps: int | None = 10, **more: object) -> Ticket:
    return Ticket(name, owner or f"owner of {name}", "pack", steps=steps, **more)  # type: ignore[arg-type]


class Machine(RuleBasedStateMachine):
    """Random arrivals, cancellations, deadlines, narrowings and ends, beside a model made of plain lists."""

    fair = False
    live = Bundle("live")

    def __init__(self) -> None:
        super().__init__()
        self.limits = Limits(
            width=3,
            queue=4,
            renders=3,
            renders_per_tick=2,
            glances_per_tick=2,
            fair=self.fair,
            quantum=7,
            patience=6,
        )
        self.scheduler = Scheduler(self.limits)
        self.width = 3
        self.now = 0.0
        self.number = 0
        self.tickets: dict[str, Ticket] = {}
        self.waiting: list[str] = []
        self.running: dict[str, int] = {}  # by slot
        self.begun: set[str] = set()
        self.renders: list[str] = []
        self.cancelled: list[str] = []
        self.glanced: set[str] = set()
        self.left: dict[str, str] = {}

    def leave(self, name: str, how: str) -> None:
        assert name not in self.left, "once"
        self.left[name] = how

    @rule(
        target=live,
        owner=st.integers(0, 9),
        client=st.sampled_from("abc"),
        priority=st.sampled_from(PRIORITIES),
        steps=st.integers(0, 20),
        lasts=st.none() | st.integers(1, 9),
    )
    def submit(self, owner: int, client: str, priority: Priority, steps: int, lasts: int | None) -> str:
        self.number += 1
        name, who = f"job {self.number}", f"owner {owner}"
        until = None if lasts is None else self.now + lasts
        asked = Ticket(name, who, "pack", client, priority, steps, until)
        theirs = [self.tickets[job].owner for job in [*self.waiting, *self.running]]
        if who in theirs:
            with pytest.raises(AlreadyRunning):
                self.scheduler.submit(asked)
        elif len(self.waiting) >= self.limits.queue:
            with pytest.raises(Busy) as caught:
                self.scheduler.submit(asked)
            assert caught.value.retry_after >= 1
        else:
            self.scheduler.submit(asked)
            self.waiting.append(name)
            self.tickets[name] = asked
        return name

    @rule(target=live)
    def submit_render(self) -> str:
        self.number += 1
        name = f"render {self.number}"
        if len(self.renders) >= self.limits.renders:
            with pytest.raises(Busy):
                self.scheduler.submit_render(name)
        else:
            self.scheduler.submit_render(name)
            self.renders.append(name)
        return name

    @rule(name=consumes(live))
    def cancel(self, name: str) -> None:
        known = name in self.renders or name in self.waiting or name in self.running
        assert self.scheduler.cancel(name) == known
        if known:
            self.forget(name)
            self.cancelled.append(name)

    @rule(name=consumes(live))
    def finish(self, name: str) -> None:
        if name in self.running:
            del self.running[name]
            self.scheduler.finished(name)
            self.leave(name, "finished")

    @rule(width=st.integers(1, 3))
    def narrow(self, width: int) -> None:
        if width < self.width:
            out = [name for name, slot in self.running.items() if slot >= width]
            self.scheduler.narrow(width)
            for name in out:
                del self.running[name]
            self.waiting = sorted(out, key=self.scheduler.everyone().index) + self.waiting
            self.width = width

    @rule(passed=st.integers(0, 3))
    def tick(self, passed: int) -> None:
        self.now += passed
        plan = self.scheduler.plan(self.now)
        self.goes(plan)
        assert list(plan.renders) == self.renders[: self.limits.renders_per_tick]
        for name in plan.renders:
            self.leave(name, "drawn")
        self.renders = self.renders[self.limits.renders_per_tick :]
        assert len(plan.joins) == min(self.width - len(self.running), len(self.waiting)), "none stays empty"
        for name in plan.joins:
            self.waiting.remove(name)
        self.nobody_is_overtaken(set(plan.joins) - self.begun)
        for name in plan.joins:
            slot = self.scheduler.slot(name)
            assert slot is not None
            self.running[name] = slot
        self.begun |= set(plan.joins)
        assert list(plan.steps) == sorted(self.running, key=lambda name: self.running[name])
        assert len(plan.steps) <= self.width
        assert len(set(self.running.values())) == len(self.running)
        assert len(plan.glances) <= self.limits.glances_per_tick
        assert set(plan.glances) <= set(self.waiting) - self.glanced, "once, while it waits"
        self.glanced |= set(plan.glances)

    def nobody_is_overtaken(self, joins: set[str]) -> None:
        """By one who came later, with the same priority and, where clients have shares, from the same client."""
        assert not joins or not self.begun & set(self.waiting), "who lost a slot is first"
        for first in joins:
            for other in self.waiting:
                a, b = self.tickets[first], self.tickets[other]
                if a.priority == b.priority and (a.client == b.client or not self.fair):
                    assert int(first.split()[1]) < int(other.split()[1])

    def goes(self, plan: Plan) -> None:
        assert sorted(plan.leaves) == sorted(self.cancelled)
        for name in plan.leaves:
            self.leave(name, "cancelled")
        self.cancelled = []
        there = [*self.waiting, *self.running]
        past = [name for name in there if (self.tickets[name].deadline or self.now + 1) <= self.now]
        assert sorted(plan.overdue) == sorted(past)
        for name in past:
            self.leave(name, "late")
            self.forget(name)

    def forget(self, name: str) -> None:
        self.running.pop(name, None)
        for names in (self.waiting, self.renders):
            if name in names:
                names.remove(name)

    @invariant()
    def nobody_is_lost(self) -> None:
        assert sorted(self.scheduler.everyone()) == sorted([*self.renders, *self.waiting, *self.running])
        assert self.scheduler.idle == (not (self.scheduler.everyone() or self.cancelled))

    @invariant()
    def slots_are_for_life(self) -> None:
        assert {name: self.scheduler.slot(name) for name in self.running} == self.running

    @invariant()
    def everybody_knows_their_place(self) -> None:
        places = []
        for name in self.waiting:
            standing = self.scheduler.standing(name, self.now)
            assert standing is not None
            assert standing.eta >= 0
            places.append(standing.position)
        assert sorted(places) == list(range(1, len(self.waiting) + 1))
        for name in self.running:
            standing = self.scheduler.standing(name, self.now)
            assert standing is not None
            assert standing.position == 0


class Shares(Machine):
    fair = True


TestFirstCome = Machine.TestCase
TestFirstCome.settings = hypothesis_settings(max_examples=40, stateful_step_count=40, deadline=None)
TestShares = Shares.TestCase
TestShares.settings = hypothesis_settings(max_examples=40, stateful_step_count=40, deadline=None)


def run(
    scheduler: Scheduler, ticks: int, arrive: Callable[[int], None] = lambda _: None
) -> dict[str, tuple[int, int]]:
    """Ticks, each of one step of all that run: when each job began (-1: before) and ended."""
    began: dict[str, int] = {}
    ended: dict[str, tuple[int, int]] = {}
    for tick in range(ticks):
        arrive(tick)
        began |= dict.fromkeys(scheduler.plan().joins, tick)
        for slot in list(scheduler._slots):
            name = slot.ticket.id
            scheduler.advanced(name, slot.step + 1, slot.steps)
            if not slot.remaining:
                ended[name] = (began.get(name, -1), tick + 1)
                scheduler.finished(name)
    return ended


def test_a_job_cancelled_in_its_last_step_ends_once() -> None:
    scheduler = Scheduler(Limits())
    scheduler.submit(ticket("a"))
    scheduler.plan()
    assert scheduler.cancel("a")
    scheduler.finished("a")
    assert scheduler.idle
    assert scheduler.plan().leaves == ()


def test_an_owner_may_come_again_after_cancelling() -> None:
    scheduler = Scheduler(Limits())
    scheduler.submit(ticket("a", "me"))
    scheduler.plan()
    scheduler.cancel("a")
    scheduler.submit(ticket("b", "me"))
    plan = scheduler.plan()
    assert (plan.leaves, plan.joins) == (("a",), ("b",))


def test_the_wait_is_told_from_measured_ticks() -> None:
    scheduler = Scheduler(Limits(width=1, queue=1))
    scheduler.pace = Pace(tick_seconds=0.5, steps=20)
    scheduler.submit(ticket("a", steps=None))
    scheduler.plan()
    scheduler.submit(ticket("b", steps=30))
    scheduler.advanced("a", 8, 20)
    assert scheduler.standing("a") == Standing(0, 6.0)
    assert scheduler.standing("b") == Standing(1, 21.0)
    assert scheduler.standing("c") is None
    with pytest.raises(Busy) as caught:
        scheduler.submit(ticket("c"))
    assert caught.value.retry_after == 6.0, "b leaves the queue when a has ended"
    assert scheduler.places(3) == [6.0, 21.0, 31.0]
    assert scheduler.room() == 0


def test_a_deadline_bounds_the_wait() -> None:
    scheduler = Scheduler(Limits())
    scheduler.pace = Pace(tick_seconds=1, steps=20)
    scheduler.submit(ticket("a", steps=50, deadline=30.0))
    assert scheduler.standing("a", now=10) == Standing(1, 20.0)
    scheduler.plan(10)
    assert scheduler.standing("a", now=28) == Standing(0, 2.0)
    assert scheduler.plan(30).overdue == ("a",)


@pytest.mark.parametrize("fair", [False, True])
@pytest.mark.parametrize("patience", [9, 300])
def test_who_expects_its_end_gets_it_then(fair: bool, patience: int) -> None:
    """What is told of a job that would come, and of those that wait, comes true, whatever the rule."""
    scheduler = Scheduler(Limits(width=2, queue=20, fair=fair, quantum=5, patience=patience))
    scheduler.pace = Pace(tick_seconds=1)
    for number in range(12):
        client = "ab"[number % 5 == 0]
        asked = ticket(
            f"job {number}", steps=3 + 4 * (number % 3), client=client, priority=PRIORITIES[number % 3]
        )
        told = scheduler.expects(asked)
        scheduler.submit(asked)
        standing = scheduler.standing(asked.id)
        assert standing is not None
        assert standing.eta == told
    promised = {f"job {n}": scheduler.standing(f"job {n}") for n in range(12)}
    ended = run(scheduler, 100)
    assert {name: end for name, (_, end) in ended.items()} == {
        name: standing.eta for name, standing in promised.items() if standing
    }
    order = sorted(ended, key=lambda name: ended[name][0])
    places = sorted(promised, key=lambda name: promised[name].position)  # type: ignore[union-attr]
    assert [ended[name][0] for name in order] == [ended[name][0] for name in places]


def test_first_come_first_served_across_clients() -> None:
    scheduler = Scheduler(Limits())
    for name, client in (("1", "a"), ("2", "a"), ("3", "b"), ("4", "a"), ("5", "b")):
        scheduler.submit(ticket(name, client=client))
    scheduler.submit(ticket("first", client="a", priority="high"))
    scheduler.submit(ticket("last", client="c", priority="low"))
    scheduler.submit(ticket("6", client="c"))
    ended = run(scheduler, 100)
    assert sorted(ended, key=lambda name: ended[name]) == ["first", "1", "2", "3", "4", "5", "6", "last"]


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 30)), min_size=30, max_size=120),
    st.integers(1, 40),
    st.sets(st.integers(0, 119), max_size=20),
)
def test_no_client_gets_more_than_its_share(
    jobs: list[tuple[str, int]], quantum: int, cancelled: set[int]
) -> None:
    """Whatever the jobs and whoever leaves: while two clients wait, neither is further ahead than the bound."""
    waiting = WaitQueue(Limits(fair=True, quantum=quantum))
    for number, (client, cost) in enumerate(jobs):
        waiting.add(Entry(ticket(str(number), client=client), cost, number, 0))
    for number in sorted(cancelled & set(range(len(jobs)))):
        waiting.remove(str(number))
    waits = {client: sum(e.ticket.client == client for e in waiting) for client in "abc"}
    given_ = dict.fromkeys("abc", 0)
    longest = max(cost for _, cost in jobs)
    while all(waits.values()):
        entry = waiting.take(0)
        given_[entry.ticket.client] += entry.cost
        waits[entry.ticket.client] -= 1
        assert max(given_.values()) - min(given_.values()) <= quantum + 2 * longest


@pytest.mark.parametrize("quantum", [4, 10, 60])
def test_clients_get_equal_shares_of_steps(quantum: int) -> None:
    """Shreedhar and Varghese's bound, while all wait: a quantum and twice the longest job."""
    longest = 20
    scheduler = Scheduler(Limits(width=2, queue=1000, fair=True, quantum=quantum))
    costs = {"short": 2, "middle": 9, "long": longest}
    for number in range(900):
        client = ("short", "middle", "long")[0 if number < 700 else 1 + number % 2]
        scheduler.submit(ticket(f"{client} {number}", steps=costs[client], client=client))
    given = dict.fromkeys(costs, 0)
    turns: list[str] = []
    for _ in range(250):
        for name in scheduler.plan().joins:
            client = name.split()[0]
            given[client] += costs[client]
            turns.append(client)
            assert max(given.values()) - min(given.values()) <= quantum + 2 * longest
            scheduler.finished(name)
    assert min(given.values()) > 700
    assert set(turns[:100]) == set(costs)


def test_equal_jobs_of_a_quantum_are_served_in_turn() -> None:
    """One client's crowd is never more than one quantum ahead of a client that waits."""
    scheduler = Scheduler(Limits(queue=100, fair=True, quantum=10))
    for number in range(30):
        scheduler.submit(ticket(f"crowd {number}", client="crowd"))
    for number in range(3):
        scheduler.submit(ticket(f"one {number}", client="one"))
    ended = run(scheduler, 65)
    assert list(ended) == ["crowd 0", "one 0", "crowd 1", "one 1", "crowd 2", "one 2"]


def test_a_client_saves_nothing_up_while_it_has_nothing_to_do() -> None:
    """One that comes late gets its share from then on, and nothing for the time before."""
    scheduler = Scheduler(Limits(queue=100, fair=True, quantum=10))
    for number in range(20):
        scheduler.submit(ticket(f"a {number}", client="a"))
    run(scheduler, 105)
    for number in range(5):
        scheduler.submit(ticket(f"b {number}", client="b"))
    order = "".join(name[0] for name in run(scheduler, 105))
    assert order == "abababababa", "the first of them was at work already"


@pytest.mark.parametrize("fair", [False, True])
def test_low_is_not_starved(fair: bool) -> None:
    """Others of higher priority come faster than they can be served; after two patiences it is one of them."""
    scheduler = Scheduler(Limits(queue=1000, fair=fair, quantum=10, patience=50))
    scheduler.submit(ticket("low", client="slow", priority="low", steps=5))

    def arrive(tick: int) -> None:
        if tick % 4 == 0:
            scheduler.submit(ticket(f"high {tick}", client="fast", priority="high"))

    before = run(scheduler, 95, arrive)
    assert "low" not in before, "strict between classes"
    after = run(scheduler, 40, lambda tick: arrive(tick + 1000))
    assert "low" in after


def test_what_waits_is_glanced_at_once_and_bounded() -> None:
    scheduler = Scheduler(Limits(glances_per_tick=2))
    for name in "abcdef":
        scheduler.submit(ticket(name))
    assert scheduler.plan().glances == ("b", "c"), "a has a slot, and shows itself there"
    scheduler.cancel("d")
    assert scheduler.plan().glances == ("e", "f")
    assert scheduler.plan().glances == ()


def test_who_lost_a_slot_goes_on_first_with_what_was_left() -> None:
    scheduler = Scheduler(Limits(width=4))
    scheduler.pace = Pace(tick_seconds=1)
    for name in "abcd":
        scheduler.submit(ticket(name, steps=10))
    scheduler.plan()
    scheduler.submit(ticket("e", priority="high"))
    for name in "abcd":
        scheduler.advanced(name, 6, 10)
    scheduler.narrow(2)
    assert scheduler.standing("c") == Standing(1, 8.0)
    assert scheduler.standing("e") == Standing(3, 18.0)
    scheduler.finished("b")
    plan = scheduler.plan()
    assert (plan.joins, plan.steps, scheduler.slot("c")) == (("c",), ("a", "c"), 1)


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


def test_the_pace_is_soon_right_after_a_bad_guess() -> None:
    pace = Pace(tick_seconds=1)
    for _ in range(5):
        pace.measured(0.1)
    assert pace.tick_seconds < 0.3


def test_the_wait_is_told_from_what_projections_really_take() -> None:
    """2000 are asked for and 50 taken: the plateau."""
    scheduler = Scheduler(Limits(width=1))
    scheduler.pace = Pace(tick_seconds=1, steps=60)
    for number in range(3):
        scheduler.submit(ticket(str(number), steps=2000))
        scheduler.plan()
        scheduler.advanced(str(number), 0, 2000)
        scheduler.advanced(str(number), 40, 50)
        assert scheduler.standing(str(number)) == Standing(0, 10), "it knows itself by now"
        scheduler.completed(str(number), 50)
        scheduler.finished(str(number))
    scheduler.submit(ticket("a", steps=2000))
    assert scheduler.standing("a") == Standing(1, 50)
    scheduler.plan()
    scheduler.advanced("a", 0, 2000)
    scheduler.advanced("a", 30, 2000)
    assert scheduler.standing("a") == Standing(0, 20)
    scheduler.submit(ticket("b", steps=10))
    assert scheduler.standing("b") == Standing(1, 30), "who asks for less gets less"
    scheduler.advanced("a", 100, 2000)
    assert scheduler.standing("a") == Standing(0, 25), "it has passed the others, and is near its end"


def test_who_asked_for_few_steps_teaches_nothing() -> None:
    pace = Pace(steps=60)
    pace.learn("pack", 3, 3)
    assert pace.cost(ticket("a", steps=None)) == 60
    pace.learn("pack", 40, 60)
    pace.learn("pack", 3, 3)
    assert pace.cost(ticket("a", steps=None)) == 40
    pace.learn("pack", 60, 60)
    assert pace.cost(ticket("a", steps=None)) == 44


def test_each_pack_has_its_own_steps() -> None:
    pace = Pace(steps=60, by_pack={"pack": 15})
    assert pace.cost(ticket("a", steps=None)) == 15
    assert pace.cost(ticket("a", steps=0)) == 1, "a slot, for a tick"
    assert pace.cost(Ticket("a", "a", "other")) == 60


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
    """In how many ticks those who wait end, behind those who run."""
    scheduler = Scheduler(Limits(width=width))
    scheduler.pace = Pace(tick_seconds=1)
    for number, steps in enumerate(remaining):
        scheduler.submit(ticket(f"runs {number}", steps=steps))
    scheduler.plan()
    for number, steps in enumerate(queued):
        scheduler.submit(ticket(f"waits {number}", steps=steps))
    found = [scheduler.standing(f"waits {number}") for number in range(len(queued))]
    assert [standing.eta for standing in found if standing] == expected
