"""`typeface-inference bench`: what it counts by hand, what it leaves out, and one whole run on a tiny pack."""

import json
import logging
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import structlog
import torch
from PIL import Image
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from inference.commands import textbook
from inference.commands.bench import (
    asked,
    ceilings,
    command,
    configurations,
    ladder,
    memory,
    plots,
    projection,
    report,
    staggered,
    synthesis,
    timing,
)
from inference.commands.bench.ceilings import Ceilings
from inference.commands.bench.effort import Effort
from inference.commands.bench.ladder import Rung, climb
from inference.commands.bench.machine import Machine
from inference.commands.bench.memory import Memory
from inference.commands.bench.projection import Pace
from inference.commands.bench.results import Results
from inference.commands.bench.staggered import Journey, Run, Staggered
from inference.commands.bench.synthesis import Way
from inference.commands.bench.through_server import Selfie, Served
from inference.commands.loading import settled
from inference.engine.engine import Engine
from inference.errors import InternalError, PhotoError
from inference.networks.stylegan2.config import GeneratorConfig
from inference.networks.stylegan2.synthesis import Synthesis
from inference.packs.loader import LoadedPack
from inference.settings import Settings, SettingsError, load

CPU = torch.device("cpu")
SMALL = GeneratorConfig(z_dim=4, w_dim=4, resolution=8, channel_base=32, channel_max=8)  # 8 and 4 channels
LITTLE = Effort(
    batches=(1, 4), slots=(1, 2), rounds=2, seconds=0.2, jobs=3, jobs_seconds=1, renders=4, selfie_steps=60
)


def test_operations_by_hand() -> None:
    of_4 = 9 * 16 * 8 * 8 + 4 * 8 + 3 * 16 * 8 + 4 * 8  # conv1, its affine, torgb, its affine
    up = 9 * 16 * 8 * 4 + 4 * 8  # at the 16 positions that go in
    of_8 = 9 * 64 * 4 * 4 + 4 * 4 + 3 * 64 * 4 + 4 * 4
    assert ceilings.operations(SMALL) == 2 * (of_4 + up + of_8) == 48640


def test_operations_are_what_torch_counts_beside_filters_and_demodulation() -> None:
    network = Synthesis(SMALL).eval()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(torch.randn(1, SMALL.num_ws, SMALL.w_dim), noise="const")
    demodulation = 2 * (8 * 8 + 8 * 4 + 4 * 4)
    filters = 2 * 16 * 64 * (4 + 3)  # 4x4 taps on 64 pixels of 4 channels, and of the picture
    assert counter.get_total_flops() == ceilings.operations(SMALL) + demodulation + filters


def test_traffic_by_hand() -> None:
    network = Synthesis(SMALL)
    weights = sum(value.numel() for name, value in network.named_parameters() if name.endswith("weight"))
    values = 16 * (8 + 3) + 64 * 4 + 64 * (4 + 3)
    assert ceilings.traffic(SMALL, batch=1, itemsize=1) == weights + 2 * values
    assert ceilings.traffic(SMALL, batch=3, itemsize=4) == 4 * (weights + 2 * 3 * values)


@pytest.mark.usefixtures("one_thread")
def test_ceilings_are_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ceilings._SIDE, "cpu", 128)
    monkeypatch.setitem(ceilings._COPIED, "cpu", 2**20)
    found = ceilings.measure(CPU, LITTLE)
    assert 1e8 < found.matmul_fp32 < 1e13
    assert 1e8 < found.copy < 1e13
    assert found.matmul(torch.bfloat16) == found.matmul_bf16
    higher = Ceilings(1, 2 * found.matmul_bf16, 1)
    assert found.highest(higher) == replace(found, matmul_bf16=2 * found.matmul_bf16)


class Clock:
    """A clock that stands still but for the work that is done."""

    def __init__(self) -> None:
        self.now = 0.0
        self.calls: list[str] = []

    def perf_counter(self) -> float:
        return self.now

    def work(self, name: str, *durations: float) -> Callable[[], None]:
        left = list(durations)

        def call() -> None:
            self.calls.append(name)
            self.now += left.pop(0) if len(left) > 1 else left[0]

        return call


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    still = Clock()
    monkeypatch.setattr(timing, "time", still)
    return still


