"""A community's settings, log and numbers: written and read through the store."""

from __future__ import annotations

from bot.core.effects import Failed, Outcome
from bot.core.features.admin import (
    BLOCKS_PAGE,
    BlockPerson,
    BlocksRead,
    Change,
    Changed,
    QuotaReset,
    ReadBlocks,
    ResetQuota,
    RoleTagged,
    TagRole,
    Unblock,
)
from bot.core.hand import Hand
from bot.core.ports import Store
from bot.core.run import Run
from db.errors import Rejected
from db.records import PersonRef


def hand(store: Store) -> Hand:
    async def change(run: Run, effect: Change) -> Outcome:
        try:
            async with run.writing():
                settings = await store.change_community(run.ref, community(run), effect.key, effect.value)
        except Rejected:
            return Failed(effect, "setting_refused")
        return Changed(settings, effect.page)

    async def tag(run: Run, effect: TagRole) -> Outcome:
        return RoleTagged(store.tag(run.ref.platform, "role", effect.role))

    async def blocks(run: Run, effect: ReadBlocks) -> Outcome:
        """That page, or the last one."""
        first = effect.page * BLOCKS_PAGE
        found, total = await store.blocks(run.ref.platform, community(run), first, BLOCKS_PAGE)
        if total and not found:
            return await blocks(run, ReadBlocks((total - 1) // BLOCKS_PAGE))
        return BlocksRead(found, effect.page, total)

    async def block(run: Run, effect: BlockPerson) -> Outcome:
        if effect.person == run.ref.id:
            return Failed(effect, "block_self")
        async with run.writing():
            await store.block(run.ref, community(run), PersonRef(run.ref.platform, effect.person))
        return await blocks(run, ReadBlocks())

    async def reset(run: Run, effect: ResetQuota) -> Outcome:
        whom = PersonRef(run.ref.platform, effect.person)
        async with run.writing():
            return QuotaReset(await store.reset_quota(run.ref, community(run), whom))

    async def unblock(run: Run, effect: Unblock) -> Outcome:
        async with run.writing():
            await store.unblock(run.ref, community(run), effect.tag)
        return await blocks(run, ReadBlocks())

    return Hand(
        asks={
            Change: change,
            TagRole: tag,
            ReadBlocks: blocks,
            BlockPerson: block,
            ResetQuota: reset,
            Unblock: unblock,
        }
    )


def community(run: Run) -> str:
    community = run.event.origin.community
    assert community is not None, "the gate lets nobody else in"
    return community
