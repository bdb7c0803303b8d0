"""A webhook takes what its sender signed a moment ago, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from evenhand.errors import DoesNotHold, UsageError
from evenhand.live.webhook import MOST_BYTES, Webhook

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
HOOK = Webhook(b"a shared secret of thirty-two letters")


def test_published_example() -> None:
    # openssl dgst -sha256 -hmac 'secret' over '1700000000.{}'
    assert Webhook(b"secret").sign(b"{}", 1700000000) == (
        "t=1700000000,v1=b8569b78799ff9e3cbff0fc2d63a33a2b57f3282abd07c37ae5e8e7d79a5f163"
    )


@pytest.mark.parametrize(
    ("body", "records"),
    [
        (b'{"id":"1"}', [b'{"id":"1"}']),
        (b'[{"id":18446744073709551616},{"id":"2"}]', [b'{"id": 18446744073709551616}', b'{"id": "2"}']),
        (b'{"id":"1"}\n{"id":"2"}\n', [b'{"id":"1"}', b'{"id":"2"}']),
    ],
)
def test_one_record_a_list_or_lines(body: bytes, records: list[bytes]) -> None:
    assert [record.data for record in HOOK.opened(body, HOOK.sign(body, AT), NOW)] == records


@pytest.mark.parametrize("at", [AT - 301, AT + 301])
def test_an_old_signature_is_refused(at: int) -> None:
    with pytest.raises(DoesNotHold, match="another time"):
        HOOK.opened(b"{}", HOOK.sign(b"{}", at), NOW)


@pytest.mark.parametrize(
    "header",
    ["", "t=1,v1=00", HOOK.sign(b"{ }", AT), HOOK.sign(b"{}", AT).replace(f"t={AT}", f"t={AT + 1}"),
     Webhook(b"x" * 40).sign(b"{}", AT)],
)  # fmt: skip
def test_a_wrong_signature_is_refused(header: str) -> None:
    with pytest.raises(DoesNotHold, match="not right"):
        HOOK.opened(b"{}", header, NOW)


def test_a_large_body_is_refused() -> None:
    body = b" " * (MOST_BYTES + 1)
    with pytest.raises(UsageError, match="1 MiB"):
        HOOK.opened(body, HOOK.sign(body, AT), NOW)
