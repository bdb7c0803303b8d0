"""The closed lists of the vault: what its rows may say."""

from __future__ import annotations

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class State(StrEnum):
    """Whether an object can be read: open, marked do not look and do not copy (R24), or erased."""

    OPEN = "open"
    RESTRICTED = "restricted"
    ERASED = "erased"


class Kind(StrEnum):
    """What a hold or an erasure is of: a case, a file of the vault, a source file of the corpus (held only).

    `person`: what is left of one person beside their cases (erased only); its target is the request.
    """

    CASE = "case"
    OBJECT = "object"
    SOURCE = "source"
    PERSON = "person"


class Reason(StrEnum):
    """Why something is held: the words of the leaf `hold.placed`."""

    APPEAL_PENDING = "appeal_pending"
    COURT_PROCEEDINGS = "court_proceedings"
    POLICE_REQUEST = "police_request"
    REGULATOR_REQUEST = "regulator_request"
    SAFETY = "safety"


class Why(StrEnum):
    """Why something is erased: the words of the leaf `evidence.erased`."""

    REQUEST = "erasure_request"
    RETENTION = "retention"
    DESTRUCTION = "lawful_destruction"


REASONS: dict[Reason, str | Promise] = {
    Reason.APPEAL_PENDING: _("an appeal is pending"),
    Reason.COURT_PROCEEDINGS: _("there are proceedings in court"),
    Reason.POLICE_REQUEST: _("the police asked for it"),
    Reason.REGULATOR_REQUEST: _("a regulator asked for it"),
    Reason.SAFETY: _("somebody's safety may depend on it"),
}
