"""All that one run of the bench has found, as plain data: units stand in the names."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from inference.commands.bench.ceilings import Ceilings, operations, traffic
from inference.commands.bench.ladder import Rung
from inference.commands.bench.machine import Machine
from inference.commands.bench.memory import Memory
from inference.commands.bench.projection import Pace
from inference.commands.bench.staggered import Staggered
from inference.commands.bench.synthesis import Way
from inference.commands.bench.through_server import Served
from inference.networks.stylegan2.config import GeneratorConfig


@dataclass(frozen=True)
class Results:
    """What was measured, on which configuration.

    Attributes:
        precision: in which projections and the server compute; synthesis is measured in each.
        served: None where the configuration lies in no folder.
    """

    machine: Machine
    configuration: str
    pack: str
    network: GeneratorConfig
    precision: str
    ceilings: Ceilings
    synthesis: list[Rung[list[Way]]]
    projection: list[Rung[Pace]]
    staggered: Staggered
    memory: list[Memory]
    served: Served | None

    @property
    def gflop(self) -> float:
        """Billions of floating point operations of one picture."""
        return operations(self.network) / 1e9

    def shares(self, batch: int, way: Way) -> tuple[float, float]:
        """Of the measured matrix ceiling in the way's precision, and of the copy ceiling, at the least."""
        moved = traffic(self.network, batch, way.dtype.itemsize) * way.per_second / batch
        rate = operations(self.network) * way.per_second
        return rate / self.ceilings.matmul(way.dtype), moved / self.ceilings.copy

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        found = self.ceilings
        return {
            "machine": asdict(self.machine),
            "configuration": {
                "name": self.configuration,
                "pack": self.pack,
                "network": self.network.to_dict(),
                "gflop_per_picture": self.gflop,
                "precision": self.precision,
            },
            "ceilings": {
                "matmul_fp32_gflop_per_second": found.matmul_fp32 / 1e9,
                "matmul_bf16_gflop_per_second": found.matmul_bf16 / 1e9,
                "copy_gb_per_second": found.copy / 1e9,
            },
            "synthesis": [self._pictures(rung) for rung in self.synthesis],
            "projection": [self._people(rung) for rung in self.projection],
            "staggered": self.staggered.to_dict(),
            "memory": [asdict(memory) for memory in self.memory],
            "server": None if self.served is None else asdict(self.served),
        }

    def _pictures(self, rung: Rung[list[Way]]) -> dict[str, Any]:
        ways = {way.name: self._way(rung.size, way) for way in rung.found or ()}
        return {"batch": rung.size, "left_out": rung.left_out, "ways": ways}

    def _way(self, batch: int, way: Way) -> dict[str, float]:
        of_matmul, of_copy = self.shares(batch, way)
        return {
            "pictures_per_second": way.per_second,
            "times_textbook": way.times_textbook,
            "share_of_matmul": of_matmul,
            "share_of_copy": of_copy,
            "largest_difference": way.furthest,
            "mean_difference_in_255ths": way.mean_apart,
            "largest_difference_in_255ths": way.worst_apart,
        }

    @staticmethod
    def _people(rung: Rung[Pace]) -> dict[str, Any]:
        found = asdict(rung.found) if rung.found else {}
        return {"slots": rung.size, "left_out": rung.left_out, **found}
