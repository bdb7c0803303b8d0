"""The 57 independence invariants as a table: what each says, what holds it, and which test shows it (PROCEDURE §8).

`by`: D a database constraint or trigger, K keys, A the application, C a continuous or CI statistic. `test` is the
path of the test, or None while it is not built; then `evenhand invariants run` prints "not yet".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from evenhand.procedure.invariant_texts import STATEMENTS

By = Literal["D", "K", "A", "C"]


@dataclass(frozen=True, slots=True)
class Invariant:
    """One row. `leaves`: the leaf types of the acts it writes or restricts, where it does."""

    id: str
    statement: str
    by: By
    test: str | None
    leaves: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        """The number in its id."""
        return int(self.id.removeprefix("INV-"))


_D: Final = frozenset({2, 4, 5, 6, 7, 11, 12, 13, 14, 18, 19, 20, 23, 24, 25, 26, 27, 29, 30, 31, 36, 39, 41})
_D_MORE: Final = frozenset({44, 45, 46, 49, 51})
_K: Final = frozenset({8, 21, 54, 56})
_C: Final = frozenset({17, 22, 28, 32, 33, 34, 35, 53})

_AGAINST_THE_DATABASE: Final = (
    *(2, 4, 5, 6, 7, 11, 12, 13, 14, 18, 19, 20, 21, 23, 24, 25, 26, 27, 29, 30, 31, 41, 44, 45, 46, 47, 49, 51),
)
TESTS: Final[Mapping[int, str]] = MappingProxyType(
    {
        **{number: f"tests/inv/test_inv_{number:02}.py" for number in _AGAINST_THE_DATABASE},
        1: "tests/web/proofs/test_cast_by_address.py::test_a_restricted_office_opens_no_room_but_the_contact_note",
        3: "tests/procedure/test_draw.py::test_inv_03_nobody_excluded_is_ever_seated",
        8: "tests/web/record/test_keys.py",
        9: "tests/web/record/test_sealed.py",
        10: "tests/inv/test_inv_10.py",
        17: "tests/procedure/test_draw.py::test_inv_17_draws_are_uniform_overall_and_per_stratum",
        36: "tests/web/record/test_verify.py",
        37: "tests/web/record/test_verify.py",
        34: "tests/web/cases/test_checking.py",
        38: "tests/inv/test_inv_38.py",
        39: "tests/web/cases/test_erasing_cases.py::test_a_closed_case_goes_and_every_other_proof_and_figure_stays",
        22: "tests/inv/test_inv_22.py",
        28: "tests/inv/test_inv_28.py",
        42: "tests/inv/test_inv_42.py",
        57: "tests/inv/test_inv_57.py",
        48: "tests/web/proofs/test_one_answer.py::test_every_reason_and_every_membership_reads_the_same_to_the_sender",
        50: "tests/web/cases/test_fair_queue.py",
        54: "tests/web/proofs/test_canaries.py",
        55: "tests/web/proofs/test_cast_by_address.py::test_a_side_opens_one_side_of_one_case_and_nothing_else",
    }
)
"""The invariants that are shown by a test of their own. Whoever builds another one adds its line here."""

_LEAVES: Final[Mapping[int, tuple[str, ...]]] = MappingProxyType(
    {
        2: ("case.panel_assigned",),
        4: ("case.recused",),
        5: ("owner.changed",),
        8: ("breakglass.used",),
        9: ("record.read", "evidence.accessed"),
        10: ("role.changed",),
        11: ("contact.flagged", "contact.filed"),
        12: ("contact.filed",),
        16: ("message.sent",),
        18: ("pool.frozen", "draw.nonce_committed", "draw.committed", "draw.made"),
        19: ("seat.changed", "seat.declared"),
        20: ("blind.recorded", "open.recorded"),
        25: ("procedure.adopted", "code.adopted"),
        26: ("clock.recorded", "owner.changed"),
        29: ("case.allegations_set",),
        30: ("disclosure.recorded",),
        33: ("shadow.recorded",),
        34: ("sample.drawn",),
        40: ("clock.recorded",),
        41: ("training.recorded",),
        44: ("seat.declared", "vote.recorded"),
        45: ("notice.served",),
        46: ("disclosure.recorded",),
        49: ("evidence.assessed",),
        51: ("pool.appointed", "pool.frozen"),
    }
)


def _by(number: int) -> By:
    if number in _D or number in _D_MORE:
        return "D"
    if number in _K:
        return "K"
    return "C" if number in _C else "A"


INVARIANTS: Final = tuple(
    Invariant(f"INV-{number:02}", statement, _by(number), TESTS.get(number), _LEAVES.get(number, ()))
    for number, statement in enumerate(STATEMENTS, 1)
)
"""All 57, in order."""
