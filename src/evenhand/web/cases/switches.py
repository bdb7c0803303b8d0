"""Switches of the environment that let something out are put on record when they change (EVIDENCE §9)."""

from __future__ import annotations

import json
import os
from hashlib import sha256
from typing import Final

from django.utils.translation import gettext_lazy as _

from evenhand.context import Context
from evenhand.ledger.files import write_durably
from evenhand.web.cases.steps.capturing import PROGRAM, capture_program
from evenhand.web.cases.steps.worth import RESOLVER, mail_resolver
from evenhand.web.home import Home
from evenhand.web.live.presenters import register_asked
from evenhand.web.record.ids import ORGANISATION, SYSTEM
from evenhand.web.record.keys import is_running
from evenhand.web.record.unit import recording

_SWITCHES: Final = {"capture": PROGRAM, "mail_resolver": RESOLVER}


def say_in_public() -> None:
    """Have the public page of what comes in and goes out say which of these are on."""
    captured = _("A program of ours opens an address that was given as evidence, when whoever handles the case asks")
    register_asked(captured, capture_program, named=False)
    register_asked(_("A resolver is asked for the keys of mail signatures"), mail_resolver, named=True)


def record_switches(ctx: Context) -> int:
    """Record each switch that is not as it was recorded last and return how many. Due work, idempotent.

    What was recorded last stands in a file of the home; without it everything that is on is recorded once more.
    """
    home = Home.here()
    path = home.root / "switches.json"
    try:
        last = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        last = {}
    now = {name: os.environ.get(variable, "").strip() for name, variable in _SWITCHES.items()}
    changed = {name: value for name, value in now.items() if value != last.get(name, "")}
    if not changed or not is_running(home):
        return 0
    with recording(actor=SYSTEM, ctx=ctx, purpose="record a setting") as r:
        for name, value in changed.items():
            r.add(
                type="policy.changed", obj=ctx.new_id(), key=ORGANISATION,
                body={"setting": name, "change": "on" if value else "off", "value": value},
                pub={"policy": sha256(f"{name}={value}".encode()).digest()},
            )  # fmt: skip
    write_durably(path, json.dumps(now).encode())
    return len(changed)
