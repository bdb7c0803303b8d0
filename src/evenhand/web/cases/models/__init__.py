"""The tables of cases, all projections of the record; one module per matter."""

from __future__ import annotations

from evenhand.web.cases.models.case import Case, Clock, Edge, Event, Identity, Lookup, LookupAsk, Message
from evenhand.web.cases.models.decision import Decision, Finding, Hearing, Outcome, Reply, Review, Vote
from evenhand.web.cases.models.evidence import (
    Allegation,
    AllegationItem,
    BlindRecord,
    GateAnswer,
    ItemAssessment,
    OpenRecord,
    Reading,
    Search,
)
from evenhand.web.cases.models.reports import Exclusion, Item, Party, Submission, SubmissionItem, Upload
from evenhand.web.cases.models.seats import (
    Contact,
    ContactFlag,
    Declaration,
    Draw,
    FrozenPool,
    Link,
    Nonce,
    PersonSet,
    Pool,
    PoolMember,
    Seat,
)

__all__ = [
    "Allegation", "AllegationItem", "BlindRecord", "Case", "Clock", "Contact", "ContactFlag", "Decision",
    "Declaration", "Draw", "Edge", "Event", "Exclusion", "Finding", "FrozenPool", "GateAnswer", "Hearing", "Identity",
    "Item", "ItemAssessment", "Link", "Lookup", "LookupAsk", "Message", "Nonce", "OpenRecord", "Outcome", "Party",
    "PersonSet", "Pool",
    "PoolMember",
    "Reading", "Reply", "Review", "Search", "Seat", "Submission", "SubmissionItem", "Upload", "Vote",
]  # fmt: skip
