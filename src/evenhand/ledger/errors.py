"""The ledger's refusals, and the stable reason codes of a verification.

EvenhandError
├── UsageError
│   ├── LeafRefused      the writer does not accept this draft
│   ├── AppendRefused    the store is not in a state in which anything may be appended or signed
│   │   └── SignerBusy   another process signs just now
│   └── BadPolicy        a policy file that is not of its kind
├── DoesNotHold
│   └── Contradiction    a check ran and contradicts; carries a `Reason`
│       └── Malformed    bytes that are not of their form
└── Unverifiable
    └── Missing          something needed is not there; carries a `Reason`
"""

from __future__ import annotations

from enum import StrEnum

from evenhand.errors import DoesNotHold, Unverifiable, UsageError


class Reason(StrEnum):
    """Why a part of a verification is not simply `verified`. The words are stable; tools may match them."""

    ENTRY_MISMATCH = "entry_mismatch"
    DOCUMENT_MISMATCH = "document_mismatch"
    PROJECTION_MISMATCH = "projection_mismatch"
    READS_MISMATCH = "reads_mismatch"
    PATH_MISMATCH = "path_mismatch"
    ROOT_MISMATCH = "root_mismatch"
    BAD_SIGNATURE = "bad_signature"
    UNKNOWN_LOG = "unknown_log"
    QUORUM_NOT_MET = "quorum_not_met"
    FORK_DETECTED = "fork_detected"
    ROLLBACK_DETECTED = "rollback_detected"
    AFTER_RETIREMENT = "after_retirement"
    AFTER_REVOCATION = "after_revocation"
    SUPERSEDED = "superseded"
    REVOKED_KEY_ALONE = "revoked_key_alone"
    ERASED_LAWFULLY = "erased_lawfully"
    OPENING_MISSING = "opening_missing"
    OPENING_MISMATCH = "opening_mismatch"
    CONTENT_MISMATCH = "content_mismatch"
    ITEM_ADDED = "item_added"
    ITEM_REMOVED = "item_removed"
    ITEM_REORDERED = "item_reordered"
    TRIGGERS_CHANGED = "triggers_changed"
    NO_CHECKPOINT = "no_checkpoint"
    NO_KEY = "no_key"
    NO_ED25519 = "no_ed25519"
    NOT_CHECKED = "not_checked"
    MALFORMED = "malformed"


class LeafRefused(UsageError):
    """The writer refuses a draft: unknown type, unknown field, or something that is never in a leaf."""


class AppendRefused(UsageError):
    """Nothing may be appended or signed in this state: no transaction, a torn tile, another signer."""


class SignerBusy(AppendRefused):
    """Another process holds the lock of the one that signs; nothing was signed now."""


class BadPolicy(UsageError):
    """A policy file that breaks a rule of tlog-policy."""


class Contradiction(DoesNotHold):
    """A check ran and contradicts; `reason` says which kind."""

    def __init__(self, reason: Reason, what: str, *, where: str = "", mend: str = "") -> None:
        super().__init__(what, where=where, mend=mend)
        self.reason = reason


class Malformed(Contradiction):
    """Bytes that are not of the form they must have."""

    def __init__(self, what: str, *, where: str = "") -> None:
        super().__init__(Reason.MALFORMED, what, where=where)


class Missing(Unverifiable):
    """Something a check needs is not there; `reason` says what."""

    def __init__(self, reason: Reason, what: str, *, where: str = "", mend: str = "") -> None:
        super().__init__(what, where=where, mend=mend)
        self.reason = reason
