"""What may be found where, and what must not be found after `/forget`."""

import base64
import json
import os
import sqlite3
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text

from db import crypto, errors
from db.crypto import Keys, Label
from db.models import Base
from db.records import PersonRef
from db.session import Database
from db.settings import Settings
from db.store import Store, open_store

LATENT = b"a latent that can be recognised " * 128
CHAT = "998877665544332211"


async def everything(settings: Settings) -> bytes:
    """All values of all tables, as bytes one can search."""
    database = Database(settings)
    found = []
    async with database.connection() as connection:
        for table in Base.metadata.sorted_tables:
            for row in await connection.execute(text(f"SELECT * FROM {table.name}")):
                found += [value if isinstance(value, bytes) else str(value).encode() for value in row]
    await database.close()
    assert found
    return b"\n".join(found)


def on_disk(settings: Settings) -> bytes:
    """The database's bytes, and those of the log and the index beside it."""
    assert settings.sqlite_path is not None
    files = sorted(settings.home.glob("typeface.db*"))
    assert settings.sqlite_path in files
    return b"".join(file.read_bytes() for file in files)


async def use(store: Store, person: PersonRef) -> str:
    await store.seen(person.platform, "update 5556667778")
    await store.save(person, CHAT, '{"step": "unmistakable"}')
    await store.consent(person, 1)
    await store.open_session(person, CHAT, "ENFP", "female")
    await store.log_job(person, "project", 1, 2, "done")
    await store.prefer(person, nickname="Annabel")
    code = await store.keep_making(person, '{"face": "sealed words"}', open=False, seconds=3600)
    await store.share(person, code, 3600)
    await store.agree(await store.invite(person, handle="@bobby"), person)
    await store.invite(person, PersonRef(person.platform, "5550001"))
    await store.put_on_map(person, "guild 31337", "ENFP")
    await store.change_community(person, "guild 31337", "paused", "Back on Monday")
    await store.block(person, "guild 31337", PersonRef(person.platform, "5550002"))
    await store.take_quota(person, "guild 31337", limit=3)
    return await store.keep_face(person, LATENT, kind="self", pack="starter 1", seconds=3600)


async def test_no_table_holds_an_id_or_a_readable_latent(settings: Settings, ann: PersonRef) -> None:
    store = await open_store(settings)
    await use(store, ann)
    await store.close()
    held = await everything(settings)
    keys = settings.load_keys(create=False)
    for secret in (
        ann.id.encode(),
        CHAT.encode(),
        b"5556667778",
        *(b"Annabel", b"sealed words", b"bobby", b"5550001", b"5550002", b"31337", b"Monday"),
        LATENT[:32],
        keys.hash_key,
        keys.master_key,
    ):
        assert secret not in held
    assert b"unmistakable" in held  # the search itself works


async def test_after_forgetting_nothing_of_a_person_is_on_the_disk(sqlite: Settings, ann: PersonRef) -> None:
    store = await open_store(sqlite)
    face = await use(store, ann)
    async with store._database.reading() as session:
        person = await store._find(session, ann)
        assert person is not None
        (sealed,) = (await session.scalars(text("SELECT sealed FROM faces"))).all()
        (owner,) = (await session.scalars(text("SELECT hash FROM people"))).all()
        (chat,) = (await session.scalars(text("SELECT chat_hash FROM conversations"))).all()
        (code, making) = (await session.execute(text("SELECT code, content FROM makings"))).one()
        (link,) = (await session.scalars(text("SELECT hash FROM shares"))).all()
        pairs = (await session.execute(text("SELECT id, friend_hash FROM pairs"))).all()
        assert person.nickname is not None
    traces = {
        "wrapped key": person.key,
        "sealed latent": sealed[:64],
        "end of the sealed latent": sealed[-64:],
        "hashed id": owner,
        "hashed chat": chat,
        "person's row id": person.id.hex.encode(),
        "face id": face.encode(),
        "state": b"unmistakable",
        "code": code.encode(),
        "making": making,
        "link": link,
        "nickname": person.nickname,
        **{f"pair {number}": pair.encode() for number, (pair, _) in enumerate(pairs)},
        **{f"friend {number}": friend for number, (_, friend) in enumerate(pairs)},
    }
    before = on_disk(sqlite)
    assert [name for name, trace in traces.items() if trace not in before] == []
    await store.forget(ann)
    after = on_disk(sqlite)  # the store is still open: its log lies beside the file
    assert [name for name, trace in traces.items() if trace in after] == []
    await store.close()


