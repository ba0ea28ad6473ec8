import base64
import hashlib
import random
import re
from collections.abc import Mapping

import numpy as np
import pytest
import typer.main
from PIL import Image, ImageDraw
from typer.core import TyperGroup

from training.__main__ import app
from training.preparing.errors import REASONS, REMEDIES
from training.preparing.findings import count, to_json, warnings
from training.preparing.hashing import dhash, unpacked
from training.preparing.measures import Measures
from training.preparing.photo import Verdict
from training.preparing.plan import Choice, Limits
from training.preparing.sifting import SAME_HASH, Seen, Sifted, sift
from training.preparing.tree import Photo

DICE = np.random.RandomState(3)
PEOPLE = DICE.randn(60, 128) * 0.06


def shot(
    name: str, person: int, pose: int = 0, label: str = "ENFP", reason: str | None = None, **changes: float
) -> Seen:
    """One person's poses are 0.4 apart, two people's 0.9; each has a hash of its own."""
    dice = np.random.RandomState(1000 * person + pose + 1)
    numbers = PEOPLE[person] + (dice.randn(128) * 0.026 if pose else 0)
    picture = dhash(dice.randint(0, 255, (64, 64, 3)).astype(np.uint8))
    measures = Measures(**{"enlarged": 0.8, "sharpness": 0.5, "score": 2.0, "width": 200.0, **changes})
    coded = base64.b64encode(numbers.astype(np.float16).tobytes()).decode()
    sha = hashlib.sha256(name.encode()).hexdigest()
    verdict = Verdict(reason) if reason else Verdict(None, measures, 9, picture, coded)
    return Seen(Photo(name, label, "female"), sha, verdict)


def chosen(*shots: Seen, choice: Choice | None = None, known: Mapping[str, str] | None = None) -> Sifted:
    return sift(shots, Limits(), choice or Choice(), known or {})


def paths(sifted: Sifted) -> list[str]:
    return [taken.seen.photo.path for taken in sifted.taken]


def reasons(sifted: Sifted) -> dict[str, str]:
    return {refusal.seen.photo.path: refusal.reason for refusal in sifted.refused}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"rivals": 1}, "many_faces"),
        ({"enlarged": 1.6}, "too_small"),
        ({"width": 40.0}, "too_small"),
        ({"turned": 0.3}, "turned"),
        ({"outside": 0.2}, "cut"),
        ({"score": 0.1}, "unsure"),
        ({"sharpness": 0.03}, "blurred"),
    ],
)
def test_every_limit_refuses(changes: dict[str, float], reason: str) -> None:
    assert reasons(chosen(shot("a", 0), shot("b", 1, **changes))) == {"b": reason}


def test_the_best_of_copies_stays_and_is_named() -> None:
    sifted = chosen(shot("small", 0, enlarged=1.4), shot("large", 0, enlarged=0.4), shot("other", 1))
    assert paths(sifted) == ["large", "other"]
    (refusal,) = sifted.refused
    assert refusal.reason == "duplicate" and refusal.like is not None and refusal.like.path == "large"


def drawing(name: str, *, circle: bool) -> Seen:
    """A thin outline on white, as it is seen without a detector."""
    page = Image.new("L", (128, 128), "white")
    pen = ImageDraw.Draw(page)
    (pen.ellipse if circle else pen.rectangle)((50, 50, 78, 78), outline="black", width=3)
    verdict = Verdict(None, Measures(0.5, 0.5), 9, dhash(np.asarray(page.convert("RGB"))))
    return Seen(Photo(name, "A", ""), hashlib.sha256(name.encode()).hexdigest(), verdict)


def test_line_drawings_are_copies_only_of_themselves() -> None:
    shots = [
        drawing("circle", circle=True),
        drawing("again", circle=True),
        drawing("box", circle=False),
    ]
    hashes = unpacked([shot.verdict.hash for shot in shots])
    assert (hashes[0] != hashes[2]).sum() <= SAME_HASH  # few cells have a line in them at all
    sifted = chosen(*shots)
    assert len(sifted.taken) == 2 and set(reasons(sifted)) < {"circle", "again"}
    assert len(set(sifted.people.values())) == 2


def test_at_most_n_of_one_person() -> None:
    shots = [shot(f"{pose}", 0, pose, sharpness=0.1 * pose) for pose in range(1, 8)]
    sifted = chosen(*shots, shot("x", 1), choice=Choice(most_of_one=3))
    assert paths(sifted) == ["5", "6", "7", "x"]
    assert set(reasons(sifted).values()) == {"enough_of_one"}


def test_the_order_of_files_does_not_matter() -> None:
    shots = [shot(f"{person}-{pose}", person, pose) for person in range(20) for pose in range(3)]
    first = chosen(*shots)
    random.Random(1).shuffle(shots)
    again = chosen(*shots)
    assert (first.taken, first.refused, first.people) == (again.taken, again.refused, again.people)


def test_nobody_is_on_both_sides_and_stays_there_when_photos_come() -> None:
    half = Choice(validation=0.5)
    shots = [shot(f"{person}-{pose}", person, pose) for person in range(40) for pose in range(2)]
    first = chosen(*shots, choice=half)
    sides = {taken.seen.photo.path.split("-")[0]: taken.held_out for taken in first.taken}
    assert 8 < sum(sides.values()) < 32
    more = [shot(f"{person}-{pose}", person, pose) for person in range(40) for pose in range(2, 6)]
    later = chosen(*shots, *more, choice=half, known=first.people)
    assert len(later.taken) == 240
    for taken in later.taken:
        assert taken.held_out == sides[taken.seen.photo.path.split("-")[0]]


def test_numbers_and_warnings() -> None:
    shots = [shot(f"{pose}", 0, pose) for pose in range(1, 5)]
    shots += [shot("e", 1, label="INTJ"), shot("f", 2, label="ESTP", reason="no_face")]
    shots += [shot("copy", 1, label="ISFP", enlarged=1.2)]
    sifted = chosen(*shots)
    rows = {row.name: row for row in count(sifted)}
    assert rows["ENFP female"].taken == 4 and rows["ENFP female"].people == 1
    assert rows["ESTP female"].refused == {"no_face": 1} and rows["ISFP female"].refused == {"duplicate": 1}
    said = "\n".join(warnings(sifted, count(sifted)))
    assert "ESTP female: none of its photos (1)" in said
    assert "ENFP female: 4 of its 4 pictures show one person" in said
    assert "lie under two labels: 1" in said
    told = to_json(sifted, count(sifted), {})
    assert told["photos"] == 7 and told["taken"] == 5 and told["people"] == 2
    assert {"path": "copy", "reason": "duplicate", "like": "e"} in told["refused"]


@pytest.mark.parametrize("reason", ["cut", "no_face", "blurred"])
def test_what_refuses_many_photos_is_told_with_what_to_change(reason: str) -> None:
    good = [shot(f"{person}", person) for person in range(20)]
    few = chosen(*good, *[shot(f"bad {i}", 0, reason=reason) for i in range(2)])
    assert "were refused" not in "\n".join(warnings(few, count(few)))
    many = chosen(*good, *[shot(f"bad {i}", 0, reason=reason) for i in range(4)])
    said = f"Of 24 photos 4 were refused: {REASONS[reason]}. If they are good to look at, {REMEDIES[reason]}."
    assert said in warnings(many, count(many))


def test_remedies_name_options_that_exist() -> None:
    named = set(re.findall(r"--[a-z-]+", " ".join(REMEDIES.values())))
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    known = {name for option in group.commands["prepare"].params for name in option.opts}
    assert named and named <= known
    assert REMEDIES.keys() <= REASONS.keys()
