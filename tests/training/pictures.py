"""Made-up faces: an archive and its table, as `training.datasets` reads them."""

import csv
import io
import json
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from training.datasets.faces import FaceSource


def write_archive(folder: Path, n: int = 48, side: int = 32) -> FaceSource:
    """Ovals on coloured grounds: women reddish, men bluish, older ones darker and with a wrinkle."""
    dice = np.random.RandomState(0)
    folder.mkdir(parents=True, exist_ok=True)
    source = FaceSource(folder / "faces.zip", folder / "manifest.csv", held_out=0.1, tier_a_men=4)
    with zipfile.ZipFile(source.archive, "w") as archive, source.manifest.open("w", newline="") as table:
        rows = csv.writer(table)
        rows.writerow(["file", "sets", "gender", "age", "person", "tier", "licence"])
        for i in range(n):
            gender = ("female", "male")[i % 2]
            old = int(i % 4 < 2)
            data = io.BytesIO()
            _face(dice, gender, old, side).save(data, "PNG")
            archive.writestr(f"set/face{i:03d}.png", data.getvalue())
            band = "50-59" if old else "20-29"
            person = f"person{i // 4}" if i < 24 else ""
            rows.writerow([f"face{i:03d}.png", "x", gender, band, person, "A" if i < 24 else "B", "none"])
        rows.writerow(["face000.png", "x", "", "", "", "B", "none"])
        rows.writerow(["missing.png", "x", "male", "", "", "B", "none"])
    return source


def _face(dice: np.random.RandomState, gender: str, old: int, side: int) -> Image.Image:
    ground = tuple(int(v) for v in dice.randint(0, 255, 3))
    picture = Image.new("RGB", (side, side), ground)
    draw = ImageDraw.Draw(picture)
    skin = (200 - 60 * old, 120, 110) if gender == "female" else (110, 120, 200 - 60 * old)
    draw.ellipse((side // 5, 2, side - side // 5, side - 2), fill=skin)
    mouth = side * 2 // 3 + int(dice.randint(-2, 3))
    draw.line((side // 3, mouth, side * 2 // 3, mouth), fill=(40, 0, 0), width=2)
    if old:
        draw.line((side // 3, side * 3 // 8, side * 2 // 3, side * 3 // 8), fill=(90, 60, 60), width=2)
    return picture


def write_prepared(path: Path, n: int = 48, side: int = 32, classes: int = 2) -> Path:
    """The same faces as `prepare` would pack them: of each class a third as many as of the one before."""
    dice = np.random.RandomState(0)
    labels = [min(classes - 1, int(np.log(1 + i % 9) / np.log(3) * 0.75)) for i in range(n)]
    told = []
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for i, label in enumerate(labels):
            data = io.BytesIO()
            _face(dice, ("female", "male")[i % 2], i % 4 // 2, side).save(data, "PNG")
            name = f"00000/img{i:08d}.png"
            archive.writestr(name, data.getvalue())
            told.append(
                {"file": name, "class": label, "person": f"p{i}", "split": "train", "source": f"{i:064x}"}
            )
        named = [{"label": f"L{c}", "gender": ""} for c in range(classes)]
        index = {"format": 1, "size": side, "framing": None, "detector": "none", "classes": named}
        pairs = [[t["file"], t["class"]] for t in told]
        archive.writestr("dataset.json", json.dumps(index | {"labels": pairs, "pictures": told}))
    return path
