"""What admins set, and that it holds: each with one clear outcome."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core import charts
from bot.core.events import Command, Event
from bot.core.presses import Action
from bot.core.replies import Progress, Shown, Text
from db.community import AuditEntry, CommunitySettings
from db.records import PersonRef
from inference.errors import Busy, ManyFaces, NoFace
from inference.wire import LabelFace, PackInfo
from tests.bot.core.conftest import Bench
from tests.bot.core.people import ANN, BOB, actions, at, command, final, press, selfie, text
from tests.bot.core.world.rows import BEGINNING, DAY


def settings(bench: Bench) -> CommunitySettings:
    return bench.store.settings.get("guild", CommunitySettings())


async def sent(bench: Bench, event: Event) -> Text | Shown:
    return final(await bench.send(event))


async def set_by(bench: Bench, *args: str, action: Action = Action.SET, channel: str = "c") -> Text | Shown:
    return await sent(bench, at(press(action, *args), admin=True, channel=channel))


async def ready(bench: Bench, **where: Any) -> None:
    """Ann has chosen a type and agreed, in the guild."""
    await bench.send(at(command("mbti", "ENFP", "woman"), **where))
    await bench.send(at(press(Action.AGREE), **where))


@pytest.mark.parametrize(
    "event",
    [
        command("admin"),
        command("admin", "log"),
        press(Action.ADMIN, "quota"),
        press(Action.SET, "quota", "5"),
        press(Action.SET, "paused", "silent"),
        press(Action.ROLE, "0" * 16, "5"),
        press(Action.PAUSE),
        press(Action.BLOCKS, "0"),
        press(Action.UNBLOCK, "0" * 8),
        press(Action.LOG, "0"),
        press(Action.STATS, "30", "csv"),
    ],
    ids=str,
)
async def test_only_admins_may_and_only_in_a_community(bench: Bench, event: Event) -> None:
    refused = await sent(bench, at(event))
    assert (refused.code, refused.instead) == ("admins_only", False)
    assert (await sent(bench, event)).code == "only_in_community"
    assert settings(bench) == CommunitySettings()
    assert not bench.store.log


async def test_an_admin_who_left_cannot_press_the_old_buttons(bench: Bench) -> None:
    home = await sent(bench, at(command("admin"), admin=True))
    for action, args in actions(home):
        if action is not Action.PRIVACY:
            assert (await sent(bench, at(press(action, *args)))).code == "admins_only"
    await set_by(bench, action=Action.PAUSE)
    assert (await sent(bench, at(text("closed, says one who left")))).code == "admins_only"
    assert settings(bench).paused is None


async def test_every_page_opens_and_every_value_can_be_set(bench: Bench) -> None:
    seen, pages = set(), [("home",)]
    while pages:
        page = await set_by(bench, *pages.pop(), action=Action.ADMIN)
        assert page.instead, "it takes the place of the page before"
        for action, args in actions(page):
            if (action, args) in seen:
                continue
            seen.add((action, args))
            if action is Action.ADMIN:
                pages.append(args)
            elif action is Action.SET:
                assert (await set_by(bench, *args)).code in ("admin", "ask_notice")
    changed = {entry.key for _, entry in bench.store.log["guild"]}
    assert changed == set(CommunitySettings.model_fields) - {"role_quotas", "paused"}


async def test_each_setting_takes_what_its_button_says(bench: Bench) -> None:
    for key, value in (
        ("quota", "5"),
        ("cooldown", "60"),
        ("retention-hours", "6"),
        ("match-chart", "popular"),
        ("pack", "anime"),
        ("spoiler", "on"),
        ("public", "on"),
        ("locale", "ko"),
    ):
        await set_by(bench, key, value)
    assert settings(bench) == CommunitySettings(
        quota=5,
        cooldown=60,
        retention_hours=6,
        match_chart="popular",
        pack="anime",
        spoiler=True,
        public=True,
        locale="ko",
    )
    home = await sent(bench, at(command("admin"), admin=True))
    for word in ("5 a day", "1 minute", "6 hours", "popular", "anime", "on", "for everyone", "Korean"):
        assert word in home.text
    await set_by(bench, "quota", "house")
    assert settings(bench).quota is None
    refused = await set_by(bench, "cooldown", "999999")
    assert refused.code == "setting_refused"


async def test_it_answers_in_the_chosen_channels_alone(bench: Bench) -> None:
    await set_by(bench, "channels", "here", channel="faces")
    off = await sent(bench, at(command("mbti", "ENFP", "woman"), channel="general"))
    assert off.code == "off_here"
    assert not bench.faces.rendered
    assert isinstance((await bench.send(at(command("mbti", "ENFP", "woman"), channel="faces")))[0], Shown)
    for own in (command("privacy"), command("forget"), press(Action.FORGET_SURE)):
        assert (await sent(bench, at(own, channel="general"))).code != "off_here"
    assert "do not answer" in (await set_by(bench, "channels", action=Action.ADMIN, channel="general")).text
    await set_by(bench, "channels", "here", channel="general")
    assert len(settings(bench).channels) == 2
    await set_by(bench, "channels", "leave", channel="faces")
    assert (await sent(bench, at(command("help"), channel="faces"))).code == "off_here"
    page = await set_by(bench, "channels", action=Action.ADMIN, channel="general")
    offered = [args for action, args in actions(page) if action is Action.SET]
    assert offered == [("channels", "all")], "no channel at all would be every channel"
    await set_by(bench, "channels", "all", channel="faces")
    assert (await sent(bench, at(command("help"), channel="faces"))).code is None
    assert (await sent(bench, command("help"))).code is None  # in private nobody has a say


async def test_a_thread_belongs_to_its_channel(bench: Bench) -> None:
    await set_by(bench, "channels", "here", channel="faces")
    thread = at(command("help"), channel="a thread")
    assert (await sent(bench, thread)).code == "off_here"
    in_faces = replace(thread, origin=replace(thread.origin, channel="faces"))
    assert (await sent(bench, in_faces)).code is None


async def test_a_pause_tells_the_notice_and_ends(bench: Bench) -> None:
    asked = await set_by(bench, action=Action.PAUSE)
    assert asked.code == "ask_notice"
    await sent(bench, at(text("Back on\u202e Monday,\n<b>promise</b>\u200b"), admin=True))
    assert settings(bench).paused == "Back on Monday, <b>promise</b>"
    paused = await sent(bench, at(command("mbti", "ENFP"), admin=False))
    assert paused.code == "paused"
    assert "Back on Monday" in paused.text
    assert (await sent(bench, at(selfie()))).code == "paused"
    assert (await sent(bench, at(command("mbti", "ENFP"), admin=True))).code == "paused"
    assert (await sent(bench, at(command("admin"), admin=True))).code == "admin"
    await set_by(bench, "paused", "off")
    assert (await sent(bench, at(command("help")))).code is None
    await set_by(bench, action=Action.PAUSE)
    await set_by(bench, "paused", "silent")
    assert settings(bench).paused == ""
    assert "admins say" not in (await sent(bench, at(command("help")))).text


async def test_another_command_leaves_the_question_for_the_notice(bench: Bench) -> None:
    await set_by(bench, action=Action.PAUSE)
    await bench.send(at(command("admin"), admin=True))
    await bench.send(at(text("ENFP"), admin=True))
    assert settings(bench).paused is None


async def test_a_quota_that_runs_out_in_mid_flow_keeps_the_photo(bench: Bench) -> None:
    await set_by(bench, "quota", "1")
    await ready(bench)
    assert isinstance(await sent(bench, at(selfie(b"one"))), Shown)
    over = await sent(bench, at(selfie(b"two")))
    assert over.code == "quota_used"
    assert "12 hours" in over.text
    assert [photo for photo, _, _ in bench.faces.projected] == [b"one"]
    bench.store.now += DAY
    assert isinstance(await sent(bench, at(press(Action.RETRY, "photo"))), Shown)
    assert bench.faces.projected[-1][0] == b"two"


async def test_a_role_has_its_own_quota(bench: Bench) -> None:
    await set_by(bench, "quota", "0")
    asked = await sent(bench, at(command("admin", person=ANN), admin=True, roles=()))
    assert "0 a day" in asked.text
    tag = bench.store.tag("discord", "role", "vip")
    page = await sent(bench, at(Command(command("x").origin, "admin", {"role": "vip"}), admin=True))
    assert (Action.ROLE, (tag, "5")) in actions(page)
    await set_by(bench, tag, "5", action=Action.ROLE)
    assert settings(bench).role_quotas == {tag: 5}
    await ready(bench)
    assert (await sent(bench, at(selfie()))).code == "quota_used"
    assert isinstance(await sent(bench, at(selfie(), roles=("other", "vip"))), Shown)
    await set_by(bench, tag, "house", action=Action.ROLE)
    assert settings(bench).role_quotas == {}


async def test_an_admin_gives_somebody_todays_photos_again(bench: Bench) -> None:
    await set_by(bench, "quota", "1")
    await ready(bench)
    assert isinstance(await sent(bench, at(selfie())), Shown)
    assert (await sent(bench, at(selfie()))).code == "quota_used"
    asked = await sent(bench, at(command("admin", "reset"), admin=True))
    assert "reset and the person" in asked.text
    reset = Command(command("x").origin, "admin", {"what": "reset", "person": ANN.id})
    assert (await sent(bench, at(reset))).code == "admins_only"
    done = await sent(bench, at(reset, admin=True))
    assert "has all photos of today again" in done.text and ANN.id not in done.text
    assert isinstance(await sent(bench, at(selfie())), Shown)
    assert "Quota reset" in (await sent(bench, at(command("admin", "log"), admin=True))).text
    assert bench.store.blocking == {}


async def test_of_several_faces_the_one_that_is_picked_is_a_use(bench: Bench) -> None:
    await set_by(bench, "quota", "1")
    await ready(bench)
    bench.faces.fail["project"] = ManyFaces(boxes=[(10, 0, 110, 100), (300, 0, 400, 100)])
    numbers = await sent(bench, at(selfie()))
    (_, one), (_, two) = actions(numbers)[:2]
    assert isinstance(await sent(bench, at(press(Action.PICK, *one))), Shown)
    assert (await sent(bench, at(press(Action.PICK, *two)))).code == "quota_used"


async def test_nobody_waits_for_what_failed(bench: Bench) -> None:
    await set_by(bench, "cooldown", "30")
    await ready(bench)
    assert isinstance(await sent(bench, at(selfie())), Shown)
    bench.store.now += timedelta(seconds=30)
    bench.faces.fail["project"] = NoFace()
    assert (await sent(bench, at(selfie(b"no face")))).code == "no_face"
    assert isinstance(await sent(bench, at(selfie(b"a face"))), Shown)


async def test_work_that_fails_is_given_back(bench: Bench) -> None:
    await set_by(bench, "quota", "1")
    await ready(bench)
    for error in (NoFace(), Busy(retry_after=3)):
        bench.faces.fail["project"] = error
        assert (await sent(bench, at(selfie()))).code == error.code
    assert isinstance(await sent(bench, at(selfie())), Shown)
    assert (await sent(bench, at(selfie()))).code == "quota_used"


async def test_a_cooldown_is_told_with_its_seconds(bench: Bench) -> None:
    await set_by(bench, "cooldown", "30")
    await ready(bench)
    assert isinstance(await sent(bench, at(selfie(b"one"))), Shown)
    early = await sent(bench, at(selfie(b"two")))
    assert early.code == "cooldown"
    assert "30 seconds" in early.text
    assert isinstance(await sent(bench, selfie(b"three")), Text | Shown)  # in private there is none
    assert len(bench.store.uses) == 1


async def test_a_blocked_person_hears_one_word_and_keeps_their_rights(bench: Bench) -> None:
    block = at(Command(command("x").origin, "admin", {"person": BOB.id}), admin=True)
    listed = await sent(bench, block)
    ((tag,),) = [args for action, args in actions(listed) if action is Action.UNBLOCK]
    assert BOB.id not in listed.text
    for event in (command("mbti", "ENFP", person=BOB), selfie(person=BOB), press(Action.BEGIN, person=BOB)):
        reply = (await bench.send(at(event)))[-1]
        assert isinstance(reply, Text)
        assert reply.code == "blocked"
    rights = (
        command("privacy", person=BOB),
        command("mydata", person=BOB),
        press(Action.US_END, "AAAAAAAAAAAA", person=BOB),
        press(Action.TOSS_SURE, "ABCDEF", person=BOB),
    )
    for own in rights:
        assert (await bench.send(at(own)))[-1].code != "blocked"  # type: ignore[union-attr]
    assert (await bench.send(command("help", person=BOB)))[-1].code is None  # type: ignore[union-attr]
    await set_by(bench, tag, action=Action.UNBLOCK)
    assert (await bench.send(at(command("help", person=BOB))))[-1].code is None  # type: ignore[union-attr]
    myself = at(Command(command("x").origin, "admin", {"person": ANN.id}), admin=True)
    assert (await sent(bench, myself)).code == "block_self"


@pytest.mark.parametrize("what", ["", "log", "stats 7", "quota"])
async def test_who_answers_a_message_blocks_nobody_unless_they_say_so(bench: Bench, what: str) -> None:
    options = {"text": what, "answered": BOB.id}
    await sent(bench, at(Command(command("x").origin, "admin", options), admin=True))
    assert not bench.store.blocking.get("guild")
    block = Command(command("x").origin, "admin", {**options, "text": "block"})
    await sent(bench, at(block, admin=True))
    assert len(bench.store.blocking["guild"]) == 1


async def test_many_blocked_people_are_turned_through_in_pages(bench: Bench) -> None:
    """Everybody is on one page and can be served again; a page that is empty by now is the last one."""
    admin, ref = {"admin": True}, bench.ref
    for n in range(45):
        await bench.store.block(ref(), "guild", replace(ref(), id=str(n)))
    pages = [await sent(bench, at(press(Action.BLOCKS, str(page)), **admin)) for page in (0, 1, 2, 7)]
    listed = [[args[0] for what, args in actions(page) if what is Action.UNBLOCK] for page in pages]
    assert list(map(len, listed)) == [20, 20, 5, 5]
    assert len({tag for tags in listed for tag in tags}) == 45
    assert "45 people" in pages[0].text and "Page 2 of 3" in pages[1].text
    turns = [[args[0] for what, args in actions(page) if what is Action.BLOCKS] for page in pages]
    assert turns == [["1"], ["0", "2"], ["1"], ["1"]]
    await sent(bench, at(press(Action.UNBLOCK, listed[2][0]), **admin))
    assert len(bench.store.blocking["guild"]) == 44


@pytest.mark.parametrize(
    ("way", "code"), [("block", "blocked"), ("paused", "paused"), ("channels", "off_here"), (None, None)]
)
async def test_what_admins_set_while_somebody_works_holds_when_the_work_ends(
    bench: Bench, way: str | None, code: str | None
) -> None:
    """The face that was found is the person's own and stays theirs; where they were sent away it is not shown."""
    await ready(bench)
    bench.faces.gate = asyncio.Event()
    work = asyncio.create_task(bench.send(at(selfie())))
    await bench.faces.started.wait()
    admin, guild = PersonRef("discord", "admin"), "guild"
    if way == "block":
        await bench.store.block(admin, guild, bench.ref())
    elif way:
        await bench.store.change_community(admin, guild, way, "" if way == "paused" else ("0" * 16,))
    bench.faces.gate.set()
    told = final(await work)
    assert (told.code, isinstance(told, Shown)) == (code, code is None)
    assert len(bench.row().faces) == 1
    bench.faces.gate = None
    assert isinstance(await sent(bench, command("me")), Text | Shown), "elsewhere they go on"


