"""Hashes of ids and sealed latents.

Ids are stored as HMAC-SHA256 under the hash key, so that a table cannot be matched against a list of ids.
Each person has a random 256-bit data key, stored only wrapped (AES-256-GCM, the master key); latents, names and how
pictures were made are sealed with it, so that without the wrapped key none of it can be read again. Where a
conversation stands, and which types and genders were walked through, is not sealed: it hangs on a hash alone. What
a community sets is nobody's own, and is sealed with the master key itself.
Envelopes are `version (1) | nonce (12) | ciphertext and tag`.
"""

import hmac
import os
from dataclasses import dataclass, field
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from db.errors import WrongKey

KEY_BYTES = 32
_VERSION = b"\x01"
_NONCE_BYTES = 12


@dataclass(frozen=True)
class Keys:
    """The two secrets of an installation, 32 bytes each."""

    hash_key: bytes = field(repr=False)
    master_key: bytes = field(repr=False)


def hashed(keys: Keys, kind: str, platform: str, value: str) -> bytes:
    """The 32 bytes that stand for an id in the tables; `kind` keeps people, chats, updates and so on apart."""
    # Zero bytes between the parts keep ("a", "bc") and ("ab", "c") apart.
    message = b"\0".join(part.encode("utf-8", "surrogatepass") for part in (kind, platform, value))
    return hmac.digest(keys.hash_key, message, "sha256")


def new_wrapped_key(keys: Keys, owner: bytes) -> bytes:
    """A fresh data key, wrapped by the master key and bound to its owner's hash."""
    return _encrypt(keys.master_key, AESGCM.generate_key(bit_length=KEY_BYTES * 8), b"key\0" + owner)


@dataclass(frozen=True, slots=True)
class Label:
    """What a sealed value is, and whose: it opens under the same label only."""

    kind: str
    person: UUID
    id: str

    def __bytes__(self) -> bytes:
        return self.kind.encode() + b"\0" + self.person.bytes + self.id.encode()


def seal(keys: Keys, wrapped: bytes, owner: bytes, label: Label, value: bytes) -> bytes:
    """Encrypt a value for its owner; it opens only under that label.

    Raises:
        WrongKey: the master key is not the one that wrapped the person's key.
    """
    return _encrypt(_unwrap(keys, wrapped, owner), value, bytes(label))


def unseal(keys: Keys, wrapped: bytes, owner: bytes, label: Label, sealed: bytes) -> bytes:
    """The value that `seal` was given.

    Raises:
        WrongKey: another key, person or label, or changed bytes.
    """
    return _decrypt(_unwrap(keys, wrapped, owner), sealed, bytes(label))


def seal_house(keys: Keys, community: UUID, value: bytes) -> bytes:
    """Encrypt what a community's admins set."""
    return _encrypt(keys.master_key, value, b"community\0" + community.bytes)


def unseal_house(keys: Keys, community: UUID, sealed: bytes) -> bytes:
    """The value that `seal_house` was given.

    Raises:
        WrongKey: another key or community, or changed bytes.
    """
    return _decrypt(keys.master_key, sealed, b"community\0" + community.bytes)


def check_value(keys: Keys) -> bytes:
    """Bytes by which a later start recognises the very same two keys, and which tell nothing about them."""
    return b"".join(
        hmac.digest(key, b"typeface key check", "sha256") for key in (keys.hash_key, keys.master_key)
    )


def check(keys: Keys, value: bytes) -> None:
    """Compare the keys with a `check_value`.

    Raises:
        WrongKey: at least one is another key; the message says which.
    """
    ours = check_value(keys)
    for name, half in (("hash", slice(0, 32)), ("master", slice(32, 64))):
        if not hmac.compare_digest(ours[half], value[half]):
            raise WrongKey(
                f"The {name} key is not the one that this database was made with. Restore the secrets file "
                "from its backup, or start with a fresh database."
            )


def _unwrap(keys: Keys, wrapped: bytes, owner: bytes) -> bytes:
    return _decrypt(keys.master_key, wrapped, b"key\0" + owner)


def _encrypt(key: bytes, plain: bytes, label: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, plain, _VERSION + label)


def _decrypt(key: bytes, envelope: bytes, label: bytes) -> bytes:
    nonce, sealed = envelope[1 : 1 + _NONCE_BYTES], envelope[1 + _NONCE_BYTES :]
    try:
        if envelope[:1] != _VERSION or len(sealed) < 16:
            raise InvalidTag
        return AESGCM(key).decrypt(nonce, sealed, _VERSION + label)
    except InvalidTag:
        raise WrongKey(
            "A sealed value cannot be opened: the master key is another one, or it was changed."
        ) from None
