"""What the pages of rules show whoever signs them: what waits for a second signature, and what is published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from evenhand.web.people.permissions import CARRIED_BY, Permission
from evenhand.web.people.queries import roles_at
from evenhand.web.people.roles import ROLES
from evenhand.web.rules.actions import Kind
from evenhand.web.rules.models import Proposal
from evenhand.web.rules.queries import code_versions, open_proposals, procedures


@dataclass(frozen=True, slots=True)
class ProposalCard:
    """One proposal: by role, never by name. `own`: the reader signed it first, so somebody else has to go on."""

    id: str
    kind: str
    text: str
    proposed_by: str
    proposed_at: datetime
    own: bool


@dataclass(frozen=True, slots=True)
class RulesPage:
    """What waits, and what is published as (what, first day in ISO form)."""

    waiting: tuple[ProposalCard, ...]
    published: tuple[tuple[str, str], ...]


def rules_page(reader: str) -> RulesPage:
    """Return the page for whoever reads it. A few queries."""
    codes = [(f"{each.title}, {each.version}", each.since.isoformat()) for each in code_versions()]
    ours = [(f"{_('Procedure')} {each.name}, {each.version}", each.since.isoformat()) for each in procedures()]
    return RulesPage(tuple(card(each, reader) for each in open_proposals()), (*codes, *ours))


def card(proposal: Proposal, reader: str) -> ProposalCard:
    """Return one proposal as a page shows it."""
    words = {Kind.CODE: _("Rules of conduct"), Kind.PROCEDURE: _("The procedure")}
    signing = roles_at(proposal.proposed_by, proposal.proposed_at) & CARRIED_BY[Permission.PUBLISH_RULES]
    return ProposalCard(
        id=proposal.id,
        kind=words[Kind(proposal.kind)],
        text=proposal.text,
        proposed_by=", ".join(str(ROLES[role].name) for role in sorted(signing)),
        proposed_at=proposal.proposed_at,
        own=proposal.proposed_by == reader,
    )
