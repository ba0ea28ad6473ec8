"""Kept latents, each sealed with its owner's key."""

from datetime import timedelta
from secrets import token_urlsafe

from db import errors, records
from db.areas.base import Area
from db.records import PersonRef
from db.repositories import consents, faces


class Faces(Area):
    """Each method is one transaction."""

    async def keep_face(self, person: PersonRef, latent: bytes, *, kind: str, pack: str, seconds: int) -> str:
        """Seal and keep a latent.

        Args:
            person: whose face it is; must have agreed, so that work which ends after `/forget` keeps nothing.
            latent: any bytes.
            kind: what it is to the bot, such as `selfie`.
            pack: name of the pack that the latent belongs to.
            seconds: how long it is kept, at least 1.

        Returns:
            The face's id: 12 urlsafe characters.

        Raises:
            NoConsent: the person has not agreed, or has forgotten themselves meanwhile.
            WrongKey: the master key has changed.
        """
        assert seconds >= 1, "a face that is never there"
        now = self._now()
        face = records.HeldFace(token_urlsafe(9), kind, pack, now, now + timedelta(seconds=seconds))
        async with self._database.writing() as session:
            known = await self._find(session, person, lock=True)
            if known is None or not await consents.stands(session, known.id):
                raise errors.NoConsent("No face is kept of a person who has not agreed.")
            await faces.add(session, known.id, face, self._seal(known, "face", face.id, latent))
        return face.id

    async def face(self, person: PersonRef, face_id: str, pack: str | None = None) -> bytes | None:
        """The latent; None when it is gone, expired, somebody else's, or with `pack` of another pack.

        Raises:
            WrongKey: the master key has changed.
        """
        async with self._database.reading() as session:
            known = await self._find(session, person)
            return await self._latent(session, known, face_id, pack) if known else None
