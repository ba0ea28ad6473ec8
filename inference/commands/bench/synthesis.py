"""Pictures a second of the served path beside the textbook's, whose picture must be the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from inference.commands import textbook
from inference.commands.bench import configurations
from inference.commands.bench.effort import Effort
from inference.commands.bench.ladder import Rung, climb
from inference.commands.bench.timing import best
from inference.engine.faces import Faces
from inference.engine.precision import Computed, has_bf16
from inference.engine.renderer import Renderer
from inference.errors import InternalError
from inference.packs.loader import LoadedPack

SAME = 1e-4  # of pictures in [-1, 1]: by which fp32 may differ

Path = Callable[[Tensor], Tensor]
"""`ws [N, num_ws, w_dim]` to `[N, 3, R, R]`."""


@dataclass(frozen=True)
class Way:
    """One way to draw a batch.

    Attributes:
        name: `textbook` (float32), `fp32`, or `bf16` where the device has it.
        per_second: pictures.
        times_textbook: how many times the textbook's pace.
        furthest: the largest difference from the textbook's picture, whose range is about [-1, 1].
        mean_apart, worst_apart: difference of what a person sees, in steps of 1/255.
    """

    name: str
    per_second: float
    times_textbook: float
    furthest: float
    mean_apart: float
    worst_apart: float

    @property
    def dtype(self) -> torch.dtype:
        """What it computes in."""
        return torch.bfloat16 if self.name == "bf16" else torch.float32


@torch.no_grad()
def measure(pack: LoadedPack, effort: Effort) -> Iterator[Rung[list[Way]]]:
    """One rung for each batch. Raises InternalError when fp32 draws another picture than the textbook."""
    faces = Faces(pack)
    precisions: list[Computed] = ["fp32", "bf16"] if has_bf16(pack.device) else ["fp32"]

    def batch(count: int) -> tuple[list[Way], float]:
        codes = torch.stack([faces.latent(configurations.picture(seed).face) for seed in range(count)])
        paths: dict[str, Path] = {"textbook": partial(textbook.synthesise, pack.generator.synthesis)}
        paths |= {name: Renderer(pack, count, name).pictures for name in precisions}
        drawn: dict[str, Tensor] = {}
        times = best({n: partial(_draw, drawn, n, paths[n], codes) for n in paths}, pack.device, effort)
        ways = [_way(name, count, times, drawn) for name in paths]
        return ways, sum(times.values())

    yield from climb(effort.batches, batch, longest=effort.longest)


def _draw(drawn: dict[str, Tensor], name: str, path: Path, codes: Tensor) -> None:
    drawn[name] = path(codes)


def _way(name: str, count: int, times: dict[str, float], drawn: dict[str, Tensor]) -> Way:
    ours, theirs = drawn[name], drawn["textbook"]
    furthest = float((ours - theirs).abs().max())
    if name == "fp32" and not furthest < SAME:  # so that NaN is no picture either
        raise InternalError(f"The textbook draws another picture: {furthest:.1e} apart at batch {count}.")
    apart = (ours.clamp(-1, 1) - theirs.clamp(-1, 1)).abs() * 127.5
    return Way(
        name=name,
        per_second=count / times[name],
        times_textbook=times["textbook"] / times[name],
        furthest=furthest,
        mean_apart=float(apart.mean()),
        worst_apart=float(apart.max()),
    )
