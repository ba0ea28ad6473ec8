import numpy as np

from training.datasets.manifest import is_held_out
from training.preparing.people import SAME_PERSON, close_pairs, group, name_people


def crowd(people: int, each: int, spread: float, seed: int = 0) -> tuple[np.ndarray, list[int]]:
    dice = np.random.RandomState(seed)
    centres = dice.randn(people, 128) * 0.5 / np.sqrt(128) * 1.5
    rows = np.repeat(centres, each, axis=0)
    return (rows + dice.randn(len(rows), 128) * spread / np.sqrt(256)).astype(np.float32), [
        i // each for i in range(len(rows))
    ]


def test_pairs_are_those_of_the_whole_table(monkeypatch) -> None:
    monkeypatch.setattr("training.preparing.people._BLOCK", 7)
    rows, _ = crowd(8, 4, 0.3)
    table = np.linalg.norm(rows[:, None] - rows[None], axis=2)
    expected = sorted((table[i, j], i, j) for i in range(32) for j in range(i) if table[i, j] < 0.6)
    found = close_pairs(rows, 0.6)
    assert len(expected) > 20
    assert {(j, i) for _, i, j in expected} == set(found)
    assert [round(float(table[pair]), 5) for pair in found] == [round(float(d), 5) for d, _, _ in expected]


def test_people_are_found_again() -> None:
    rows, who = crowd(12, 5, 0.3)
    groups = group(rows, [])
    assert len(set(groups)) == 12
    assert all(len({groups[i] for i in range(60) if who[i] == person}) == 1 for person in range(12))


def test_a_chain_of_doubles_is_not_one_person() -> None:
    """Each is 0.48 from the next: single links would make all one; only neighbours may pair."""
    line = np.zeros((40, 128), dtype=np.float32)
    line[:, 0] = np.arange(40) * 0.48
    groups = group(line, [])
    assert max(groups.count(g) for g in set(groups)) <= 3
    assert len(close_pairs(line, SAME_PERSON)) == 39


def test_copies_are_one_whoever_is_shown() -> None:
    assert group(np.zeros((3, 0), np.float32), [(0, 2)]) == [0, 1, 0]


def test_a_person_keeps_the_side_when_photos_come() -> None:
    shas = [f"{i:064x}" for i in range(200)]
    names = name_people(shas, list(range(200)), {}, 0.2)
    assert 20 < sum(is_held_out(name, 0.2) for name in names) < 60
    known = dict(zip(shas, names, strict=True))
    newer = [f"-{i}" for i in range(200)]  # each sorts before the photo that gave the name
    again = name_people(newer + shas, list(range(200)) * 2, known, 0.2)
    assert again == names + names
    assert name_people(newer + shas, list(range(200)) * 2, {}, 0.2) != again


def test_where_two_turn_out_to_be_one_training_wins() -> None:
    sides = {name: is_held_out(name, 0.5) for name in map(str, range(20))}
    train, held = (next(n for n, side in sides.items() if side is wanted) for wanted in (False, True))
    known = {"a": held, "b": train}
    assert name_people(["a", "b", "c"], [0, 0, 0], known, 0.5) == [train] * 3
