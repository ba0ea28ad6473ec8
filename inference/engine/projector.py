"""Photos to latents: the start of a search, and its steps, for several people in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from inference.engine.effort import step_ms, steps_within
from inference.engine.encoding import Beginnings
from inference.engine.graphs import Graphs
from inference.engine.likeness import Likeness, Weights, stacked
from inference.engine.projection import Projection, Schedule, Search, settle
from inference.engine.renderer import Renderer, to_image
from inference.engine.space import Space, whitened
from inference.engine.step import Step, pace, step_of
from inference.images import Pixels
from inference.networks.vgg import Lpips
from inference.packs.loader import LoadedPack


@dataclass(frozen=True)
class ProjectionSettings:
    """How photos are projected.

    Attributes:
        milliseconds: what a projection may take on two cores, where its steps are not given.
        bank: how many people the start is chosen from, beside the means, where the pack has no encoder.
        schedule: of the optimiser.
        weights: of the loss.
        lpips: LPIPS-VGG, as one of its terms.
    """

    milliseconds: float = 4500
    bank: int = 64
    schedule: Schedule = field(default_factory=Schedule)
    weights: Weights = field(default_factory=Weights)
    lpips: Lpips | None = None


class Projector:
    """One pack's search for latents."""

    def __init__(self, pack: LoadedPack, renderer: Renderer, settings: ProjectionSettings) -> None:
        self._pack = pack
        self._renderer = renderer
        self._settings = settings
        self._likeness = Likeness(
            pack.features, settings.weights, pack.device, identity=pack.identity, lpips=settings.lpips
        )
        self._beginnings = Beginnings(pack, renderer, self._likeness, settings.bank)
        self._space = whitened(pack)
        self._step = Graphs(_step(self._space, renderer, self._likeness, settings.schedule))

    @property
    def steps(self) -> int:
        """The steps of a projection whose request names none."""
        blocks, lpips = self._pack.manifest.features.blocks, self._settings.lpips is not None
        step = step_ms(self._pack.generator.config, blocks, lpips=lpips)
        return steps_within(self._settings.milliseconds, step)

    def start(self, photos: Sequence[Pixels], steps: int | None = None) -> Projection:
        """Begin to look for the latent of one person's `photos`, each [R, R, 3]; they share the steps."""
        assert photos, "a projection has a photo"
        steps = self.steps if steps is None else steps
        shares = [steps // len(photos) + (i < steps % len(photos)) for i in range(len(photos))]
        searches = [self._search(photo, share) for photo, share in zip(photos, shares, strict=True)]
        projection = Projection(self._space, searches, searches[0].seen)
        self._look([projection])
        return projection

    def advance(self, slots: Sequence[Projection]) -> None:
        """One optimisation step of each; whoever is done stays as he is."""
        width = self._renderer.width
        going = [slot for slot in slots if not slot.done]
        for i in range(0, len(going), width):
            self._advance([slot.turn for slot in going[i : i + width]])
        self._look(going)

    def narrow(self) -> None:
        """Give the memory of a step at the former width back."""
        self._step.clear()

    @torch.no_grad()
    def _search(self, photo: Pixels, steps: int) -> Search:
        side = self._pack.manifest.resolution
        assert photo.shape == (side, side, 3), "photo is [R, R, 3]"
        image = to_image(photo).to(self._pack.device)
        goal = self._likeness.goal(image)
        code, seen = self._beginnings.of(image, goal)
        place = self._space.places(code)
        loss = self._likeness(seen[None], [goal]) + _pull(place[None], self._settings.schedule)
        return Search(goal, steps, place, float(loss), seen)

    def _advance(self, searches: Sequence[Search]) -> None:
        """One forward and backward pass at the fixed width; empty places repeat the first search."""
        filled = [*searches, *[searches[0]] * (self._renderer.width - len(searches))]
        schedule = self._settings.schedule
        *state, images, losses = self._step(
            torch.stack([search.place for search in filled]),  # [N, num_ws, w_dim]
            torch.stack([search.first for search in filled]),
            torch.stack([search.second for search in filled]),
            pace(filled, schedule).to(self._pack.device),
            *stacked([search.goal for search in filled]),
        )
        moved = zip(*state, strict=True)
        for search, own, image, loss in zip(searches, moved, images, losses.tolist(), strict=False):
            search.place, search.first, search.second = own
            search.seen = image.clone()
            settle(search, loss, schedule)

    def _look(self, slots: Sequence[Projection]) -> None:
        """Renew the pictures of people; where photos are averaged, only after a step of each."""
        due: list[Projection] = []
        for slot in slots:
            if len(slot.searches) == 1:
                slot.seen = slot.searches[0].seen
            elif slot.done or slot.step % len(slot.searches) == 0:
                due.append(slot)
        if due:
            pictures = self._renderer.pictures(torch.stack([slot.latent() for slot in due]))
            for slot, picture in zip(due, pictures, strict=True):
                slot.seen = picture.clone()


def _step(space: Space, renderer: Renderer, likeness: Likeness, schedule: Schedule) -> Step:
    """Of the searches in one pack, without the projector, which would be in a cycle with its graphs."""

    def draw(places: Tensor) -> Tensor:
        return renderer.images(space.latents(places))

    def loss(places: Tensor, images: Tensor, *goals: Tensor) -> Tensor:
        return likeness.against(images, *goals) + _pull(places, schedule)

    return step_of(draw, loss, schedule.betas)


def _pull(places: Tensor, schedule: Schedule) -> Tensor:
    """[N] for `places [N, num_ws, w_dim]`."""
    return schedule.pull * places.square().mean(dim=(1, 2))
