"""The closed vocabularies of this app: how a letter travels, and why it is not served yet."""

from __future__ import annotations

from enum import StrEnum


class By(StrEnum):
    """How word of a letter reaches a party: they look themselves, by e-mail, or on paper."""

    PAGE = "page"
    MAIL = "mail"
    POST = "post"


class Unserved(StrEnum):
    """Why somebody has to do something so that a letter arrives."""

    NO_ADDRESS = "no_address"
    TO_POST = "to_post"
    NOT_ACCEPTED = "not_accepted"
    BOUNCED = "bounced"
