"""`evenhand …`: one module per command group, loaded only when it is called.

Exit codes, everywhere: 0 holds or done · 1 does not hold · 2 usage, unreadable input or a question that
needs an answer · 3 done, some records refused · 4 unverifiable.
"""

from __future__ import annotations

import importlib
import sys
from typing import Final

import click

from evenhand import __version__
from evenhand.errors import EvenhandError, UsageError

# command -> (module that holds it as `command`, one line of help)
COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "archive": ("evenhand.cli.archive", "Check your own archive against a code of conduct; nothing leaves."),
    "backup": ("evenhand.cli.backup", "Write an installation into one encrypted file, its keys into another."),
    "bundle": ("evenhand.cli.bundle", "Hand out a case as files that anybody can check offline; check such files."),
    "code": ("evenhand.cli.code", "Check a code of conduct, or show what was in force on a day."),
    "demo": ("evenhand.cli.demo", "Build and serve the fictional organisation."),
    "doctor": ("evenhand.cli.doctor", "Name what is missing or unsafe here, and how to mend it."),
    "export": ("evenhand.cli.export", "Write the posts of a corpus to JSONL, CSV or Parquet."),
    "import": ("evenhand.cli.imports", "Read platform exports into a corpus; raw bytes are kept."),
    "invariants": ("evenhand.cli.invariants", "Check the promises of independence on this installation."),
    "ledger": ("evenhand.cli.ledger", "Verify, audit, prove or export the tamper-evident log."),
    "live": ("evenhand.cli.live", "Look after sources from which posts come in by themselves."),
    "membership": ("evenhand.cli.membership", "Load the register of members; look one person up for a case."),
    "people": ("evenhand.cli.people", "Make accounts, give and end roles, record mandates."),
    "perspective": ("evenhand.cli.perspective", "Serve scores in the Perspective API's protocol; compare, keys."),
    "procedure": ("evenhand.cli.procedure", "Check what an organisation chose in its procedure."),
    "protect": ("evenhand.cli.protect", "Declare whose accounts this organisation protects."),
    "restore": ("evenhand.cli.restore", "Put a backup into an empty folder, and check what is in it."),
    "retention": ("evenhand.cli.retention", "Say what is kept of what came in, and when it goes."),
    "screen": ("evenhand.cli.screen", "Screen posts for abuse; one JSON line per post."),
    "screen-local": ("evenhand.cli.screen_local", "Refit the detector to what two people of yours labelled alike."),
    "serve": ("evenhand.cli.serve", "Run the web application, its worker and the key service."),
    "statistics": ("evenhand.cli.statistics", "Publish figures of a period; check what was published."),
    "tick": ("evenhand.cli.tick", "Apply what is due now; safe to run at any time."),
    "train": ("evenhand.cli.train", "Reproduce the shipped detector from labelled text."),
    "vault": ("evenhand.cli.vault", "List and check the files of cases, hold them, erase."),
    "witness": ("evenhand.cli.witness", "Cosign the log of a sister organisation."),
}


class LazyGroup(click.Group):
    """A click group that imports a command's module only when that command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the command names in alphabetical order."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the named command, importing its module, or None if there is none."""
        if cmd_name not in COMMANDS:
            return None
        try:
            command: click.Command = importlib.import_module(COMMANDS[cmd_name][0]).command
        except ModuleNotFoundError as error:
            # The light install holds the detector and its service alone.
            if error.name is None or error.name.startswith("evenhand"):
                raise
            raise UsageError(
                f"this command needs {error.name}", where=cmd_name, mend="Run: pip install 'evenhand[desk]'."
            ) from error
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in sorted(COMMANDS)])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="evenhand")
def root() -> None:
    """Protect an organisation's people from online abuse; handle complaints with due process for everybody."""


def main(arguments: list[str] | None = None) -> None:
    """Run one command and leave with its exit code; a refusal is one line on stderr, never a traceback."""
    try:
        code = root.main(arguments, prog_name="evenhand", standalone_mode=False)
    except EvenhandError as error:
        _complain(str(error))
        sys.exit(error.exit_code)
    except click.ClickException as error:
        _complain(error.format_message())
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        _complain("stopped; nothing half-written was left.")
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _complain(f"{where}{error.strerror or error}. Check the path, the permission and the free space.")
        sys.exit(2)
    sys.exit(code if isinstance(code, int) else 0)


def _complain(line: str) -> None:
    click.echo("evenhand: " + " ".join(line.split()), err=True)
