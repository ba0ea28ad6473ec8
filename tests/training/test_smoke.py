"""The four commands, as a person runs them: sixty photos of people who do not exist, to a face from the server."""

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import torch
from PIL import Image

from inference.engine.engine import Engine
from inference.packs import loader
from inference.wire import LabelFace
from tests.inference.rig import serving
from training.export.latents import render
from training.loops.checkpoint import LATEST, load_checkpoint
from training.loops.samples import one_condition, seeded_codes, to_uint8

STARTER = Path("inference/starter")
SMALL = ["--channel-base", "512", "--channel-max", "32", "--codes", "32", "--batch", "8", "--device", "cpu"]


def typeface(*options: str) -> str:
    """What a command says; it must end well."""
    command = [sys.executable, "-m", "training", *options]
    quiet = os.environ | {"OMP_WAIT_POLICY": "PASSIVE", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=quiet)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def draw_people(root: Path) -> None:
    """Thirty women of ENFP and thirty men of ISTJ, of the starter pack."""
    pack = loader.load(STARTER)
    for place, (label, gender) in enumerate((("ENFP", "female"), ("ISTJ", "male"))):
        z = seeded_codes(40 + place, 30, pack.generator.config.z_dim)
        with torch.no_grad():
            ws = pack.generator.mapping(z, one_condition(pack.generator, place, 30), psi=0.9)
            pictures = to_uint8(render(pack.generator, ws))
        (root / label / gender).mkdir(parents=True)
        for number, pixels in enumerate(pictures):
            page = Image.new("RGB", (300, 300), (90 + number, 120, 160))
            page.paste(Image.fromarray(pixels).resize((192, 192), Image.Resampling.BICUBIC), (54, 54))
            page.save(root / label / gender / f"{number}.jpg", quality=92)


@pytest.mark.timeout(600)  # three minutes on two quiet cores at the most
async def test_from_sixty_photos_to_a_face_of_the_server(tmp_path: Path) -> None:
    draw_people(tmp_path / "photos")
    faces, run, pack = tmp_path / "faces.zip", tmp_path / "run", tmp_path / "pack"
    typeface("prepare", str(tmp_path / "photos"), "--out", str(faces), "--size", "64", "--sharp", "0")
    with zipfile.ZipFile(faces) as archive:
        told = json.loads(archive.read("dataset.json"))
    assert len(told["pictures"]) > 40 and len(told["classes"]) == 2
    trained = ["train", "stylegan2-ada", "--data", str(faces), "--out", str(run), "--cond", *SMALL]
    typeface(*trained, "--kimg", "0.064")
    assert load_checkpoint(run / LATEST)["iteration"] == 8
    report = tmp_path / "report.html"
    options = ["--data", str(faces), "--out", str(report), "--count", "16", "--photos", "40"]
    typeface("evaluate", str(run), str(STARTER), *options)
    floor, blank, starter = json.loads(report.with_suffix(".json").read_text("utf-8"))["judgements"]
    assert floor["identity"]["kernel"] < blank["identity"]["kernel"] > starter["identity"]["kernel"]
    typeface("export", "--run", str(run), "--out", str(pack), "--licence", "for this test")
    async with serving(Engine(loader.load(pack), width=1)) as rig:
        pixels = await rig.client.render(LabelFace(label="ENFP", gender="female"), size=64, format="png")
    assert Image.open(io.BytesIO(pixels)).size == (64, 64)
