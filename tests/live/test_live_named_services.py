"""Services that are named: their addresses are checked, and whom they ask is what the public page shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.live.live_room import DECLARED, PRIVATE, UNIT

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.live import Adapter, Named, adapter_of, read_named
from evenhand.live.jetstream import Jetstream
from evenhand.live.mailbox import Mailbox
from evenhand.live.mastodon import Mastodon
from evenhand.live.mastodon_stream import MastodonStream


def named(folder: Path, text: str) -> Named:
    (folder / "token").write_text("opensesame\n")
    (folder / "token").chmod(0o600)
    (folder / "live.toml").write_text(f"[it]\n{text}")
    return read_named(folder / "live.toml")[0]


def adapter(folder: Path, text: str) -> Adapter:
    return adapter_of(named(folder, text), DECLARED, Context.system())


MAILBOX = f'adapter = "mailbox"\nhost = "imap.a.example"\nuser = "u"\npassword_file = "token"\naddresses = ["{UNIT}"]\n'


def test_a_mailbox(tmp_path: Path) -> None:
    assert adapter(tmp_path, MAILBOX) == Mailbox("imap.a.example", "u", "opensesame", frozenset({UNIT, PRIVATE}))
    assert named(tmp_path, MAILBOX).where == "imap.a.example"
    with pytest.raises(UsageError, match="no port"):
        adapter(tmp_path, MAILBOX + 'port = "0"')


def test_a_mastodon_server(tmp_path: Path) -> None:
    text = 'adapter = "mastodon"\nserver = "https://social.example/"\ntoken_file = "token"'
    assert adapter(tmp_path, text) == Mastodon("https://social.example", "opensesame")
    assert named(tmp_path, text).where == "social.example"


def test_a_mastodon_stream(tmp_path: Path) -> None:
    text = 'adapter = "mastodon"\nserver = "https://social.example/"\ntoken_file = "token"\nstream = '
    one = adapter(tmp_path, text + '"list:12"')
    assert isinstance(one, MastodonStream)
    assert (one.asked, one.stream) == (Mastodon("https://social.example", "opensesame"), "list:12")
    with pytest.raises(UsageError, match="no stream"):
        adapter(tmp_path, text + '"public"')


def test_a_stream(tmp_path: Path) -> None:
    stream = adapter(tmp_path, 'adapter = "jetstream"\nserver = "wss://jetstream.example/subscribe"')
    assert isinstance(stream, Jetstream)
    assert (stream.server, stream.wanted) == ("wss://jetstream.example/subscribe", {b"did:plc:ana"})


@pytest.mark.parametrize(
    "address", ["http://social.example", "social.example", "https://me:secret@social.example", "file:///etc/passwd", ""]
)
def test_an_address_that_is_none_or_not_encrypted_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(UsageError, match="no address of a service"):
        adapter(tmp_path, f'adapter = "mastodon"\nserver = "{address}"\ntoken_file = "token"')
