"""What can go wrong in the database, one class a cause.

StoreError
├── BadSettings          a setting that cannot work
├── BadSecrets           the secrets file or variable cannot be used
│   └── SecretsExposed   others on this machine may read the secrets file
├── WrongKey             the secrets are not the ones that this database was made with
├── NoConsent            a face was to be kept of somebody who has not agreed
├── NotMigrated          the tables are older than the program
├── TooNew               the tables are newer than the program
├── Unreachable          no connection, or no such file or directory
├── Busy                 others held the database for too long; trying again may work
├── ReadOnly             the database may not be written
├── DiskFull             no space is left
├── Damaged              the database file is broken or none of ours
├── Unwritable           an output file could not be written
└── Rejected             a value that the tables do not take

`code` is stable: replies, metrics and tests go by it. Messages hold no platform id, password or key.
"""

from typing import ClassVar


class StoreError(Exception):
    """The root; `str(error)` is one plain sentence that says what to do."""

    code: ClassVar[str] = "store"


class BadSettings(StoreError):
    code = "bad_settings"


class BadSecrets(StoreError):
    code = "bad_secrets"


class SecretsExposed(BadSecrets):
    code = "secrets_exposed"


class WrongKey(StoreError):
    code = "wrong_key"


class NoConsent(StoreError):
    code = "no_consent"


class NotMigrated(StoreError):
    code = "not_migrated"


class TooNew(StoreError):
    code = "database_too_new"


class Unreachable(StoreError):
    code = "database_unreachable"


class Busy(StoreError):
    code = "database_busy"


class ReadOnly(StoreError):
    code = "database_read_only"


class DiskFull(StoreError):
    code = "disk_full"


class Damaged(StoreError):
    code = "database_damaged"


class Unwritable(StoreError):
    code = "unwritable"


class Rejected(StoreError):
    code = "rejected"
