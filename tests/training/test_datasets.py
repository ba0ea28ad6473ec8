"""The picture archive: split by person, capped, balanced, mirrored."""

import io
import math
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image

from training.datasets.archive import Archive
from training.datasets.faces import FaceSet, FaceSource, load_faces, unseen
from training.datasets.manifest import Row, cap_groups, is_held_out, read_manifest
from training.datasets.people import load_people
from training.datasets.rarity import rarity
from training.datasets.table import named
from training.errors import DataError
from training.export.illustrating import Age


def test_a_person_stays_on_one_side(source: FaceSource) -> None:
    rows = read_manifest(source.manifest)
    wide = replace(source, held_out=0.5)
    sides: dict[str, set[bool]] = {}
    for row in rows:
        sides.setdefault(row.group, set()).add(is_held_out(row.group, wide.held_out))
    assert all(len(side) == 1 for side in sides.values())
    assert {next(iter(side)) for side in sides.values()} == {True, False}
    uncapped = replace(wide, tier_a_men=1000)
    both = [load_faces(uncapped, 32, validation=side) for side in (False, True)]
    assert len(both[0]) + len(both[1]) == 48
    assert min(len(both[0]), len(both[1])) > 0


def test_share_of_the_held_out_is_about_what_was_asked() -> None:
    share = sum(is_held_out(f"someone {i}", 0.1) for i in range(2000)) / 2000
    assert 0.08 < share < 0.12


def test_tier_a_men_are_capped_and_unlabelled_or_missing_left_out(faces: FaceSet) -> None:
    assert faces.counts["A.male"] == 4
    assert faces.counts["B.male"] > 4
    assert sum(faces.counts.values()) == len(faces) == len(faces.labels)


def test_the_cap_keeps_everyone_else() -> None:
    rows = [Row(f"{i}", "male", "", "A", "") for i in range(9)] + [Row("w", "female", "", "A", "")]
    kept = cap_groups(rows, "A", "male", 3)
    assert len(kept) == 4
    assert kept[-1].gender == "female"
    assert kept == cap_groups(reversed(rows), "A", "male", 3)[::-1]


def test_batches_are_balanced_mirrored_and_in_range(faces: FaceSet) -> None:
    torch.manual_seed(1)
    images, labels = faces.batch(400)
    assert images.shape == (400, 3, 32, 32)
    assert float(images.min()) >= -1
    assert float(images.max()) <= 1
    assert 160 < float(labels[:, 0].sum()) < 240
    red_minus_blue = images[:, 0, 10:16, 12:20].mean(dim=(1, 2)) - images[:, 2, 10:16, 12:20].mean(dim=(1, 2))
    assert torch.equal(red_minus_blue > 0, labels[:, 0] == 1)
    known = {tuple(image.flatten().tolist()) for image in faces.images}
    back = ((images + 1) * 127.5).round().to(torch.uint8)
    straight = sum(tuple(image.flatten().tolist()) in known for image in back)
    turned = sum(tuple(image.flip(2).flatten().tolist()) in known for image in back)
    assert straight < 400
    assert turned < 400
    assert straight + turned >= 400


def test_rare_people_are_drawn_more_often_but_not_all_the_time() -> None:
    groups = ["many"] * 900 + ["some"] * 99 + ["one"]
    weights = rarity(groups)
    share = weights / weights.sum()
    assert 0.2 < float(share[900:999].sum()) < 0.3  # the root of nine times as few is a third
    assert 2.9 < float(weights[-1] / weights.mean()) < 3.2
    assert torch.allclose(rarity(["same"] * 5), torch.ones(5, dtype=torch.float64))


def test_kinds_of_which_there_are_few_weigh_more(source: FaceSource) -> None:
    """Of the tier that is capped there are four men."""
    few, many = (load_faces(replace(source, tier_a_men=most), 16).weights for most in (4, 1000))
    assert len(few) < len(many)
    assert float(few.max()) > float(many.max()) > 1 > float(few.min())


def test_batches_draw_by_weight_within_a_gender(faces: FaceSet) -> None:
    women = (faces.labels == 0).nonzero().flatten()
    weights = torch.where(torch.arange(len(faces)) == women[3], 1.0, 0.0).double()
    weights[faces.labels == 1] = 1.0
    images, labels = replace(faces, weights=weights).batch(64)
    shown = faces.images[women[3]].float() / 127.5 - 1
    assert all(torch.equal(i, shown) or torch.equal(i, shown.flip(2)) for i in images[labels[:, 0] == 1])
    assert len({i.sum().item() for i in images[labels[:, 1] == 1]}) > 3