def test_ways_take_turns_and_the_best_warm_round_counts(clock: Clock) -> None:
    ways = {"a": clock.work("a", 0.1, 0.3, 0.2, 0.4), "b": clock.work("b", 9.0, 0.5)}
    assert timing.best(ways, CPU, Effort(rounds=2, seconds=100)) == pytest.approx({"a": 0.2, "b": 0.5})
    assert clock.calls == ["a", "b"] * 4


def test_short_work_is_repeated(clock: Clock) -> None:
    found = timing.best({"a": clock.work("a", 0.001)}, CPU, Effort(rounds=3, seconds=100))
    assert found == pytest.approx({"a": 0.001})
    assert len(clock.calls) == 2 + 3 * 20


def test_long_work_is_done_once(clock: Clock) -> None:
    assert timing.best({"a": clock.work("a", 7.0)}, CPU, Effort(seconds=10)) == pytest.approx({"a": 7.0})
    assert clock.calls == ["a"]


def test_a_batch_that_would_take_too_long_is_left_out_and_said() -> None:
    rungs = list(climb((1, 4, 16), lambda size: (f"batch {size}", 2.0 * size), longest=10))
    assert [rung.found for rung in rungs] == ["batch 1", "batch 4", None]
    assert rungs[2].left_out == "a round would take about 32 s, more than 10 s"


def test_a_batch_that_has_no_memory_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    peaks = iter((100.0, 1100.0, 5100.0))
    monkeypatch.setattr(ladder, "peak_mb", lambda: next(peaks))
    monkeypatch.setattr(ladder, "_free_mb", lambda: 8000.0)
    rungs = list(climb((1, 4, 8), lambda size: (size, 0.0), longest=10))
    assert [rung.left_out for rung in rungs] == [None, None, "needs about 10 GB of memory"]

    def full(_: int) -> tuple[int, float]:
        raise torch.OutOfMemoryError

    monkeypatch.setattr(ladder, "peak_mb", lambda: None)
    assert [rung.left_out for rung in climb((1,), full, longest=10)] == ["the device has too little memory"]


@pytest.fixture(scope="module")
def random_pack() -> LoadedPack:
    config = GeneratorConfig(z_dim=16, w_dim=16, resolution=32, channel_base=512, channel_max=32)
    return configurations.random(config, CPU)


@pytest.mark.usefixtures("one_thread")
def test_random_weights_draw_and_project_as_a_pack_does(random_pack: LoadedPack) -> None:
    again = configurations.random(random_pack.generator.config, CPU)
    engines = [Engine(pack, width=1) for pack in (random_pack, again)]
    one, other = (engine.picture(configurations.picture(1)) for engine in engines)
    assert (one == other).all(), "seeded"
    assert 20 < one.std() < 90, "as a photo's"
    projection = engines[0].start([one], 2)
    engines[0].advance([projection])
    assert math.isfinite(projection.loss)


