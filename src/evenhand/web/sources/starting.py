"""Handing an upload to the worker, once: with what a person said of it."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from evenhand.context import Context
from evenhand.web.record.outbox import enqueue
from evenhand.web.sources.bringing import BRING_IN, TRIES
from evenhand.web.sources.waiting import Waiting


def start(waiting: Waiting, answers: dict[str, Any], *, ctx: Context) -> None:
    """Have an upload read with these answers beside those given before; nothing if it is being read or was."""
    if waiting.read("state").get("step") in {"waiting", "running", "done"}:
        return
    said = {name: value for name, value in answers.items() if name != "file" and value}
    waiting.write("answers", waiting.read("answers") | said | {TRIES: 0}, ctx=ctx)
    waiting.write("state", {"step": "waiting"}, ctx=ctx)
    with transaction.atomic():
        enqueue(BRING_IN, {"upload": waiting.id})
