"""A watched run: its folder, its log after a crash, the best snapshot, and numbers that are none."""

import io
import itertools
import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from PIL import Image
from rich.console import Console
from tensorboardX.proto.event_pb2 import Event
from tensorboardX.record_writer import masked_crc32c

from training.config import GanConfig
from training.datasets.faces import FaceSet
from training.evaluation.measures import SlicedWasserstein
from training.loops import run as run_module
from training.loops import shown
from training.loops.breaking import Broken
from training.loops.checkpoint import LATEST, load_checkpoint
from training.loops.gan import GanTrainer
from training.loops.run import Run, RunPlan
from training.loops.trainer import Terms
from training.loops.watch import full_watch
from training.watching import examination
from training.watching.bar import Bar
from training.watching.best import BEST, Record, better
from training.watching.journal import JOURNAL, Journal, read_journal
from training.watching.seen import Pictures, Trouble, drawn
from training.watching.story import STORY, Story
from training.watching.tables import network_rows
from training.watching.telling import Tick
from training.watching.watch import UNWATCHED, Watch
from training.writing import Occupied, alone

KEPT = {LATEST, JOURNAL, "README.md", "options.json", "networks.txt"}


@pytest.fixture(autouse=True)
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer pictures for the checks to look at."""
    monkeypatch.setattr(examination, "JUDGED", 32)
    monkeypatch.setattr(examination, "FEW", 32)
    monkeypatch.setattr(run_module, "EXAMINED", 32)


def plain(config: GanConfig) -> GanConfig:
    return replace(config, path_weight=0.0)


def test_a_run_tells_and_goes_on(config: GanConfig, faces: FaceSet, out: Path) -> None:
    plan = RunPlan(out, max_kimg=0.016, tick_kimg=0.008, look_kimg=0.008, about={"recipe": "made-up"})
    plan = replace(plan, about=plan.about | {"counts": {"women": 23, "men": 25}}, classes=("women", "men"))
    trainer = GanTrainer(plain(config), faces)
    measure = SlicedWasserstein(faces, count=24)
    run = Run(trainer, plan, full_watch(trainer, plan, faces, faces, measure))
    assert not run.resume()
    run.go()
    names = {file.name for file in out.iterdir()}
    assert names >= KEPT | {BEST}
    assert any(name.startswith("events.out.tfevents") for name in names)
    with Image.open(out / "sheet-00000.png") as sheet:
        assert sheet.height == 4 * 32 * 2
        assert 30 < sheet.width - 12 * 32 * 2 < 100, "the classes' names"
    first = next(entry for entry in read_journal(out / JOURNAL) if "sec_per_kimg" in entry)
    assert first["kimg"] == 0.008
    told = {"g_fake", "d_r1", "p", "diversity", "diversity_nearest", "looks_turned", "logit_held_out"}
    assert told | {"sliced_wasserstein"} <= first.keys()
    options = json.loads((out / "options.json").read_text())
    assert GanConfig.from_dict(options["training"]) == plain(config)
    page = (out / "README.md").read_text()
    assert "Not running: 0.0 kimg" in page
    assert "- recipe: made-up" in page
    assert "- counts: women 23, men 25" in page
    assert "| sliced_wasserstein |" in page
    assert "Generator" in (out / "networks.txt").read_text()

    again = GanTrainer(plain(config), faces)
    longer = replace(plan, max_kimg=0.024)
    more = Run(again, longer, full_watch(again, longer, faces, None, measure))
    assert more.resume()
    assert more.best is not None
    assert more.best.metric == "sliced_wasserstein"
    more.go()
    state = load_checkpoint(out / LATEST)
    assert state["iteration"] * config.batch == 24
    assert state["about"] == plan.about
    assert state["seconds"] > 0
    ticks = [entry["kimg"] for entry in read_journal(out / JOURNAL) if "sec_per_kimg" in entry]
    assert ticks == [0.008, 0.016, 0.024]


def test_watching_changes_no_bit(config: GanConfig, faces: FaceSet, out: Path) -> None:
    bare, watched = GanTrainer(config, faces), GanTrainer(config, faces)
    watch = full_watch(watched, RunPlan(out), faces, faces, SlicedWasserstein(faces, 24))
    for trainer, kept in ((bare, Watch()), (watched, watch)):
        torch.manual_seed(4)
        Run(trainer, RunPlan(out, max_kimg=0.016, tick_kimg=0.004, look_kimg=0.008), kept).go()
    one, other = bare.state_dict(), watched.state_dict()
    assert torch.equal(one["random"][0]["cpu"], other["random"][0]["cpu"])
    for network in ("generator", "discriminator", "average"):
        assert all(torch.equal(one[network][name], other[network][name]) for name in one[network])


def test_what_was_told_after_the_checkpoint_is_void(out: Path) -> None:
    out.mkdir()
    journal = Journal(out)
    journal.begin(0.0)
    for kimg in (1.0, 2.0, 3.0):
        journal.tick(Tick(kimg, 10.0, kimg * 10, {"g_fake": 0.5}))
    journal.trouble(3.0, Trouble("odd", "Es ist 이상해."))
    with journal.path.open("a") as file:
        file.write('{"kimg": 3.5, "sec_p')  # the power went
    again = Journal(out)
    again.begin(2.0)
    again.note(2.0, "goes on")
    assert [entry["kimg"] for entry in read_journal(out / JOURNAL)] == [1.0, 2.0, 2.0]
    assert read_journal(out / JOURNAL)[0]["g_fake"] == 0.5
    assert [json.loads(line) for line in journal.path.read_text().splitlines()] == read_journal(journal.path)


class Sequence:
    """A measure that gives the numbers it was told to."""

    name, count = "made_up", 4

    def __init__(self, *values: float) -> None:
        self.values = list(values)

    def __call__(self, fakes: Pictures) -> float:
        assert len(fakes) == 4
        return self.values.pop(0)


def test_the_best_snapshot_stays(config: GanConfig, faces: FaceSet, out: Path) -> None:
    plan = RunPlan(out, max_kimg=0.032, tick_kimg=1.0, look_kimg=0.008)
    trainer = GanTrainer(plain(config), faces)
    Run(trainer, plan, Watch(measure=Sequence(5.0, 3.0, float("nan"), 4.0, 3.0))).go()
    best, latest = load_checkpoint(out / BEST), load_checkpoint(out / LATEST)
    assert (best["iteration"], latest["iteration"]) == (4, 8)
    assert best["best"] == latest["best"] == {"metric": "made_up", "value": 3.0, "kimg": 0.016}
    assert better(Record("other", 1.0, 0.0), "made_up", 2.0)


@pytest.mark.parametrize("where", ["generator", "discriminator", "average"])
def test_a_weight_that_is_no_number_stops_the_run(
    where: str, config: GanConfig, faces: FaceSet, out: Path
) -> None:
    plan = RunPlan(out, max_kimg=0.016, tick_kimg=1.0)
    Run(GanTrainer(plain(config), faces), plan).go()
    good = (out / LATEST).read_bytes()
    (out / "kimg-00000.pt").write_bytes(good)
    trainer = GanTrainer(plain(config), faces)
    plan = replace(plan, max_kimg=0.028)
    run = Run(trainer, plan, Watch([Journal(out)]))
    run.resume()
    weight = next(getattr(trainer, where).parameters())
    with torch.no_grad():
        weight.view(-1)[0] = torch.nan
    with pytest.raises(Broken, match=r"latest.pt \(0.0 kimg\) is the last good checkpoint"):
        run.go()
    assert (out / LATEST).read_bytes() == good
    (told,) = [entry for entry in read_journal(out / JOURNAL) if "trouble" in entry]
    assert told["trouble"] == "not_a_number"
    assert "kimg-00000.pt copied over latest.pt" in told["says"]
    limit = 28 if where == "average" else 20  # no loss sees the average: it is found before it is written
    assert trainer.images_seen <= limit


def test_without_a_checkpoint_it_is_told_so(config: GanConfig, faces: FaceSet, out: Path) -> None:
    trainer = GanTrainer(plain(config), faces)
    with torch.no_grad():
        next(trainer.generator.parameters()).fill_(torch.nan)
    with pytest.raises(Broken, match="No checkpoint had been written yet"):
        Run(trainer, RunPlan(out)).go()
    assert not (out / LATEST).exists()


def test_scalars_are_what_tensorboard_reads(config: GanConfig, faces: FaceSet, out: Path) -> None:
    plan = RunPlan(out, max_kimg=0.008, tick_kimg=0.004, look_kimg=1.0)
    trainer = GanTrainer(plain(config), faces)
    Run(trainer, plan, full_watch(trainer, plan, faces, None)).go()
    (path,) = out.glob("events.out.tfevents*")
    found = [(e.step, v.tag, v.simple_value) for e in _events(path.read_bytes()) for v in e.summary.value]
    assert {step for step, _, _ in found} == {4, 8}
    assert {"loss/g_fake", "loss/d_real", "run/p", "run/sec_per_kimg"} <= {tag for _, tag, _ in found}
    ticks = [entry for entry in read_journal(out / JOURNAL) if "sec_per_kimg" in entry]
    assert [v for step, tag, v in found if (step, tag) == (8, "loss/g_fake")] == [
        pytest.approx(ticks[1]["g_fake"])
    ]


def _events(data: bytes) -> list[Event]:
    """TFRecord: length, its checksum, the message, its checksum."""
    events, place = [], 0
    while place < len(data):
        size = int.from_bytes(data[place : place + 8], "little")
        body = data[place + 12 : place + 12 + size]
        check = int.from_bytes(data[place + 12 + size : place + 16 + size], "little")
        assert check == masked_crc32c(body)
        events.append(Event.FromString(body))
        place += 16 + size
    return events


def test_tables_count_every_weight(config: GanConfig, faces: FaceSet) -> None:
    trainer = GanTrainer(replace(config, freeze_d=4), faces)
    torch.manual_seed(1)
    wanted = torch.rand(1)
    average = trainer.generator.mapping.w_avg.clone()
    torch.manual_seed(1)
    text = trainer.tables()
    assert torch.equal(torch.rand(1), wanted)
    assert torch.equal(trainer.generator.mapping.w_avg, average)
    for network in (trainer.generator, trainer.discriminator):
        assert f" {sum(p.numel() for p in network.parameters())} " in text
    frozen = sum(p.numel() for p in trainer.discriminator.parameters() if not p.requires_grad)
    assert f"{frozen} of the parameters are frozen." in text
    z, c = torch.zeros(4, 8), torch.zeros(4, 2)
    rows = network_rows(trainer.generator, z, c)
    assert sum(row.parameters for row in rows) == sum(p.numel() for p in trainer.generator.parameters())
    assert sum(row.buffers for row in rows) == sum(b.numel() for b in trainer.generator.buffers())
    by_name = {row.name: row for row in rows}
    assert by_name["mapping.fc0"].shape == "[4, 8]"
    assert by_name["<whole>"].shape == "[4, 3, 32, 32]"
    assert by_name["synthesis.b32.conv1"].dtype == "bfloat16"


def test_the_bar_tells_pace_and_end() -> None:
    screen = Console(file=io.StringIO(), force_terminal=True, width=120)
    bar = Bar(10.0, None, screen)
    bar.begin(2.0)
    bar.tick(Tick(4.0, 30.0, 60.0, {}))
    bar.step(4.0, 60.0)
    bar.trouble(4.0, Trouble("odd", "It is [odd]."))
    bar.close()
    shown = screen.file.getvalue()  # type: ignore[attr-defined]
    assert "30.0 s a kimg" in shown
    assert "3 min left, ends about" in shown
    assert "It is [odd]." in shown


def test_where_there_is_no_terminal_each_tick_is_a_line() -> None:
    screen = Console(file=io.StringIO(), width=120)
    bar = Bar(None, 5.0, screen)
    bar.begin(0.0)
    bar.step(1.0, 60.0)
    bar.tick(Tick(1.0, 60.0, 60.0, {"g_fake": 0.51234, "identity_kernel": 1651.3}))
    bar.close()
    assert screen.file.getvalue() == "1.0 kimg  60.0 s a kimg  g_fake 0.512  identity_kernel 1651\n"  # type: ignore[attr-defined]


def test_the_page_is_as_far_as_the_last_event(out: Path) -> None:
    story = Story(out, {}, "")
    story.begin(0.0)
    assert "\nRunning: 0.0 kimg.\n" in (out / STORY).read_text()
    story.tick(Tick(0.5, 60.0, 36.0, {"p": 0.1}))
    story.note(0.74, "stopped")
    story.close()
    assert "\nNot running: 0.7 kimg, 0.01 hours, 60.0 s a kimg.\n" in (out / STORY).read_text()


class Quick(GanTrainer):
    """Four kimg a step, in which nothing is learnt."""

    def step(self) -> Terms:
        self.images_seen += 4000
        return {"g_fake": 0.5}


def quick(config: GanConfig, faces: FaceSet, plan: RunPlan, watch: Watch = UNWATCHED) -> Run:
    run = Run(Quick(plain(config), faces), replace(plan, look_kimg=1000.0, checkpoint_minutes=0.0), watch)
    run.resume()
    return run


def test_after_a_roll_back_the_bad_branch_is_neither_kept_nor_recommended(
    config: GanConfig, faces: FaceSet, out: Path
) -> None:
    plan = RunPlan(out, max_kimg=24, keep_kimg=8)
    quick(config, faces, plan).go()
    bad = {path.name: path.read_bytes() for path in out.glob("kimg-*.pt")}
    assert sorted(bad) == ["kimg-00008.pt", "kimg-00016.pt", "kimg-00024.pt"]
    (out / LATEST).write_bytes(bad["kimg-00008.pt"])
    again = quick(config, faces, replace(plan, max_kimg=16))
    again.about["branch"] = "good"
    again.go()
    kept = {name: (out / name).read_bytes() == was for name, was in bad.items()}
    assert kept == {"kimg-00008.pt": True, "kimg-00016.pt": False, "kimg-00024.pt": True}
    assert "go on from an earlier one (kimg-00016.pt copied" in str(Broken.at(17, "a loss", out, 16.0))
    assert "an earlier one" not in str(Broken.at(1, "a loss", out, None))


def test_the_pace_of_the_first_line_is_of_what_was_shown_in_it(
    config: GanConfig, faces: FaceSet, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = RunPlan(out, max_kimg=4, tick_kimg=8)
    quick(config, faces, plan).go()
    clock = itertools.count()
    monkeypatch.setattr(run_module, "time", SimpleNamespace(monotonic=lambda: float(next(clock))))
    quick(config, faces, replace(plan, max_kimg=16), Watch([Journal(out)])).go()
    paces = [entry["sec_per_kimg"] for entry in read_journal(out / JOURNAL) if "sec_per_kimg" in entry]
    assert paces == [0.5, 0.5], "two seconds a step of four kimg; the first line comes after one step"


def test_two_runs_do_not_share_a_folder(config: GanConfig, faces: FaceSet, out: Path) -> None:
    run = Run(Quick(plain(config), faces), RunPlan(out, max_kimg=4))
    with alone(out), pytest.raises(Occupied, match="Another run is working in"):
        run.sit()
    assert not (out / LATEST).exists()
    run.sit()
    assert load_checkpoint(out / LATEST)["images"] == 4000


def test_photos_for_the_checks_are_small_and_the_dice_stay(faces: FaceSet) -> None:
    torch.manual_seed(2)
    wanted = torch.rand(1)
    torch.manual_seed(2)
    photos = drawn(faces, 70, 16)
    assert torch.equal(torch.rand(1), wanted)
    assert (photos.images.shape, photos.conditions.shape) == ((70, 3, 16, 16), (70, 2))
    assert drawn(faces, 3, 64).images.shape == (3, 3, 32, 32)


def test_a_batch_that_is_larger_than_what_is_judged(config: GanConfig, faces: FaceSet) -> None:
    images, conditions = faces.batch(8)
    trainer = GanTrainer(replace(config, batch=16, at_once=None), faces)
    assert trainer.judged(images, conditions).shape == (8,)
    parts = GanTrainer(replace(config, batch=16, at_once=4), faces)
    assert "[4, 3, 32, 32]" in parts.tables() and "[16, " not in parts.tables()


def test_large_samples_are_drawn_a_few_at_a_time(
    config: GanConfig, faces: FaceSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = GanTrainer(config, faces)
    whole, sizes = trainer.pictures(5)[0], []
    trainer.average.synthesis.register_forward_pre_hook(lambda _, given: sizes.append(len(given[0])))
    monkeypatch.setattr(shown, "_PIXELS", 2 * 32 * 32)
    torch.testing.assert_close(trainer.pictures(5)[0], whole)
    assert sizes == [2, 2, 1]
