"""Every address of the site, and what each member of the standing cast gets there: the table is the test.

A new address needs a row here (a test fails without one), and so says in public who may see it. Statuses are
of a GET; a redirect counts as itself. `nobody` is not signed in.
"""

from __future__ import annotations

from dataclasses import dataclass, field

EVERYBODY = (
    "nobody", "protected", "delegate", "complainant", "respondent", "chair", "officer", "auditor",
    "case_keeper", "sysadmin", "outsider",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One address: its name, what it needs in the address, and the status for each member."""

    name: str
    statuses: dict[str, int]
    arguments: dict[str, str] = field(default_factory=dict)
    method: str = "get"


def all_get(status: int, **others: int) -> dict[str, int]:
    """Return the same status for everybody, but for those named."""
    return {member: others.get(member, status) for member in EVERYBODY}


def only(*members: str, status: int = 200, otherwise: int = 403) -> dict[str, int]:
    """Return a status for those named, `otherwise` for everybody else, and the sign-in page for nobody."""
    return {m: 302 if m == "nobody" else status if m in members else otherwise for m in EVERYBODY}


UNKNOWN = "f" * 32

# The sign-in pages send whoever is signed in already to their first room, and ask for the password or the
# code again before anything that changes how an account is protected.
WITHOUT_SECOND_STEP = {"complainant": 200, "respondent": 200, "outsider": 200}
ROWS: tuple[Row, ...] = (
    Row("home", all_get(200)),
    Row("ledger", all_get(200)),
    Row("ledger_checkpoint", all_get(200)),
    Row("healthz", all_get(200)),
    Row("readyz", all_get(200)),
    Row("people_account", all_get(200, nobody=302)),
    Row("account_login", all_get(302, nobody=200)),
    Row("account_logout", all_get(200, nobody=302)),
    Row("account_signup", all_get(302, nobody=200)),
    Row("account_inactive", all_get(200)),
    Row("account_reauthenticate", all_get(200, nobody=302)),
    Row("account_change_password", all_get(200, nobody=302)),
    Row("mfa_index", all_get(200, nobody=302)),
    Row("mfa_authenticate", all_get(302)),
    Row("mfa_reauthenticate", all_get(200, nobody=302, complainant=302, respondent=302, outsider=302)),
    Row("mfa_activate_totp", all_get(302, **WITHOUT_SECOND_STEP)),
    Row("mfa_deactivate_totp", all_get(200, nobody=302, complainant=404, respondent=404, outsider=404)),
    Row("mfa_view_recovery_codes", all_get(404, nobody=302)),
    Row("mfa_generate_recovery_codes", all_get(200, nobody=302)),
    Row("desk_leads", only("officer")),
    Row("desk_not_abuse", only("officer", status=404), {"lead": UNKNOWN}),
    Row("desk_undo", only("officer", status=404), {"lead": UNKNOWN}, method="post"),
)
