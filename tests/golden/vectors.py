"""Reading the golden vectors beside this file."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

FOLDER = Path(__file__).parent
OUTPUT = 2e-5
GRADIENT = 1e-5


def arrays(name: str) -> dict[str, Tensor]:
    with np.load(FOLDER / f"{name}.npz") as file:
        return {key: torch.from_numpy(np.asarray(file[key])) for key in file.files}


def state(values: dict[str, Tensor]) -> dict[str, Tensor]:
    return {key.removeprefix("sd/"): value for key, value in values.items() if key.startswith("sd/")}


def formulas(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((FOLDER / "formulas.json").read_text(encoding="utf-8"))[name]
    assert rows
    return rows


def off(found: Tensor, wanted: Tensor) -> float:
    """Largest difference, relative to the largest number."""
    assert found.shape == wanted.shape
    found, wanted = found.detach(), wanted.detach()
    return float((found - wanted).abs().max() / wanted.abs().max())


def off_norm(found: Tensor | None, wanted: Tensor) -> float:
    """Norm of the difference, relative to the norm."""
    assert found is not None and found.shape == wanted.shape
    return float((found.detach() - wanted).norm() / wanted.norm())
