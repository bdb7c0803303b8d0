"""The bundle on its page: asked for by whoever holds both keys, made by the worker, fetched, listed with its reader."""

from __future__ import annotations

import errno
import io
import json
import os
import secrets
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.http import StreamingHttpResponse
from tests.cast import text_of
from tests.kill import killed_at_call
from tests.web.cases.story_room import Story, from_triage

from evenhand.age import decrypt_file
from evenhand.context import Context
from evenhand.procedure.roles import CaseRole
from evenhand.vault.straight import StraightFile
from evenhand.web.cases import bundle_exports
from evenhand.web.cases.bundle import keys_of
from evenhand.web.cases.bundle_exports import (
    KEPT,
    exports_of,
    fetch,
    forget_exports,
    kept_file,
    make_asked,
    refused_of,
    sweep_exports,
)
from evenhand.web.cases.steps.dialogue import reply
from evenhand.web.record.ids import ActorId
from evenhand.web.record.keys import KeyRefused
from evenhand.web.record.models import ReadRow
from evenhand.web.record.outbox import queued, run_pending
from evenhand.web.record.queries import log_size
from evenhand.web.record.reads import close_read_windows
from evenhand.web.record.verify import verify

pyrage = pytest.importorskip("pyrage", reason="age encryption needs pyrage: the extra [desk]")
pytestmark = pytest.mark.slow
GIVEN = {"how": "full", "to": "Ada Quince, solicitor", "why": "she acts for the sender"}


@pytest.fixture
def taken(story: Story) -> Story:
    story.press(story.people["officer_1"], "acknowledge", pseudonym="Ash")
    return story


def there(story: Story) -> str:
    return f"/cases/{story.case.id}/bundle"


def ask(story: Story, **changed: Any) -> Any:
    return story.client(story.people["officer_1"]).post(there(story), GIVEN | changed)


def body(response: Any) -> bytes:
    assert isinstance(response, StreamingHttpResponse)
    pieces = response.streaming_content
    assert isinstance(pieces, Iterator)
    return b"".join(pieces)


def made(story: Story) -> Any:
    (found,) = exports_of(story.case, actor=ActorId(story.people["officer_1"]), purpose="test", ctx=story.ctx)
    return found


