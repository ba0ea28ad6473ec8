"""Writes a pack of a tiny network with random weights: all that a pack has, in 200 kB."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

from inference.networks.registry import build_features, build_generator
from inference.networks.stylegan2.generator import Generator
from inference.packs.loader import LoadedPack
from inference.packs.manifest import sha256

GENERATOR = {
    "z_dim": 16,
    "c_dim": 2,
    "w_dim": 16,
    "resolution": 32,
    "mapping_layers": 2,
    "channel_base": 512,
    "channel_max": 32,
}
FEATURES = {"c_dim": 2, "resolution": 32, "channel_base": 512, "channel_max": 32}
LABELS = ("ENFP", "ISTJ")


def write(folder: Path, seed: int = 0, **changes: Any) -> Path:
    """A valid pack in `folder`; `changes` replace entries of its manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    generator = build_generator(GENERATOR).eval()
    features = build_features(FEATURES, 2)
    save_file(generator.state_dict(), folder / "generator.safetensors")
    save_file(features.state_dict(), folder / "features.safetensors")
    save_file(latents(generator), folder / "labels.safetensors")
    manifest = document(folder) | changes
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def latents(generator: Generator) -> dict[str, Tensor]:
    """The labels file: means and shifts of the generator's own mapping."""
    draws = np.random.RandomState(1)
    z = torch.from_numpy(draws.randn(512, 16))
    codes: dict[str, Tensor] = {}
    with torch.no_grad():
        for index, gender in enumerate(("female", "male")):
            c = torch.zeros(512, 2)
            c[:, index] = 1
            w = generator.mapping.codes(z, c)
            codes[f"mean.{gender}"] = w.mean(dim=0).repeat(generator.num_ws, 1)
            codes[f"w.{gender}"] = w
    both = torch.cat([codes.pop("w.female"), codes.pop("w.male")])
    codes["w_avg"], codes["w_std"] = both.mean(dim=0), both.std(dim=0)
    for number, label in enumerate(LABELS):
        shift = (
            codes["w_std"]
            * torch.from_numpy(np.random.RandomState(number + 5).randn(len(codes["w_std"]))).float()
        )
        for gender in ("female", "male"):
            codes[f"{label}.{gender}"] = codes[f"mean.{gender}"] + shift
    codes["direction.smile"] = codes["w_std"] * 0.5
    codes["look.1.female"] = codes["mean.female"] + codes["w_std"]
    codes["look.1.male"] = codes["mean.male"] + codes["w_std"]
    return {name: value.contiguous().clone() for name, value in codes.items()}


def document(folder: Path) -> dict[str, Any]:
    """The manifest of what lies in `folder`."""
    names = ("generator", "features", "labels")
    files = {n: {"path": f"{n}.safetensors", "sha256": sha256(folder / f"{n}.safetensors")} for n in names}
    return {
        "format": 1,
        "name": "tiny",
        "version": "1",
        "resolution": 32,
        "framing": {"detector": "dlib-5", "padding": 0.25, "size": 32},
        "num_ws": 8,
        "w_dim": GENERATOR["w_dim"],
        "network": {"family": "stylegan2", "config": GENERATOR},
        "files": files,
        "features": {"blocks": 2, "config": FEATURES},
        "labels": [
            {"label": label, "gender": gender, "key": f"{label}.{gender}"}
            for label in LABELS
            for gender in ("female", "male")
        ],
        "looks": [
            {"name": "mean"},
            {"name": "other", "keys": {"female": "look.1.female", "male": "look.1.male"}},
        ],
        "directions": [{"name": "smile", "low": -3, "high": 3, "how": "by hand", "key": "direction.smile"}],
        "operations": [],
        "provenance": {"attribution": "nobody", "data": "none"},
        "licence": "CC0-1.0",
        "illustrative": True,
    }


@torch.no_grad()
def spread(pack: LoadedPack) -> Tensor:
    """Standard deviation of each number of a latent: [w_dim]."""
    config = pack.generator.config
    z = torch.from_numpy(np.random.RandomState(0).randn(2048, config.z_dim))
    c = torch.eye(config.c_dim)[torch.arange(2048) % config.c_dim] if config.c_dim else None
    return pack.generator.mapping.codes(z, c).std(dim=0)
