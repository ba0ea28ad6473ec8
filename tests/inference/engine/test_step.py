"""A step of several searches: its numbers, and that a graph could hold it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from inference.commands.loading import open_engine
from inference.engine import graphs, projector
from inference.engine.engine import Engine
from inference.engine.graphs import Graphs
from inference.engine.likeness import Goal, Likeness, Weights, stacked
from inference.engine.precision import Precision
from inference.engine.projection import Schedule, Search
from inference.engine.projector import ProjectionSettings
from inference.engine.renderer import Renderer
from inference.engine.space import Space, whitened
from inference.engine.step import pace, step_of
from inference.networks.identity import Identity, IdentityConfig
from inference.networks.stylegan2.synthesis import StyledConv
from inference.networks.vgg import Lpips
from inference.packs.loader import LoadedPack, load
from inference.settings import Settings
from inference.wire import FacePicture, SeedFace
from tests.inference.packs import tiny

DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]


@pytest.mark.parametrize("device", DEVICES)
def test_each_search_walks_as_torchs_own_adam_would_alone(device: str) -> None:
    """Three searches at different steps; their graph, where there are graphs, is captured once."""
    torch.manual_seed(0)
    schedule = Schedule()
    mix, goals = torch.randn(6, 12, device=device), torch.randn(3, 3, 2, 2, device=device)

    def draw(places: Tensor) -> Tensor:
        return (places @ mix).sum(dim=1).tanh().reshape(-1, 3, 2, 2)

    def loss(places: Tensor, images: Tensor, goals: Tensor) -> Tensor:
        return (images - goals).square().mean(dim=(1, 2, 3)) + 0.1 * places.square().mean(dim=(1, 2))

    nothing = Goal([], [], None, [])
    searches = [Search(nothing, 9, torch.randn(2, 6, device=device), 0.0, goals[0]) for _ in range(3)]
    leaves = [search.place.clone().requires_grad_() for search in searches]
    adams = [torch.optim.Adam([leaf], betas=schedule.betas) for leaf in leaves]
    state = [torch.stack([getattr(s, name) for s in searches]) for name in ("place", "first", "second")]
    step = Graphs(step_of(draw, loss, schedule.betas))
    for number in range(3):
        *state, images, losses = step(*state, pace(searches, schedule).to(device), goals)
        for i, (search, leaf, adam) in enumerate(zip(searches, leaves, adams, strict=True)):
            picture = draw(leaf[None])
            alone = loss(leaf[None], picture, goals[i : i + 1])
            torch.testing.assert_close(images[i], picture[0].detach())
            torch.testing.assert_close(losses[i], alone[0].detach())
            adam.param_groups[0]["lr"] = schedule.at(number, search.steps) * schedule.pace(search.planned)
            adam.zero_grad()
            torch.autograd.backward(alone.sum())
            adam.step()
            torch.testing.assert_close(state[0][i], leaf.detach())
            search.step += 1


class Watched(TorchFunctionMode):
    """Notes every call of torch."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def __torch_function__(
        self, function: Any, types: Any, arguments: tuple[Any, ...] = (), named: dict[str, Any] | None = None
    ) -> Any:
        self.names.add(function.__name__)
        return function(*arguments, **(named or {}))


IDENTITY = IdentityConfig(resolution=32, size=16, widths=(8, 16), squeezed=8, dim=8)
TO_THE_HOST = {
    "item",
    "tolist",
    "cpu",
    "numpy",
    "__bool__",
    "__float__",
    "__int__",
    "nonzero",
    "masked_select",
}
FROM_THE_HOST = {"tensor", "as_tensor", "new_tensor", "from_numpy"}
"""A graph can hold none of them."""


def test_nothing_in_a_step_waits_for_the_host(pack: LoadedPack, monkeypatch: pytest.MonkeyPatch) -> None:
    """With every term of the loss."""
    seen = Watched()

    class Graph(Graphs):
        def __call__(self, *inputs: Tensor) -> tuple[Tensor, ...]:
            with seen:
                return super().__call__(*inputs)

    monkeypatch.setattr(projector, "Graphs", Graph)
    pack = replace(pack, identity=Identity(IDENTITY).requires_grad_(False))
    settings = ProjectionSettings(bank=0, lpips=Lpips().requires_grad_(False))
    engine = Engine(pack, projection=settings)
    slot = engine.start([engine.picture(FacePicture(face=SeedFace(seed=3)))], 2)
    engine.advance([slot])
    assert {"conv2d", "max_pool2d", "group_norm", "grad"} <= seen.names, "networks and gradient"
    assert not seen.names & (TO_THE_HOST | FROM_THE_HOST)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_step_leaves_nothing_on_the_processor(tmp_path: Path, precision: Precision) -> None:
    """On a device that computes shapes alone, all goes the GPU's way; a tensor left behind would be an error."""
    pack, device = load(tiny.write(tmp_path / "tiny")), torch.device("meta")
    space = whitened(pack)
    pack = replace(pack, device=device, identity=Identity(IDENTITY).requires_grad_(False))
    for network in (pack.generator, pack.features, pack.identity):
        assert network is not None
        network.to(device)
    for layer in pack.generator.modules():
        if isinstance(layer, StyledConv):
            layer.noise_strength = nn.Parameter(torch.zeros(()), requires_grad=False)  # it is read when built
    space = Space(space.mean.to(device), space.basis.to(device))
    lpips = Lpips().requires_grad_(False)
    likeness = Likeness(pack.features, Weights(), device, identity=pack.identity, lpips=lpips)
    step = projector._step(space, Renderer(pack, 4, precision), likeness, Schedule())
    goals = stacked([likeness.goal(torch.empty(3, 32, 32, device=device))] * 4)
    places = torch.empty(4, pack.generator.synthesis.num_ws, len(space.mean), device=device)
    made = step(places, places, places, torch.empty(4, 3, device=device), *goals)
    assert [tensor.shape for tensor in made] == [places.shape] * 3 + [(4, 3, 32, 32), (4,)]
    assert {tensor.device for tensor in made} == {device}


@pytest.mark.parametrize("device", DEVICES)
def test_a_projection_is_the_same_alone_among_others_and_step_by_step(
    tmp_path: Path, device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_engine(tiny.write(tmp_path / "tiny"), device, Settings(width=4, precision="fp32"))
    photos = [engine.picture(FacePicture(face=SeedFace(seed=seed))) for seed in (1, 2, 3)]

    def found(*groups: list[int]) -> list[Tensor]:
        slots = {i: engine.start([photos[i]], 6) for group in groups for i in group}
        for group in groups:
            while not all(slots[i].done for i in group):
                engine.advance([slots[i] for i in group])
        return [slots[i].latent() for i in sorted(slots)]

    alone = found([0], [1], [2])
    assert all(torch.equal(*pair) for pair in zip(alone, found([2, 0, 1]), strict=True))
    monkeypatch.setattr(graphs, "allowed", False)
    torch.testing.assert_close(found([0, 1, 2]), alone)
    assert engine.narrow() == 2
    monkeypatch.setattr(graphs, "allowed", True)
    assert all(latent.isfinite().all() for latent in found([0, 1, 2])), "other shapes, other graphs"