@pytest.mark.usefixtures("one_thread")
def test_synthesis_stands_beside_the_textbook(
    random_pack: LoadedPack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(synthesis, "has_bf16", lambda _: True)
    (rung,) = synthesis.measure(random_pack, replace(LITTLE, batches=(2,)))
    textbooks, fp32, bf16 = rung.found or ()
    assert (textbooks.name, textbooks.times_textbook, textbooks.furthest) == ("textbook", 1, 0)
    assert fp32.times_textbook == pytest.approx(fp32.per_second / textbooks.per_second)
    assert fp32.furthest < synthesis.SAME < bf16.furthest, "bf16 is not fp32 by another name"
    assert 0 < bf16.mean_apart < 1, "of 255"
    assert bf16.mean_apart < bf16.worst_apart < 10


@pytest.mark.usefixtures("one_thread")
def test_another_picture_than_the_textbooks_fails(
    random_pack: LoadedPack, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = textbook.synthesise

    def slightly_off(network: Synthesis, ws: Tensor) -> Tensor:
        return draw(network, ws) + 2e-4

    monkeypatch.setattr(textbook, "synthesise", slightly_off)
    with pytest.raises(InternalError, match=r"another picture: 2\.0e-04 apart at batch 1"):
        list(synthesis.measure(random_pack, LITTLE))


@pytest.mark.usefixtures("one_thread")
def test_people_who_arrive_one_by_one(tiny_pack: LoadedPack) -> None:
    found = staggered.measure(tiny_pack, Settings(threads=1), LITTLE)
    for run in (found.scheduled, found.one_by_one):
        assert [journey.arrived for journey in run.journeys] == [
            0,
            found.apart_seconds,
            2 * found.apart_seconds,
        ]
        for journey in run.journeys:
            assert journey.arrived < journey.previewed < journey.done < math.inf
    alone = [journey.previewed for journey in found.one_by_one.journeys]
    assert alone[1] > found.one_by_one.journeys[0].done, "one after another"
    plain = found.to_dict()
    ratio = found.scheduled.figures()["total_seconds"] / found.one_by_one.figures()["total_seconds"]
    assert plain["total_ratio"] == pytest.approx(ratio)


def test_figures_of_a_crowd() -> None:
    run = Run([Journey(0, 1, 4), Journey(1, 4, 6)])
    found = run.figures()
    assert (found["completion_mean_seconds"], found["total_seconds"]) == (4.5, 6)
    assert (found["first_preview_mean_seconds"], found["first_preview_worst_seconds"]) == (2, 3)


def made_up() -> Results:
    """One of everything, without measuring."""
    ways = [
        Way("textbook", 10, 1, 0, 0, 0),
        Way("fp32", 20, 2, 1e-6, 0.001, 0.01),
        Way("bf16", 40, 4, 0.02, 0.4, 3),
    ]
    journeys = [Journey(0, 0.1, 4), Journey(1, 1.2, 8)]
    return Results(
        machine=Machine("Abacus", "Abacus", 2, 1, "2", None, "3", "2026-01-01"),
        configuration="256",
        pack="random-256 0",
        network=configurations.RANDOM["256"],
        precision="bf16",
        ceilings=Ceilings(2e12, 8e12, 1e10),
        synthesis=[Rung(1, ways), Rung(4, None, "a round would take about 99 s, more than 60 s")],
        projection=[Rung(1, Pace(3, 3)), Rung(4, None, "needs about 10 GB of memory")],
        staggered=Staggered(15, 40, 1.0, 1, Run(journeys), Run(journeys[::-1])),
        memory=[Memory("render", 500, None), Memory("projection", 1500, 800)],
        served=Served(1, 2, 3, 4, Selfie(0.5, 4.5, 15), 300, 400, 5, 6),
    )


def test_bf16_is_left_out_where_it_would_be_emulated(
    random_pack: LoadedPack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(synthesis, "has_bf16", lambda _: False)
    (rung,) = synthesis.measure(random_pack, replace(LITTLE, batches=(1,)))
    assert [way.name for way in rung.found or ()] == ["textbook", "fp32"]


def test_another_kind_of_network_is_told(monkeypatch: pytest.MonkeyPatch, tiny_folder: Path) -> None:
    monkeypatch.setattr(configurations, "freezes", lambda _: False)
    with pytest.raises(SettingsError, match="tiny is no skip network"):
        configurations.pack("starter", Settings(packs=(tiny_folder,)))


def test_shares_of_the_ceilings() -> None:
    results = made_up()
    config = results.network
    way = Way("bf16", 40, 4, 0.02, 0.4, 3)
    of_matmul, of_copy = results.shares(4, way)
    assert of_matmul == pytest.approx(40 * ceilings.operations(config) / 8e12)
    assert of_copy == pytest.approx(10 * ceilings.traffic(config, 4, 2) / 1e10)


def test_tables_say_what_was_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    report.show(made_up())
    told = " ".join(capsys.readouterr().out.replace("│", " ").split())
    for text in (
        "256: random-256 0, 256 px",
        "Abacus, 1 thread of 2 cores",
        "2,000 GFLOP/s",
        "10.0 GB/s",
        "more than 60 s",
        "needs about 10 GB of memory",
        "2 people, one every 1.00 s, 15 steps each",
        "load and projection 1,500 MB 800 MB",
        "a selfie to its face, 15 steps 4.50 s",
    ):
        assert text in told


def test_plots_are_pictures(tmp_path: Path) -> None:
    paths = list(plots.draw(made_up(), tmp_path))
    assert sorted(path.name for path in paths) == [
        "256-projection.png",
        "256-staggered.png",
        "256-synthesis.png",
    ]
    for path in paths:
        with Image.open(path) as image:
            image.load()
            assert (image.format, image.width) == ("PNG", 1200)
            assert len(image.convert("RGB").getcolors(2**24) or ()) > 50


@pytest.fixture
def own_logs() -> Iterator[None]:
    """A command configures logging for its process, which here is not its own."""
    before = logging.root.handlers[:]
    yield
    structlog.reset_defaults()
    logging.root.handlers[:] = before


@pytest.mark.usefixtures("one_thread", "own_logs")
def test_a_whole_run(
    tiny_folder: Path,
    tmp_path: Path,
    photo: bytes,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(synthesis, "has_bf16", lambda _: True)
    monkeypatch.setitem(ceilings._SIDE, "cpu", 256)
    monkeypatch.setitem(ceilings._COPIED, "cpu", 2**22)
    spawned = memory._child
    ways = {"render": spawned, "projection": memory._work}  # a process of its own for one is enough here
    monkeypatch.setattr(memory, "_child", lambda *given: ways[given[-1]](*given))
    selfie = tmp_path / "photo.jpg"
    selfie.write_bytes(photo)
    monkeypatch.setenv("TYPEFACE_INFERENCE_TOKEN", "a secret")
    settings = load({"TYPEFACE_INFERENCE_TOKEN": "a secret"}, packs=(tiny_folder,), threads=1)
    allowed: list[bool] = []
    for part in (synthesis, projection):
        measure = part.measure
        monkeypatch.setattr(
            part,
            "measure",
            lambda *given, measure=measure: (
                allowed.append(torch.backends.cudnn.allow_tf32) or measure(*given)
            ),
        )
    wanted = asked.Asked(photo=selfie, plot=tmp_path / "plots", effort=LITTLE)
    asked.check(wanted, settings, pack_given=True)
    command.run(settled(settings), wanted, as_json=True)
    assert allowed == [False, True], "as the textbook, and as the server"
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert found["machine"]["threads"] == 1
    assert found["configuration"]["pack"] == "tiny 1"
    assert [row["batch"] for row in found["synthesis"]] == [1, 4]
    for row in found["synthesis"]:
        assert set(row["ways"]) == {"textbook", "fp32", "bf16"}
        for way in row["ways"].values():
            assert way["pictures_per_second"] > 0
            assert way["share_of_matmul"] > 0
    assert [row["slots"] for row in found["projection"]] == [1, 2]
    assert all(row["person_steps_per_second"] > 0 for row in found["projection"])
    assert len(found["staggered"]["scheduled"]["journeys"]) == 3
    assert [row["work"] for row in found["memory"]] == ["render", "projection"]
    assert all(50 < row["peak_mb"] < 5000 for row in found["memory"])
    assert found["server"]["memory_peak_mb"] >= found["server"]["memory_mb"] > 50
    assert found["server"]["selfie"]["steps"] == 60
    assert 0 < found["server"]["selfie"]["first_preview_seconds"] <= found["server"]["selfie"]["seconds"]
    assert "synthesis, batch 4" in err, "progress"
    assert len(list((tmp_path / "plots").glob("starter-*.png"))) == 3


def test_what_cannot_be_measured_is_said_before(tiny_folder: Path, tmp_path: Path) -> None:
    settings = Settings(packs=(tiny_folder,))
    faceless = tmp_path / "grey.png"
    Image.new("RGB", (200, 200), "grey").save(faceless)
    for wanted, told, pack_given, said in (
        (asked.Asked("256"), settings, True, "leave one away"),
        (asked.Asked(), replace(settings, device="cpu,cpu"), True, "one device"),
        (asked.Asked("256", photo=faceless), settings, False, "leave --config away"),
    ):
        with pytest.raises(SettingsError, match=said):
            asked.check(wanted, told, pack_given=pack_given)
    with pytest.raises(PhotoError, match=r"grey\.png: no face"):
        asked.check(asked.Asked(photo=faceless), settings, pack_given=True)
    assert set(configurations.RANDOM) == {str(size) for size in asked.SIZES}
