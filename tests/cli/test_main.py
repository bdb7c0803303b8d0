"""The edge of the process: exit codes, one line on stderr, never a traceback."""

from __future__ import annotations

import click
import pytest

from evenhand import cli
from evenhand.errors import Ambiguous, DoesNotHold, EvenhandError, Unverifiable, UsageError


def run(monkeypatch: pytest.MonkeyPatch, raised: BaseException | None, result: int | None = None) -> int:
    @click.command()
    def command() -> int | None:
        if raised is not None:
            raise raised
        return result

    monkeypatch.setattr(cli.LazyGroup, "get_command", lambda *_: command)
    with pytest.raises(SystemExit) as left:
        cli.main(["anything"])
    assert isinstance(left.value.code, int)
    return left.value.code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("wrong"), 2),
        (Ambiguous("which of the two?"), 2),
        (DoesNotHold("no"), 1),
        (Unverifiable("nobody can say"), 4),
        (OSError(28, "No space left on device", "out.csv"), 2),
        (KeyboardInterrupt(), 130),
    ],
)
def test_every_refusal_is_one_line_and_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: BaseException, code: int
) -> None:
    assert run(monkeypatch, error) == code
    shown = capsys.readouterr()
    assert shown.out == ""
    assert len(shown.err.strip().splitlines()) == 1
    assert "Traceback" not in shown.err


def test_a_command_may_say_its_own_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, None, 3) == 3
    assert run(monkeypatch, None, None) == 0


def test_an_unknown_command_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["no-such-command"])
    assert left.value.code == 2
    assert "no-such-command" in capsys.readouterr().err


def test_an_error_reads_where_what_and_how_to_mend() -> None:
    error = EvenhandError("it is empty", where="posts.csv", mend="Save it again with its rows.")
    assert str(error) == "posts.csv: it is empty. Save it again with its rows."


def test_help_lists_every_command_without_loading_any(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["--help"])
    assert left.value.code == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in cli.COMMANDS)
