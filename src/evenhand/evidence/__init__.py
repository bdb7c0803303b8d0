"""Evidence: is an item fit, what is its capture worth, is an allegation supported?

Three questions, kept apart: gates and fitness of an item, support of an allegation, and notes about patterns,
which inform and never reject. Beside them the canonical id of an item and the safe copy of an upload.
"""

from evenhand.codes import ActType
from evenhand.evidence.answering import ItemFacts, Seen, Stance, answer_gates, last_day_in_time
from evenhand.evidence.fitness import ESSENTIAL, Fitness, assess_item, gate_table, to_ask
from evenhand.evidence.gates import (
    CODES,
    Answer,
    AuthorLink,
    Gate,
    GateCode,
    GateResult,
    Jurisdiction,
    act_grade,
    cure_of,
    gate_question,
    membership_gate,
    pass_needs,
)
from evenhand.evidence.grades import (
    Capture,
    Container,
    Grade,
    Provenance,
    ProvenanceClass,
    Route,
    grade_of_capture,
    grade_of_item,
    grave_outcome_allowed,
    independent,
    provenance,
    wording,
)
from evenhand.evidence.item_id import CanonicalItem, ItemKind, canonical_item
from evenhand.evidence.support import ItemEvidence, Support, allegation_supported

__all__ = [
    "CODES",
    "ESSENTIAL",
    "ActType",
    "Answer",
    "AuthorLink",
    "CanonicalItem",
    "Capture",
    "Container",
    "Fitness",
    "Gate",
    "GateCode",
    "GateResult",
    "Grade",
    "ItemEvidence",
    "ItemFacts",
    "ItemKind",
    "Jurisdiction",
    "Provenance",
    "ProvenanceClass",
    "Route",
    "Seen",
    "Stance",
    "Support",
    "act_grade",
    "allegation_supported",
    "answer_gates",
    "assess_item",
    "canonical_item",
    "cure_of",
    "gate_question",
    "gate_table",
    "grade_of_capture",
    "grade_of_item",
    "grave_outcome_allowed",
    "independent",
    "last_day_in_time",
    "membership_gate",
    "pass_needs",
    "provenance",
    "to_ask",
    "wording",
]