def test_pictures_are_shrunk(source: FaceSource) -> None:
    assert load_faces(source, 16).images.shape[2:] == (16, 16)


def test_the_same_pictures_in_another_format_are_known(source: FaceSource, tmp_path: Path) -> None:
    small = tmp_path / "small.zip"
    with zipfile.ZipFile(source.archive) as pictures, zipfile.ZipFile(small, "w") as archive:
        for name in pictures.namelist():
            data = io.BytesIO()
            with Image.open(pictures.open(name)) as picture:
                picture.save(data, "WEBP", lossless=True)
            archive.writestr(str(Path(name).with_suffix(".webp")), data.getvalue())
    faces, again = load_faces(source, 32), load_faces(replace(source, archive=small), 32)
    assert torch.equal(faces.images, again.images) and faces.counts == again.counts
    people = load_people(small, source.manifest, 32)
    assert torch.equal(people.people, load_people(source.archive, source.manifest, 32).people)


def test_people_are_new_to_several_networks_that_are_new_to_each() -> None:
    assert unseen([0.1, None, 0.02]) == 0.02
    for unknown in (None, "a tenth", [0.1], math.nan, -1, 2):
        assert unseen([unknown]) == FaceSource(Path(), Path()).held_out
    groups = [f"someone {i}" for i in range(500)]
    few, many = ({group for group in groups if is_held_out(group, share)} for share in (0.02, 0.13))
    assert few < many


def archive(folder: Path, *names: str) -> Archive:
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    return Archive(folder)


def test_a_table_names_pictures_by_path_by_name_or_in_another_format(tmp_path: Path) -> None:
    there = archive(
        tmp_path, "a.webp", "a.png", "b.webp", "c/d.png", "e/d.png", "f/g.png", ".f/g.png", "b.txt"
    )
    wanted = {
        "a.png": "a.png",
        "b.jpg": "b.webp",
        "c/d.png": "c/d.png",
        "e/d.png": "e/d.png",
        "g.png": "f/g.png",
    }
    assert named([*wanted, "none.png"], there) == wanted
    assert named(["a.png", "a.jpg"], there) == {"a.png": "a.png", "a.jpg": "a.webp"}


def test_a_zip_may_have_a_name_twice(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "twice.zip", "w") as both, pytest.warns(UserWarning, match="Duplicate"):
        both.writestr("a.png", b"")
        both.writestr("a.png", b"")
    with Archive(tmp_path / "twice.zip") as there:
        assert named(["a.png"], there) == {"a.png": "a.png"}


@pytest.mark.parametrize("files", [["b.jpg", "b.png"], ["x/b.webp", "y/b.webp"], ["d.png"], ["d.jpg"]])
def test_a_table_that_does_not_tell_pictures_apart_is_told(files: list[str], tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"of the table (are both|could be)"):
        named(files, archive(tmp_path, "b.webp", "c/d.png", "e/d.png"))


def test_no_pictures_is_an_error(source: FaceSource) -> None:
    with pytest.raises(ValueError, match="has no pictures that"):
        load_faces(replace(source, held_out=1.1), 16)


@pytest.mark.parametrize(("band", "years"), [("20-29", 25.0), ("more than 70", 75.0), ("3-9", 6.5)])
def test_age_bands(band: str, years: float) -> None:
    assert Row("f", "male", "", "A", "", band).years == years
    assert math.isnan(Row("f", "male", "", "A", "").years)


def test_an_archive_of_one_gender_is_drawn_from(faces: FaceSet) -> None:
    men = faces.labels == 1
    alone = FaceSet(faces.images[men], faces.labels[men], faces.ages[men], faces.weights[men], {})
    images, conditions = alone.batch(6)
    assert len(images) == 6 and conditions[:, 1].all() and alone.conditions(4)[:, 1].all()
    assert faces.has_both and not alone.has_both


def test_without_ages_nothing_is_held_to_them(source: FaceSource, faces: FaceSet) -> None:
    assert Age.learn(source, faces) is not None
    few = replace(faces, ages=faces.ages.clone())
    few.ages[3:] = torch.nan
    assert Age.learn(source, few) is None
