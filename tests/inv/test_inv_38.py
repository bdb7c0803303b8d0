"""INV-38: a bundle is checked offline by one command; closed fields leave it whole, one byte changed fails."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from tests.bundle.bundle_room import both, in_process, loaded, packaged
from tests.databases import Desk
from tests.web.cases.cases_room import received

from evenhand.bundle.redaction import parse_redaction
from evenhand.web.cases.bundle import export_bundle
from evenhand.web.cases.models import Case
from evenhand.web.record.ids import SYSTEM

pytestmark = pytest.mark.slow


def test_any_fields_may_stay_closed_and_no_byte_may_change(desk: Desk, tmp_path: Path) -> None:
    case = Case.objects.get(pk=received(desk.ctx).cases[0])
    whole = export_bundle(case=case, to=tmp_path / "whole", actor=SYSTEM, ctx=desk.ctx)
    lines = [json.loads(line) for line in (whole.path / "data/items.jsonl").read_text().splitlines()]
    fields = [f"{line['index']}:{field}" for line in lines for field in line["opened"]]
    chance, verifier = random.Random(38), loaded()
    for number in range(8):
        closed = chance.sample(fields, chance.randint(1, len(fields)))
        rules = [parse_redaction(text) for text in closed]
        done = export_bundle(case=case, to=tmp_path / str(number), actor=SYSTEM, ctx=desk.ctx, redact=rules)
        assert done.withheld == len(closed)
        assert both(done.path).verdict == "verified"
        for path in chance.sample([path for path in done.path.rglob("*") if path.is_file()], 4):
            data = bytearray(path.read_bytes())
            place = chance.randrange(len(data))
            path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
            assert {in_process(verifier, done.path).verdict, packaged(done.path).verdict} == {"failed"}
            path.write_bytes(data)
