"""What other programs put beside or around a bundle: the Finder, the Explorer, whatever packed it anew."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.bundle.bundle_room import contents, in_process, loaded, packaged, relist
from tests.bundle.test_zipped import exits

STRAYS = (".DS_Store", "Thumbs.db", "desktop.ini")
BY_ITSELF = "a computer may have put it there by itself: delete it (unpack a ZIP file first), then check again"


def packed(folder: Path, path: Path, top: str, *more: str, name_of: Callable[[str], str] = str) -> Path:
    """Write a ZIP file of a bundle below `top`, with further files that hold a little, its names changed."""
    files = {f"{top}{name}": data for name, data in contents(folder).items()} | dict.fromkeys(more, b"\0\5\x16\7")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name_of(name)), data)
    return path


def said_alone(path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Return exit code and words of verify.py."""
    code = loaded().main([str(path)])
    said = capsys.readouterr()
    return code, said.out + said.err


@pytest.mark.parametrize(
    ("top", "more"),
    [
        ("bundle/", ("__MACOSX/._bundle", "__MACOSX/bundle/._bagit.txt")),
        ("bundle/", ("__MACOSX/._bundle", "bundle/.DS_Store")),
        ("outer/bundle/", ()),
        ("outer/bundle/", ("outer/.DS_Store",)),
    ],
)
def test_a_bundle_that_lies_further_in_is_said_to_be_looked_for_there(
    good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], top: str, more: tuple[str, ...]
) -> None:
    path = packed(good, tmp_path / "finder.zip", top, *more)
    assert exits(path) == 2
    for words in (said_alone(path, capsys)[1], packaged(path).all):
        assert "no manifest-sha256.txt at its top" in words
        assert "npack it, then check the folder that holds bagit.txt" in words
        assert words.startswith((f"verify.py: {path}: ", f"{path}: ")) and words.count("\n") == 1


def test_a_folder_around_a_bundle_needs_no_unpacking(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exits(good.parent) == 2
    for words in (said_alone(good.parent, capsys)[1], packaged(good.parent).all):
        assert "no manifest-sha256.txt at its top" in words
        assert "heck the folder that holds bagit.txt" in words
        assert "npack" not in words


@pytest.mark.parametrize("separator", ["/", "\\"])
def test_names_with_backslashes_are_unpacked_first_on_every_system(
    good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, separator: str
) -> None:
    """Python itself reads them as folders on Windows and as letters elsewhere."""
    path = packed(good, tmp_path / "old.zip", "bundle/", name_of=lambda name: name.replace("/", "\\"))
    monkeypatch.setattr("zipfile.os.sep", separator)
    said = [loaded_refusal(path), packaged(path).all]
    monkeypatch.undo()
    assert all("npack it, then check the folder" in words for words in said)
    assert exits(path) == 2


def loaded_refusal(path: Path) -> str:
    """Return why verify.py does not read a file at all."""
    with pytest.raises(loaded().Wrong) as refused:
        loaded().open_bag(path)
    return str(refused.value)


def test_one_that_is_encrypted_is_called_so(good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "locked.zip"
    path.write_bytes(
        packed(good, path, "bundle/").read_bytes()
        .replace(b"PK\3\4\x14\0\0\0", b"PK\3\4\x14\0\1\0").replace(b"PK\1\2\x14\3\x14\0\0\0", b"PK\1\2\x14\3\x14\0\1\0")
    )  # fmt: skip
    assert exits(path) == 2
    for words in (said_alone(path, capsys)[1], packaged(path).all):
        assert "this ZIP file is encrypted" in words
        assert "npack it" in words


@pytest.mark.parametrize("place", ["", "data/", "data/objects/", "log/"])
@pytest.mark.parametrize("name", STRAYS)
@pytest.mark.parametrize("zipped", [False, True])
def test_what_a_computer_writes_by_itself_fails_with_advice(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], zipped: bool, name: str, place: str
) -> None:
    path = packed(bundle, tmp_path / "one.zip", "bundle/", f"bundle/{place}{name}") if zipped else bundle
    if not zipped:
        (bundle / place / name).write_bytes(b"x")
    code, words = said_alone(path, capsys)
    assert code == 1
    assert words.startswith("FAILED. All that does not hold is what a computer may have put there by itself: delete it")
    assert "ask its sender" not in words
    for said in (in_process(loaded(), path), packaged(path)):
        assert (said.verdict, said.found) == ("failed", {(f"{place}{name}", "item_added")})
        assert said.all["findings"][0]["words"] == f"no list of this bundle names the file; {BY_ITSELF}"
    if not zipped:
        (bundle / place / name).unlink()
        assert exits(bundle) == 0


@pytest.mark.parametrize("name", [".ds_store", ".DS_Store.html", "desktop.ini/READ ME", "my desktop.ini", "._data"])
def test_only_these_names_get_that_advice(bundle: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    (bundle / name).parent.mkdir(exist_ok=True)
    (bundle / name).write_bytes(b"x")
    code, words = said_alone(bundle, capsys)
    assert code == exits(bundle) == 1
    assert words.startswith("FAILED. Something in this bundle does not hold.")
    assert "by itself" not in words + packaged(bundle).all["findings"][0]["words"]


def test_a_list_that_names_such_a_file_was_written_by_somebody(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (bundle / ".DS_Store").write_bytes(b"x")
    relist(bundle)
    code, words = said_alone(bundle, capsys)
    assert code == exits(bundle) == 1
    assert "by itself" not in words
    assert "by itself" not in "".join(each["words"] for each in packaged(bundle).all["findings"])


def test_other_damage_is_not_covered_by_such_a_file(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (bundle / ".DS_Store").write_bytes(b"x")
    (bundle / "data/objects/000003-file.png").write_bytes(b"x")
    code, words = said_alone(bundle, capsys)
    assert code == exits(bundle) == 1
    assert words.startswith("FAILED. Something in this bundle does not hold. Do not rely on it")
    assert BY_ITSELF in words
