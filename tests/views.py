"""Every address of the site, and what each member of the standing cast gets there: the table is the test.

A new address needs a row here (a test fails without one), and so says in public who may see it. Statuses are
of a GET; a redirect counts as itself. `nobody` is not signed in.
"""

from __future__ import annotations

from dataclasses import dataclass, field

EVERYBODY = (
    "nobody", "protected", "delegate", "complainant", "respondent", "chair", "officer", "officer_2", "panel_1",
    "reviewer", "auditor", "case_keeper", "sysadmin", "outsider",
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
SIGNING = ("officer", "officer_2", "case_keeper")
ROWS: tuple[Row, ...] = (
    Row("home", all_get(200)),
    Row("own_posts", all_get(200)),
    Row("ledger", all_get(200)),
    Row("ledger_checkpoint", all_get(200)),
    Row("ledger_policy", all_get(200)),
    Row("ledger_keyring", all_get(200)),
    Row("live_sources", all_get(200)),
    Row("share_manifest", all_get(200)),
    Row("share", all_get(404, nobody=302)),
    Row("share_forwarding", all_get(404, nobody=302)),
    Row("share_keep", all_get(404, nobody=302), method="post"),
    Row("handed_in", only("officer", "officer_2")),
    Row("handed_in_one", only("officer", "officer_2", status=404), {"arrival": UNKNOWN}),
    Row("handed_in_picture", only("officer", "officer_2", status=404), {"arrival": UNKNOWN, "place": 1}),
    Row("imports", only("officer", "officer_2")),
    Row("import_begin", only("officer", "officer_2", status=422), method="post"),
    Row("imports_alike", only("officer", "officer_2")),
    Row("imports_kept", only("officer", "officer_2")),
    Row("import_one", only("officer", "officer_2", status=404), {"upload": UNKNOWN}),
    Row("import_piece", only("officer", "officer_2", status=405), {"upload": UNKNOWN}),
    Row("import_start", only("officer", "officer_2", status=404), {"upload": UNKNOWN}, method="post"),
    Row("live_hook", all_get(405), {"name": "any"}),
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
    Row("desk_leads", only("officer", "officer_2")),
    Row("desk_not_abuse", only("officer", "officer_2", status=404), {"lead": UNKNOWN}),
    Row("desk_undo", only("officer", "officer_2", status=404), {"lead": UNKNOWN}, method="post"),
    Row("desk_sample", only("officer", "officer_2")),
    Row("desk_labels", only("officer", "officer_2")),
    Row("desk_missed", only("officer", "officer_2")),
    Row("desk_refits", only(*SIGNING)),
    Row("desk_refit_propose", only(*SIGNING, status=404), {"package": "local-0123456789ab"}, method="post"),
    Row("desk_refit_approve", only(*SIGNING, status=404), {"refit": UNKNOWN}, method="post"),
    Row("desk_refit_end", only(*SIGNING, status=404), {"refit": UNKNOWN}, method="post"),
    # publish
    Row("code", all_get(200)),
    Row("code_version", all_get(404), {"version": "no-such-version"}),
    Row("code_text", all_get(404), {"version": "no-such-version"}),
    Row("procedure", all_get(200)),
    Row("procedure_text", all_get(404)),
    # rules
    Row("rules", only(*SIGNING)),
    Row("rules_proposal", only(*SIGNING, status=404), {"proposal": UNKNOWN}),
    Row("rules_sign", only(*SIGNING, status=404), {"proposal": UNKNOWN}, method="post"),
    Row("rules_withdraw", only(*SIGNING, status=404), {"proposal": UNKNOWN}, method="post"),
    # register
    Row("register", only("officer", "officer_2")),
    Row("register_check", only("officer", "officer_2", status=422), method="post"),
    Row("register_load", only("officer", "officer_2", status=422), method="post"),
    # notices
    Row("check_a_letter", all_get(200)),
    # answer: without an open side every address leads to the code, whoever asks
    Row("answer", all_get(200)),
    Row("answer_close", all_get(302), method="post"),
    Row("answer_letter", all_get(302), {"letter": UNKNOWN}),
    Row("answer_letter_pdf", all_get(302), {"letter": UNKNOWN}),
    Row("answer_readers", all_get(302)),
    Row("answer_proof", all_get(302)),
    Row("answer_bundle", all_get(302)),
    Row("answer_bundle_save", all_get(302)),
    Row("answer_message", all_get(302), method="post"),
    Row("answer_file", all_get(302), method="post"),
    Row("answer_file_part", all_get(302), method="post"),
    Row("answer_link", all_get(302), method="post"),
    Row("answer_ring", all_get(302)),
    Row("answer_more_time", all_get(302), method="post"),
    Row("answer_language", all_get(302), method="post"),
    Row("answer_no_call", all_get(302), method="post"),
    Row("answer_companion", all_get(302)),
    Row("answer_challenge", all_get(302)),
    Row("answer_reply", all_get(302)),
    Row("answer_check", all_get(302)),
    Row("answer_point", all_get(302), {"place": "1"}),
    # office
    Row("desk", only("officer", "officer_2", "panel_1", "reviewer")),
    Row("desk_acknowledge", only("officer", "officer_2")),
    Row("desk_unit", only("officer", "officer_2")),
    Row("away", only("officer", "officer_2")),
    Row("desk_waves", only("officer", "officer_2")),
    Row("desk_wave", only("officer", "officer_2", status=404), {"wave": UNKNOWN}),
    Row("contact", only("chair", "officer", "officer_2", "panel_1", "reviewer", "auditor", "case_keeper")),
    Row("my", only(otherwise=404)),
    Row("my_data", all_get(200, nobody=302)),
    Row("my_letter", only(otherwise=404), {"letter": UNKNOWN}),
    Row("audit", only("auditor")),
    Row("keeper", only("case_keeper")),
    Row("welfare", only()),
    Row("case_contact", only("officer", "officer_2", status=404, otherwise=404), {"case": UNKNOWN}),
    Row("case_recuse", only("officer", "officer_2", status=404, otherwise=404), {"case": UNKNOWN}),
    Row("case_dialogue", only("officer", "officer_2", status=404, otherwise=404), {"case": UNKNOWN}),
    Row("case_files", only("officer", "officer_2", status=404, otherwise=404), {"case": UNKNOWN}),
    Row("case_bundle", only("officer", "officer_2", status=404, otherwise=404), {"case": UNKNOWN}),
    # figures in public, and to the auditor
    Row("statistics", all_get(200)),
    Row("statistics_csv", all_get(404)),
    Row("statistics_json", all_get(404)),
    Row("audit_figures", only("auditor")),
    # the language of the frame
    Row("set_language", all_get(302), method="post"),
    # the quick way out of the door for reports
    Row("leave", all_get(302)),
)

# Pages of a case: for whoever holds no seat there is no such case, whoever they are.
_NO_SUCH_CASE = all_get(404, nobody=302)
_STEPS = (
    "acknowledge", "allege", "answer_taken", "ask", "blind", "challenge", "challenge_record", "conflict", "cover",
    "delay", "dismiss", "evidence", "facts", "find", "formal", "hearing", "investigate", "items", "join", "language",
    "look_up", "membership", "new_code", "out_of_scope", "papers", "post_letters", "prospect", "prospect_blind",
    "protection", "reasons", "reply_by_letter", "review", "risk", "route", "search", "take_back", "triage", "vote",
    "what_follows",
)  # fmt: skip
_SIDE_CLOSED = all_get(302)  # to the page that asks for the code
ROWS += (
    *(Row(f"case_{step}", _NO_SUCH_CASE, {"case": UNKNOWN}) for step in _STEPS),
    Row("case", _NO_SUCH_CASE, {"case": UNKNOWN}),
    Row("case_letter", _NO_SUCH_CASE, {"case": UNKNOWN, "letter": UNKNOWN}),
    Row("cases", only("officer", "officer_2", "panel_1", "reviewer")),
    Row("approvals", only("officer", "officer_2")),
    Row("erasures", only("case_keeper")),
    Row("holds", only("case_keeper")),
    Row("report_take_down", only("officer", "officer_2")),
    Row("report", all_get(200)),
    Row("report_danger", all_get(200)),
    Row("follow", all_get(200)),
    *(
        Row(f"follow_{page}", _SIDE_CLOSED)
        for page in ("bundle", "bundle_save", "challenge", "companion", "proof", "readers", "ring", "withdraw")
    ),
    *(
        Row(f"follow_{act}", _SIDE_CLOSED, method="post")
        for act in (
            "close",
            "file",
            "file_part",
            "identity",
            "keep",
            "language",
            "link",
            "message",
            "more_time",
            "no_call",
        )
    ),
    Row("follow_letter", _SIDE_CLOSED, {"letter": UNKNOWN}),
    Row("follow_letter_pdf", _SIDE_CLOSED, {"letter": UNKNOWN}),
)
