"""What the generator meant a post to be: ground truth for tests and evaluation, never shown to the product."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """The kind of a generated post."""

    ORDINARY = "ordinary"
    ORDINARY_GRIM = "ordinary_grim"
    ORDINARY_LONG = "ordinary_long"
    CRITICISM = "criticism"
    PRAISE = "praise"
    SUPPORT = "support"
    ABUSE = "abuse"
    OBFUSCATED_ABUSE = "obfuscated_abuse"
    THREAT = "threat"
    IDENTITY_ATTACK = "identity_attack"
    PILE_ON_CALL = "pile_on_call"
    DOXXING = "doxxing"
    QUOTED_ABUSE = "quoted_abuse"
    OWN_EXPERIENCE = "own_experience"
    EX_MEMBER = "ex_member"
    COPIED_ABUSE = "copied_abuse"
    COPIED_PRAISE = "copied_praise"
    OTHER_LANGUAGE = "other_language"
    IMAGE_ONLY = "image_only"
    SHARE = "share"
    COMMENTED_SHARE = "commented_share"
    LIKE = "like"
    WITHHELD = "withheld"
    NEVER_HELD = "never_held"


class Wave(StrEnum):
    """The burst a post belongs to; NONE for the ordinary stream."""

    NONE = "none"
    PILE_ON = "pile_on"
    PRAISE = "praise"


# What a screener ought to find; everything else ought to pass.
HARMFUL = frozenset(
    {
        Kind.ABUSE,
        Kind.OBFUSCATED_ABUSE,
        Kind.THREAT,
        Kind.IDENTITY_ATTACK,
        Kind.PILE_ON_CALL,
        Kind.DOXXING,
        Kind.COPIED_ABUSE,
    }
)
