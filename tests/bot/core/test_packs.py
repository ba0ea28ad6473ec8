from bot.core.captions import direction
from bot.core.packs import PackView
from bot.core.wording import say
from inference.wire import DirectionInfo
from tests.bot.core.fakes import PACK, FakeClock, FakeFaces


async def test_named_directions_come_first_then_the_packs_own_then_numbers() -> None:
    names = ["sefa-1", "own-name", "ei", "age", "smile"]
    faces, clock = FakeFaces(), FakeClock()
    found = [DirectionInfo(name=name, low=-1.26, high=2.04, how="") for name in names]

    async def packs() -> list[object]:
        return [PACK.model_copy(update={"directions": found})]

    faces.packs = packs  # type: ignore[method-assign,assignment]
    pack = (await PackView(faces, clock).look()).look()
    assert [one.name for one in pack.directions] == ["smile", "age", "ei", "own-name", "sefa-1"]
    assert (pack.directions[0].low, pack.directions[0].high) == (-12, 20), "never beyond the pack's range"


def test_numbered_directions_say_what_they_move_in_words() -> None:
    names = ("sefa-2", "sefa-coarse-1", "sefa-middle-2", "sefa-fine-1", "own-name")
    said = [say("en", line.key, **line.args) for line in map(direction, names)]
    assert said == ["Change no. 2", "Face shape no. 1", "Features no. 2", "Colours no. 1", "own-name"]
