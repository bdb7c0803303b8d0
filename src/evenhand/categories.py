"""What a post may be an instance of: the one list, for the detector's heads and for the clauses of a code."""

from __future__ import annotations

from enum import StrEnum


class Category(StrEnum):
    """A category of INTERFACES §2, in the order in which scores are printed."""

    ABUSE = "abuse"
    INSULT = "insult"
    IDENTITY_ATTACK = "identity_attack"
    THREAT = "threat"
    SEXUAL_HARASSMENT = "sexual_harassment"
    DEHUMANISATION = "dehumanisation"
    DOXXING = "doxxing"
    PILE_ON_CALL = "pile_on_call"
    PROFANITY = "profanity"
    INCIVILITY = "incivility"
