"""The settings file: what is not named is off, and what is wrong in it is said with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.live.live_room import DECLARED

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.live import adapter_of, read_named
from evenhand.live.folder import Folder
from evenhand.live.webhook import Webhook

SYSTEM = Context.system()


def named(folder: Path, text: str) -> Path:
    file = folder / "live.toml"
    file.write_text(text)
    return file


def test_without_a_file_nothing_is_on(tmp_path: Path) -> None:
    assert read_named(tmp_path / "live.toml") == []


def test_a_folder_beside_the_file(tmp_path: Path) -> None:
    [source] = read_named(named(tmp_path, '[drop]\nadapter = "folder"\nfolder = "in"\naddresses = ["Unit@A.example"]'))
    adapter = adapter_of(source, DECLARED, SYSTEM)
    assert isinstance(adapter, Folder)
    assert adapter.folder == tmp_path / "in"
    [other] = read_named(named(tmp_path, '[drop]\nadapter = "folder"\nfolder = "in"\nexports = "maybe"'))
    with pytest.raises(UsageError, match="yes or no"):
        adapter_of(other, DECLARED, SYSTEM)
    assert (source.name, source.where, source.mailboxes) == ("drop", "", {"unit@a.example"})


def test_a_secret_stands_in_a_file_of_its_own(tmp_path: Path) -> None:
    [source] = read_named(named(tmp_path, '[crm]\nadapter = "webhook"\nsecret_file = "crm.secret"'))
    with pytest.raises(UsageError, match="cannot be read"):
        adapter_of(source, DECLARED, SYSTEM)
    secret = tmp_path / "crm.secret"
    secret.write_text("short")
    secret.chmod(0o644)
    with pytest.raises(UsageError, match="others may read"):
        adapter_of(source, DECLARED, SYSTEM)
    secret.chmod(0o600)
    with pytest.raises(UsageError, match="fewer than 32"):
        adapter_of(source, DECLARED, SYSTEM)
    secret.write_text("s" * 40 + "\n")
    assert adapter_of(source, DECLARED, SYSTEM) == Webhook(b"s" * 40)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[a", "not TOML"),
        ('[Drop]\nadapter = "folder"', "small letters"),
        ('a = "folder"', "small letters"),
        ("[a]", "which adapter"),
        ('[a]\nadapter = "pigeon"', "which adapter"),
        ('[a]\nadapter = "folder"', "folder is missing"),
        ('[a]\nadapter = "folder"\nfolder = "x"\npassword = "y"', "password is no setting"),
        ('[a]\nadapter = "folder"\nfolder = 7', "settings are texts"),
        ('[a]\nadapter = "folder"\nfolder = "x"\nexports = true', "settings are texts"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read_named(named(tmp_path, text))


def test_the_digest_changes_with_every_setting(tmp_path: Path) -> None:
    one = read_named(named(tmp_path, '[a]\nadapter = "folder"\nfolder = "x"'))[0].digest
    assert read_named(named(tmp_path, '[a]\nadapter = "folder"\nfolder = "y"'))[0].digest != one
    assert read_named(named(tmp_path, '[b]\nadapter = "folder"\nfolder = "x"'))[0].digest == one
