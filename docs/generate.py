"""Writes the generated pages of docs/reference from the code. Run by `make docs`; a test holds them equal."""

from __future__ import annotations

from pathlib import Path

import click

from evenhand.cli import COMMANDS, root
from evenhand.procedure.diagram import diagram
from evenhand.procedure.page import page
from evenhand.web.notices.reference import notices_page
from evenhand.web.publish.statistics.reference import statistics_page

HEAD = """# Commands

Generated from the code by `make docs`. Exit codes, everywhere: 0 holds or done · 1 does not hold · 2 usage, unreadable
input or a question that needs an answer · 3 done, some records refused · 4 unverifiable. `--json` prints one JSON
document on stdout and nothing else there.
"""


def all_commands() -> list[tuple[str, click.Command]]:
    """Return every command and subcommand with its full name, in alphabetical order."""
    context = click.Context(root)
    found: list[tuple[str, click.Command]] = []
    for name in sorted(COMMANDS):
        command = root.get_command(context, name)
        assert command is not None
        found.append((name, command))
        if isinstance(command, click.Group):
            found += [(f"{name} {child}", command.commands[child]) for child in sorted(command.commands)]
    return found


def commands_page() -> str:
    """Return docs/reference/commands.md."""
    return HEAD + "".join(section(name, command) for name, command in all_commands())


def section(name: str, command: click.Command) -> str:
    """Return the section of one command: its use, what it does, its options."""
    context = click.Context(command, info_name=name, parent=click.Context(root, info_name="evenhand"))
    usage = " ".join(command.get_usage(context).split()).removeprefix("Usage: ")
    lines = [f"\n## `evenhand {name}`\n\n    {usage}\n\n{paragraph(command.help or '')}\n"]
    shown = [p for p in command.get_params(context) if isinstance(p, click.Option) and "--help" not in p.opts]
    options = [row for p in shown if (row := p.get_help_record(context))]
    if options:
        lines.append("\n| option | does |\n|---|---|\n")
        lines += [f"| `{cell(first)}` | {cell(second)} |\n" for first, second in options]
    return "".join(lines)


def paragraph(text: str) -> str:
    """Return help text as paragraphs of Markdown, without click's control marks."""
    blocks = text.replace("\b", "").split("\n\n")
    return "\n\n".join(" ".join(block.split()) for block in blocks if block.strip())


def cell(text: str) -> str:
    """Return text that cannot break a table row."""
    return " ".join(text.split()).replace("|", "\\|")


def pages() -> dict[str, str]:
    """Return every generated page by its file name under docs/reference."""
    made = {"commands.md": commands_page(), "notices.md": notices_page(), "statistics.md": statistics_page()}
    return made | {"procedure.md": page(), "procedure.svg": diagram()}


if __name__ == "__main__":
    for name, text in pages().items():
        (Path(__file__).parent / "reference" / name).write_text(text)
    # The words of roles are marked for translation: Django must know that there is nothing to translate here.
    from django.conf import settings

    settings.configure(USE_I18N=False)
    from evenhand.web.people.reference import roles_page

    (Path(__file__).parent / "reference" / "roles.md").write_text(roles_page())