def test_asked_for_made_by_the_worker_fetched_and_listed(taken: Story, tmp_path: Path) -> None:
    officer = taken.client(taken.people["officer_1"])
    assert "Hand out the case as a bundle" in officer.get(f"/cases/{taken.case.id}").content.decode()
    before = log_size()
    assert ask(taken).status_code == 302
    assert log_size() == before and "It is not ready yet." in officer.get(there(taken)).content.decode()
    assert "Quince" not in json.dumps([job.payload for job in queued(bundle_exports.JOB)])
    assert run_pending() == 1
    page = officer.get(there(taken)).content.decode()
    assert "Ada Quince, solicitor" in page and "she acts for the sender" in page and "Made by: you" in page
    assert "It is not ready yet." not in page
    kept = kept_file(made(taken).id)
    assert kept is not None and kept.read_bytes()[:2] != b"PK" and b"bagit.txt" not in kept.read_bytes()
    assert sorted(path.name for path in kept.parent.iterdir()) == [kept.name]
    reads = ReadRow.objects.count()
    got = officer.get(f"{there(taken)}?fetch={made(taken).id}")
    data = body(got)
    assert ReadRow.objects.filter(purpose="fetch a bundle").count() == 1 and ReadRow.objects.count() > reads
    assert got["Content-Disposition"] == 'attachment; filename="bundle-2026-03-02.zip"'
    assert got["X-Content-Type-Options"] == "nosniff" and "sandbox" in got["Content-Security-Policy"]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(tmp_path / "out")
    (folder,) = (tmp_path / "out").iterdir()
    done = subprocess.run([sys.executable, "-I", folder / "verify.py"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split(".")[0]) == (0, "VERIFIED")
    assert any("letter.html" in path.name for path in (folder / "data/objects").iterdir())
    close_read_windows(taken.ctx)
    assert verify(taken.ctx).exit_code == 0


def test_what_stays_closed_is_chosen_by_name(taken: Story) -> None:
    officer = ActorId(taken.people["officer_1"])
    reply(case=taken.case, party=taken.party("complainant"), text="We have read it.", actor=officer, ctx=taken.ctx)
    page = taken.client(taken.people["officer_1"]).get(there(taken)).content.decode()
    assert "dialogue.recorded" not in page, "the words of messages are closed anyway"
    assert "What the sender wrote in the report" in page and "submission.received:sent" in page
    assert "Asked for, and refused" not in page
    assert ask(taken, how="redacted", closed=["submission.received:sent", "doc"]).status_code == 302
    run_pending()
    found = made(taken)
    assert (found.how, found.to) == ("redacted", GIVEN["to"]) and found.withheld == found.items + 2
    faults = [{"to": ""}, {"why": ""}, {"how": "redacted"}, {"how": "redacted", "closed": ["../x"]}, {"age": "age1xx"}]
    for fault in faults:
        assert ask(taken, **fault).status_code == 422, fault
    assert len(queued(bundle_exports.JOB)) == 1


def test_encrypted_for_somebody_it_opens_with_their_key_alone(taken: Story, tmp_path: Path) -> None:
    identity = pyrage.x25519.Identity.generate()
    assert ask(taken, age=str(identity.to_public())).status_code == 302
    run_pending()
    got = taken.client(taken.people["officer_1"]).get(f"{there(taken)}?fetch={made(taken).id}")
    assert got["Content-Disposition"].endswith('.zip.age"')
    (tmp_path / "got").write_bytes(body(got))
    decrypt_file(tmp_path / "got", tmp_path / "bundle.zip", identities=[str(identity)])
    with zipfile.ZipFile(tmp_path / "bundle.zip") as archive:
        assert any(name.endswith("/verify.py") for name in archive.namelist())


def test_whoever_has_no_right_gets_nothing(taken: Story) -> None:
    assert ask(taken).status_code == 302
    run_pending()
    one = f"{there(taken)}?fetch={made(taken).id}"
    officer = taken.client(taken.people["officer_1"])
    assert officer.get(one).status_code == 200
    assert officer.get(f"{there(taken)}?fetch={'0' * 32}").status_code == 404
    assert officer.get(f"{there(taken)}?fetch=../../keys/kek").status_code == 404
    for person in ("officer_3", "charge_1", "keeper"):
        assert taken.client(taken.people[person]).get(one).status_code in (403, 404), person
    from_triage(taken)
    assessor = taken.client(taken.sits(CaseRole.ASSESSOR))
    blind = assessor.get(there(taken)).content.decode()
    assert "when your first assessment, without names, is saved" in blind and "Quince" not in blind
    assert b"Quince" not in assessor.get(one).content, "who may not read the report yet"
    assert assessor.post(there(taken), GIVEN).status_code == 200 and len(queued(bundle_exports.JOB)) == 1
    (asked,) = refused_of(taken.case)
    assert (asked.actor, asked.purpose, asked.texts) == (taken.sits(CaseRole.ASSESSOR), "ask for a bundle", 2)
    page = text_of(taken.client(taken.people["officer_1"]).get(there(taken)))
    assert "Asked for, and refused" in page


def test_whoever_lost_the_seat_before_the_worker_came_gets_none(taken: Story) -> None:
    ask(taken)
    (job,) = queued(bundle_exports.JOB)
    with pytest.raises(KeyRefused):
        make_asked(job.payload | {"actor": taken.people["charge_1"]}, taken.ctx)
    assert kept_file(job.payload["export"]) is None
    assert [each.actor for each in refused_of(taken.case)] == [taken.people["charge_1"]]
    make_asked(job.payload, taken.ctx)
    size = log_size()
    make_asked(job.payload, taken.ctx)  # a worker that was killed after it: nothing is made twice
    assert log_size() == size


@pytest.mark.parametrize("who", ["nobody", "half"])
def test_the_key_service_is_asked_for_both_keys_before_anything_is_opened(taken: Story, who: str) -> None:
    ask(taken)
    run_pending()
    one, keys = made(taken).id, keys_of(taken.case)
    from_triage(taken)
    # Whoever assesses without names sits on the case's key and not yet on the report's.
    reader = ActorId(taken.people["charge_1"] if who == "nobody" else taken.sits(CaseRole.ASSESSOR))
    with pytest.raises(KeyRefused):
        fetch(keys=keys, export=one, actor=reader, ctx=taken.ctx)
    noted = ReadRow.objects.filter(actor=reader, object_id=one)
    assert [(row.key_id, row.purpose) for row in noted.order_by("seq")] == [
        (key, "refused: fetch a bundle") for key in keys
    ]


def test_a_worker_that_was_killed_while_it_sealed_does_not_stop_the_next(taken: Story) -> None:
    ask(taken)
    (job,) = queued(bundle_exports.JOB)
    ctx = Context(now=taken.ctx.now, random=secrets.token_bytes)  # a fork draws the same bytes again
    assert killed_at_call(StraightFile, "sync", lambda _said: make_asked(job.payload, ctx), before=True) == []
    one = job.payload["export"]
    half = taken.desk.home.root / "exports" / f".{one}.part"
    assert half.is_file() and kept_file(one) is None
    make_asked(job.payload, ctx)
    kept = kept_file(one)
    assert kept is not None and kept.stat().st_mode & 0o777 == 0o600 and not half.exists()
    officer = ActorId(taken.people["officer_1"])
    data = b"".join(fetch(keys=keys_of(taken.case), export=one, actor=officer, ctx=ctx))
    assert zipfile.ZipFile(io.BytesIO(data)).testzip() is None


def test_a_failure_is_said_and_leaves_nothing(taken: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(bundle_exports, "export_bundle", fail)
    ask(taken)
    run_pending()
    page = taken.client(taken.people["officer_1"]).get(there(taken)).content.decode()
    assert "It could not be made." in page
    assert list((taken.desk.home.root / "exports").iterdir()) == []


def test_a_disk_that_is_full_keeps_no_half_of_a_bundle(taken: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_file: StraightFile) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(StraightFile, "sync", full)
    ask(taken)
    run_pending()
    assert list((taken.desk.home.root / "exports").iterdir()) == []


def test_kept_for_a_week_and_no_longer(taken: Story) -> None:
    ask(taken)
    run_pending()
    kept = kept_file(made(taken).id)
    assert kept is not None
    half = kept.parent / ".making.x"
    half.mkdir()
    now = taken.ctx.now().timestamp()
    for path, days in ((kept, KEPT.days - 1), (half, 2)):
        os.utime(path, (now - days * 86400,) * 2)
    assert sweep_exports(taken.ctx) == 1 and kept.exists() and not half.exists()
    os.utime(kept, (now - KEPT.total_seconds() - 60,) * 2)
    assert sweep_exports(taken.ctx) == 1 and not kept.exists()
    assert "not kept here any more" in taken.client(taken.people["officer_1"]).get(there(taken)).content.decode()
    assert forget_exports([made(taken).id]) == 0
