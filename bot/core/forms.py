"""What a button can ask to have written: the name of each form, and how many characters it takes at most.

Their texts are `modal-NAME-title` and `modal-NAME`. What is written arrives as `Press.text`.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.features.admin import MAX_NOTICE

FORMS: Mapping[str, int] = {"notice": MAX_NOTICE}
