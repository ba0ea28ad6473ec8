"""All average faces of a set: made by either method, drawn, judged, and written down."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from inference.engine.engine import Engine
from inference.packs.loader import LoadedPack
from inference.wire import Gender
from training.averages.groups import LEAST, Group, groups_of
from training.averages.judging import Judgement, judge, photo_numbers
from training.averages.making import Average, Method, by_class, drawn
from training.averages.models import open_models
from training.averages.projected import Projector
from training.datasets.prepared import Prepared, open_prepared
from training.errors import SettingError
from training.loops.sheets import save_sheet
from training.writing import whole

SHEET, NUMBERS, WORK = "averages.png", "averages.json", "work"

Track = Callable[[Iterable[Any], str], Iterable[Any]]


@dataclass(frozen=True)
class AveragePlan:
    """What to make.

    Attributes:
        data: a set of `prepare`, or of the official layout.
        pack: that people will use: base model of both genders, and where classes come from.
        out: folder of the sheet, the numbers, and of what was found so far.
        bases: other base packs, by gender.
        tuned: folder of the models fine-tuned on a type each.
        methods: which of the two.
        steps: of a projection.
        least: photos of a class.
        device: where models compute.
    """

    data: Path
    pack: Path
    out: Path
    bases: Mapping[Gender, Path] = field(default_factory=dict)
    tuned: Path | None = None
    methods: Sequence[Method] = ("projection", "class")
    steps: int | None = None
    least: int = LEAST
    device: str = "cpu"


class Averages:
    """A plan with everything opened that it names, so that what is wrong shows before the work."""

    def __init__(self, plan: AveragePlan) -> None:
        """Raises `PackError`, `DataError`, `SettingError`, `TransferError`: a sentence."""
        self.plan = plan
        self.prepared: Prepared = open_prepared(plan.data)
        self.groups = groups_of(self.prepared, plan.least)
        self.models = open_models(plan.pack, plan.bases, plan.tuned, plan.device)
        self.models.check(self.groups)
        self.failed = self._untuned()
        if self.prepared.size < self.side:
            raise SettingError(f"{plan.data.name} has {self.prepared.size} px, the pack draws {self.side}")
        if "class" in plan.methods and all(by_class(self.pack, group) is None for group in self.groups):
            if plan.methods == ("class",):
                raise SettingError(
                    "the pack learnt none of these labels: train with --cond, or use projections"
                )
            self.failed.append(("class", "the pack learnt none of these labels; only projections are shown"))

    @property
    def pack(self) -> LoadedPack:
        return self.models.pack

    @property
    def side(self) -> int:
        return self.pack.manifest.resolution

    def make(self, track: Track) -> list[tuple[Average, Judgement]]:
        """All of them, in the order of the set's classes; the sheet and the numbers are in the plan's folder."""
        made = [average for group in self.groups for average in self._of(group, track)]
        photos = photo_numbers(self.prepared, self.groups, self.side, track)
        judged = [(average, judge(average, photos)) for average in made]
        shown = [method for method in self.plan.methods if any(each.method == method for each in made)]
        names = [group.name for group in self.groups]
        cells = torch.stack(self._cells(made, shown))
        save_sheet(self.plan.out / SHEET, cells, len(shown), 2, names, [*shown] * len(names))
        told = [
            {"label": a.group.name, "photos": len(a.group.entries), "method": a.method, **asdict(j)}
            for a, j in judged
        ]
        with whole(self.plan.out / NUMBERS) as file:
            file.write(
                json.dumps({"averages": told, "failed": self.failed}, indent=1, ensure_ascii=False).encode()
            )
        return judged

    def usable(self, averages: Sequence[Average]) -> list[Average]:
        """The same with latents of the pack itself: what another model drew is projected into it."""
        own = []
        for each in averages:
            foreign = each.method == "projection" and (
                self.models.own(each.group) or each.group.gender in self.models.bases
            )
            latent = self._pack_projector.latent(each.picture) if foreign else each.latent
            own.append(Average(each.group, each.method, latent, each.picture))
        return own

    def _of(self, group: Group, track: Track) -> list[Average]:
        found = []
        if "projection" in self.plan.methods:
            found.append(self._projected(group, track))
        if "class" in self.plan.methods and (average := by_class(self.pack, group)):
            found.append(average)
        return found

    def _projected(self, group: Group, track: Track) -> Average:
        projector = self._projectors.get(group.gender, self._pack_projector)
        known = len(projector.failed)
        latent = projector.average(self.prepared, group, track)
        self.failed += projector.failed[known:]
        return Average(group, "projection", latent, drawn(latent, group, self.models))

    def _untuned(self) -> list[tuple[str, str]]:
        if not self.models.tuned:
            return []
        why = "no fine-tuned model is named after it: the base draws it"
        return [(group.name, why) for group in self.groups if self.models.own(group) is None]

    def _cells(self, made: Sequence[Average], shown: Sequence[Method]) -> list[Tensor]:
        """A row a group, a column a method; black where there is none."""
        pictures = {(average.group.name, average.method): average.picture for average in made}
        black = torch.full((3, self.side, self.side), -1.0)
        return [pictures.get((group.name, method), black) for group in self.groups for method in shown]

    @cached_property
    def _projectors(self) -> dict[Gender, Projector]:
        return {gender: self._projector(base) for gender, base in self.models.bases.items()}

    @cached_property
    def _pack_projector(self) -> Projector:
        return self._projector(self.pack)

    def _projector(self, pack: LoadedPack) -> Projector:
        return Projector(Engine(pack), self.plan.out / WORK, self.plan.steps)