async def test_a_wrong_master_or_hash_key_is_told_at_the_start(settings: Settings, ann: PersonRef) -> None:
    store = await open_store(settings)
    await use(store, ann)
    await store.close()
    right = settings.load_keys(create=False)
    for name in ("hash", "master"):
        wrong = replace(right, **{f"{name}_key": os.urandom(32)})
        with pytest.raises(errors.WrongKey, match=f"The {name} key") as caught:
            await open_store(replace(settings, keys=wrong))
        assert caught.value.code == "wrong_key"
    again = await open_store(replace(settings, keys=right))
    assert (await again.held(ann)).faces
    await again.close()


async def test_lost_secrets_are_told_and_not_replaced(settings: Settings) -> None:
    await (await open_store(settings)).close()
    (settings.home / "secrets.json").unlink()
    with pytest.raises(errors.BadSecrets, match="cannot be read"):
        await open_store(settings)
    assert not (settings.home / "secrets.json").exists()


async def test_a_row_that_was_changed_or_moved_does_not_open(
    sqlite: Settings, ann: PersonRef, bob: PersonRef
) -> None:
    assert sqlite.sqlite_path is not None
    store = await open_store(sqlite)
    mine = await use(store, ann)
    theirs = await use(store, bob)
    with sqlite3.connect(sqlite.sqlite_path) as connection:
        connection.execute(
            "UPDATE faces SET sealed = (SELECT sealed FROM faces WHERE id = ?) WHERE id = ?", (mine, theirs)
        )
    connection.close()
    with pytest.raises(errors.WrongKey) as caught:
        await store.face(bob, theirs)
    assert caught.value.code == "wrong_key"
    assert await store.face(ann, mine) == LATENT
    await store.close()


def test_a_latent_opens_only_with_its_person_face_and_keys() -> None:
    keys = Keys(os.urandom(32), os.urandom(32))
    owner, face = b"owner", Label("face", uuid4(), "1")
    wrapped = crypto.new_wrapped_key(keys, owner)
    sealed = crypto.seal(keys, wrapped, owner, face, LATENT)
    assert crypto.unseal(keys, wrapped, owner, face, sealed) == LATENT
    assert sealed != crypto.seal(keys, wrapped, owner, face, LATENT)
    flipped = sealed[:-1] + bytes([sealed[-1] ^ 1])
    other = crypto.new_wrapped_key(keys, owner)
    for wrong in (
        (replace(keys, master_key=os.urandom(32)), wrapped, owner, face, sealed),
        (keys, other, owner, face, sealed),
        (keys, wrapped, b"other", face, sealed),
        (keys, wrapped, owner, replace(face, person=uuid4()), sealed),
        (keys, wrapped, owner, replace(face, id="2"), sealed),
        (keys, wrapped, owner, replace(face, kind="making"), sealed),
        (keys, wrapped, owner, face, flipped),
        (keys, wrapped, owner, face, b"\x02" + sealed[1:]),
        (keys, wrapped, owner, face, b""),
        (keys, b"", owner, face, sealed),
    ):
        with pytest.raises(errors.WrongKey):
            crypto.unseal(*wrong)


def test_hashes_need_the_key_and_keep_their_parts_apart() -> None:
    keys = Keys(bytes(32), bytes(32))
    values = [
        crypto.hashed(keys, "person", "discord", "12"),
        crypto.hashed(keys, "person", "discord1", "2"),
        crypto.hashed(keys, "chat", "discord", "12"),
        crypto.hashed(Keys(b"\1" * 32, bytes(32)), "person", "discord", "12"),
        crypto.hashed(Keys(bytes(32), b"\1" * 32), "person", "discord", "12"),
    ]
    assert len(set(values)) == 4
    assert values[0] == values[4]
    # What is in a table today must be found tomorrow. Computed by another program:
    # printf 'person\0discord\00012' | openssl dgst -sha256 -mac HMAC -macopt hexkey:00..00
    assert values[0].hex() == "43f3fa0f16d79b707df76ac6da68eddead00121a349136d2fb8a4bc7346bcfaf"


def test_the_secrets_file_is_the_only_place_of_the_keys(tmp_path: Path, sqlite: Settings) -> None:
    keys = sqlite.load_keys(create=True)
    text_of = json.loads((sqlite.home / "secrets.json").read_text())
    assert base64.b64decode(text_of["master_key"]) == keys.master_key
    assert keys.master_key not in on_disk(sqlite)
