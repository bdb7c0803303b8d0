"""The documents say what the code is: every command, option, variable, path and link."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
REFERENCE = REPO / "docs" / "reference"


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=REPO, check=True, capture_output=True, text=True,
    ).stdout.split()  # fmt: skip
    return [REPO / name for name in listed if (REPO / name).is_file()]


def test_the_page_of_commands_is_what_the_code_says() -> None:
    spec = importlib.util.spec_from_file_location("generate", REPO / "docs" / "generate.py")
    assert spec is not None and spec.loader is not None
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    assert (REFERENCE / "commands.md").read_text() == generate.commands_page(), "run: make docs"


def test_each_environment_variable_is_documented() -> None:
    text = (REFERENCE / "environment.md").read_text()
    used = {
        name
        for path in tracked("src/*.py", "tests/*.py", "benchmarks/*.py")
        for name in re.findall(r"[\"'](EVENHAND_[A-Z_]+|DATABASE_URL)[\"']", path.read_text())
    }
    assert used, "the search found no variable at all"
    assert {name for name in used if f"`{name}`" not in text} == set()


def test_links_between_documents_lead_somewhere() -> None:
    broken = [
        f"{document.relative_to(REPO)} -> {target}"
        for document in tracked("*.md")
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text())
        if not (document.parent / target).exists()
    ]
    assert broken == []


def test_files_that_the_documents_name_exist() -> None:
    missing = [
        f"{name}: {path}"
        for name in ("ARCHITECTURE.md", "CONTRIBUTING.md")
        for path in re.findall(r"`((?:src|tests|docs|benchmarks)/[\w./-]+)`", (REPO / name).read_text())
        if not (REPO / path).exists()
    ]
    assert missing == []


def test_a_decision_record_fits_on_a_page() -> None:
    records = tracked("docs/adr/*.md")
    assert records
    for record in records:
        lines = record.read_text().splitlines()
        assert len(lines) <= 60, record.name
        assert re.match(r"# \d+\. ", lines[0]), f"{record.name} begins with its number and title"


# EVIDENCE §0: what the product never says of itself.
NEVER_SAID = re.compile(r"\b(authentic|genuine|tamper-?proof|forgery-?proof|court-?proof)\b", re.IGNORECASE)


def test_no_page_or_message_claims_too_much() -> None:
    said = [
        f"{path.relative_to(REPO)}: {match.group()}"
        for path in tracked("src/*.html", "src/*.txt", "src/*.po", "src/evenhand/cli/*.py", "README.md")
        if "own_text" not in path.parts
        for match in NEVER_SAID.finditer(path.read_text())
    ]
    assert said == []


def test_nothing_tracked_names_a_machine_or_a_registry() -> None:
    roots = "|".join(["work", "root", "home"])
    telling = re.compile(rf"(?<![\w.~<])/(?:{roots})/[a-z]|pypi\.org|npmjs|pythonhosted")
    named = [
        f"{path.relative_to(REPO)}: {match.group()}"
        for path in tracked("*.py", "*.md", "*.txt", "*.toml", "*.html", "*.json", "*.scss", "Makefile", ".ci/*")
        if path != Path(__file__).resolve()
        for match in telling.finditer(path.read_text())
    ]
    assert named == []