async def test_a_block_counts_that_came_while_the_server_let_us_wait(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What there is to choose from is asked first, so that what is read of people is not old when it is used."""
    asked, let, packs = asyncio.Event(), asyncio.Event(), bench.faces.packs

    async def slowly() -> list[PackInfo]:
        asked.set()
        await let.wait()
        return await packs()

    monkeypatch.setattr(bench.faces, "packs", slowly)
    answer = asyncio.create_task(bench.send(at(command("mbti", "ENFP", "woman"))))
    await asked.wait()
    await bench.store.block(PersonRef("discord", "admin"), "guild", bench.ref())
    let.set()
    assert final(await answer).code == "blocked"


async def test_one_use_is_one_use_however_many_chats_ask_at_once(bench: Bench) -> None:
    await set_by(bench, "quota", "1")
    for channel in "abc":
        await ready(bench, channel=channel)
    answers = await asyncio.gather(*(bench.send(at(selfie(), channel=channel)) for channel in "abc"))
    codes = [final(answer).code for answer in answers]
    assert sorted(codes, key=str) == [None, "quota_used", "quota_used"]
    assert len(bench.faces.projected) == 1


async def test_the_log_tells_every_change_page_by_page(bench: Bench) -> None:
    values: dict[str, tuple[Any, Any]] = {
        "channels": ([], ["0" * 16]),
        "quota": (None, 5),
        "role_quotas": ({}, {"0" * 16: 1}),
        "cooldown": (0, 30),
        "pack": (None, "anime"),
        "match_chart": (None, "popular"),
        "retention_hours": (None, 6),
        "spoiler": (False, True),
        "public": (None, False),
        "paused": (None, "closed"),
        "locale": (None, "ja"),
        "block": (None, "deadbeef"),
    }
    assert set(values) == {*CommunitySettings.model_fields, "block"}
    log = [AuditEntry(BEGINNING, "a1b2c3d4", key, old, new) for key, (old, new) in values.items()]
    log.append(AuditEntry(BEGINNING, "", "quota", 5, None))
    bench.store.log["guild"] = [(None, entry) for entry in reversed(log)]
    first = await sent(bench, at(command("admin", "log"), admin=True))
    assert "someone forgotten · Photos a day: 5 a day → no limit" in first.text
    assert "a1b2c3d4 · Break: yes → no, taking a break" in first.text
    assert (Action.LOG, ("1",)) in actions(first)
    second = await set_by(bench, "1", action=Action.LOG)
    assert "Channels: everywhere → one channel" in second.text
    assert (Action.LOG, ("0",)) in actions(second)
    assert (await set_by(bench, "99", action=Action.LOG)).code == "admin"


async def test_statistics_come_as_a_picture_and_as_files(bench: Bench) -> None:
    await bench.send(at(command("start"), admin=True))
    for name in ("one", "two", "three"):
        person = PersonRef("discord", name)
        await bench.store.consent(person, 1)
        await bench.store.open_session(person, "c", "ENFP", "female", "guild")
    sheet = await sent(bench, at(command("admin", "stats", "7"), admin=True))
    assert isinstance(sheet, Shown)
    assert (sheet.picture.media_type, sheet.whole) == ("image/png", False)
    assert bench.drawing.words[0]["title"] == "The last 7 days"
    assert bench.drawing.words[0]["agreed"] == "3 of 4 people agreed"
    table = await set_by(bench, "30", "csv", action=Action.STATS)
    assert isinstance(table, Shown)
    assert table.picture.name == "typeface-stats.csv"
    rows = list(csv.reader(io.StringIO(table.picture.data.decode())))
    assert ["sessions_by_type", "", "ENFP", "3"] in rows
    plain = await set_by(bench, "30", "json", action=Action.STATS)
    assert isinstance(plain, Shown)
    assert json.loads(plain.picture.data)["consented"] == 3


async def test_the_places_own_pack_chart_time_and_language_hold(bench: Bench) -> None:
    for key, value in (("pack", "anime"), ("match-chart", "popular"), ("retention-hours", "2")):
        await set_by(bench, key, value)
    await ready(bench)
    assert isinstance(await sent(bench, at(selfie(b"me"))), Shown)
    assert set(bench.faces.packs_asked) == {"anime"}
    ((face, _),) = bench.row().faces.values()
    assert face.expires - face.created == timedelta(hours=2)
    bench.faces.packs_asked.clear()
    await bench.send(at(press(Action.MATCH_GENDER, "male")))
    partner = bench.faces.rendered[-1]
    assert isinstance(partner, LabelFace)
    assert partner.label != charts.load("opposite")["ENFP"][0]
    await set_by(bench, "pack", "house")
    bench.store.settings["guild"] = settings(bench).changed("pack", "gone")  # it has left the server since
    bench.faces.packs_asked.clear()
    assert (await sent(bench, at(press(Action.AGAIN)))).code == "face_gone", "it was made for another pack"
    await bench.send(at(press(Action.TYPE, "INTJ")))
    assert set(bench.faces.packs_asked) == {"starter"}, "the default one"
    bench.store.settings["guild"] = settings(bench).changed("match_chart", "gone")
    assert isinstance(await sent(bench, at(press(Action.MATCH))), Shown)


async def test_a_face_of_another_pack_is_asked_for_anew(bench: Bench) -> None:
    await ready(bench)
    assert isinstance(await sent(bench, at(selfie(b"me"))), Shown)
    await set_by(bench, "pack", "anime")
    assert (await sent(bench, at(press(Action.MORE_TYPE)))).code == "face_gone"


async def test_results_are_private_or_public_as_the_place_has_it_until_a_person_chooses(bench: Bench) -> None:
    await set_by(bench, "public", "on")
    assert (await bench.send(at(command("mbti", "ENFP", "woman"))))[0].public  # type: ignore[union-attr]
    await bench.send(at(command("private")))
    assert not (await bench.send(at(command("mbti", "ENFP", "woman"))))[0].public  # type: ignore[union-attr]


async def test_the_map_counts_who_wants_to_be_counted(bench: Bench) -> None:
    for event in (command("types"), press(Action.COUNT, "0"), press(Action.COUNT, "1")):
        assert (await sent(bench, event)).code == "only_in_community"
    empty = await sent(bench, at(command("types")))
    assert "Nobody" in empty.text
    assert Action.COUNT not in {action for action, _ in actions(empty)}  # no type to be counted as
    await bench.send(at(command("mbti", "ENFP", "woman")))
    offered = await sent(bench, at(command("types")))
    assert (Action.COUNT, ("1",)) in actions(offered)
    counted = await sent(bench, at(press(Action.COUNT, "1")))
    assert isinstance(counted, Shown)
    assert "ENFP 1" in counted.picture.alt
    assert bench.drawing.maps[-1] == {"ENFP": 1}
    left = await sent(bench, at(press(Action.COUNT, "0")))
    assert "Nobody" in left.text


async def test_pictures_are_covered_where_the_place_wants_it(bench: Bench) -> None:
    await ready(bench)
    await set_by(bench, "spoiler", "on")
    replies = await bench.send(at(selfie(b"me")))
    pictures = [reply.picture for reply in replies if isinstance(reply, Shown)]
    pictures += [reply.preview for reply in replies if isinstance(reply, Progress) and reply.preview]
    assert len(pictures) >= 2
    assert all(picture.spoiler for picture in pictures)
    private = await sent(bench, press(Action.AGAIN))
    assert not isinstance(private, Shown) or not private.picture.spoiler


async def test_what_a_pack_made_is_made_again_by_it(bench: Bench) -> None:
    """Sheets, films and cards, in the gallery and by their codes, after the place has taken another pack."""
    await ready(bench)
    await bench.send(at(selfie(b"me")))
    await bench.send(at(press(Action.MOVE, "own-name", "10")))
    made = [await sent(bench, at(command(name))) for name in ("looks", "morph", "card")]
    codes = [one.made for one in made if isinstance(one, Shown) and one.made]
    assert len(codes) == 3
    await set_by(bench, "pack", "anime")
    bench.faces.packs_asked.clear()
    assert isinstance(await sent(bench, at(command("gallery"))), Shown)
    for code in codes:
        assert isinstance(await sent(bench, at(command("show", code))), Shown)
    assert set(bench.faces.packs_asked) == {"starter"}


async def test_what_a_pack_made_that_has_left_is_made_by_the_one_there_is(bench: Bench) -> None:
    """As far as that can: without its looks and directions, and a person's face of it is gone."""
    await ready(bench)
    looks = await sent(bench, at(command("looks")))
    await bench.send(at(selfie(b"me")))
    film = await sent(bench, at(command("morph")))
    assert isinstance(looks, Shown) and looks.made
    assert isinstance(film, Shown) and film.made
    bench.faces.infos = [info.model_copy(update={"default": True}) for info in bench.faces.infos[1:]]
    bench.clock.now += 100
    bench.faces.packs_asked.clear()
    assert isinstance(await sent(bench, at(command("show", looks.made))), Shown)
    assert set(bench.faces.packs_asked) == {"anime"}
    await bench.send(at(selfie(b"new")))
    assert (await sent(bench, at(command("show", film.made)))).code == "face_gone"
    assert isinstance(await sent(bench, at(press(Action.MORE_TYPE))), Shown), "the new face is still there"
