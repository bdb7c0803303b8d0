"""`evenhand train`: reproduce the shipped detector from labelled text."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from evenhand.errors import UsageError

# What is shown of a training from the beginning, and of new lines beside what is known.
SAMPLES: Final = 350_208
FURTHER_SAMPLES: Final = 120_000


@click.command("train")
@click.option("--data", required=True, type=click.Path(path_type=Path), help="The folder with train/ and eval/.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("detector"),
    show_default=True,
    help="Where to write: gate/, encoder/ and the resumable state of each leg.",
)
@click.option("--part", type=click.Choice(["all", "gate", "encoder"]), default="all", show_default=True)
@click.option(
    "--lines",
    multiple=True,
    metavar="FILE",
    help="Only teach the shipped model this file of own_text, without its ending; may be repeated.",
)
@click.option(
    "--samples",
    type=click.IntRange(min=1),
    help=f"Rows shown in all.  [default: {SAMPLES}, with --lines {FURTHER_SAMPLES}]",
)
@click.option(
    "--minutes",
    type=click.FloatRange(min=0.1),
    default=170.0,
    show_default=True,
    help="End the schedule by then, with fewer samples.",
)
@click.option("--threads", type=click.IntRange(min=1), default=2, show_default=True)
def command(
    data: Path, out: Path, part: str, lines: tuple[str, ...], samples: int | None, minutes: float, threads: int
) -> int:
    """Fit the gate, fine-tune the full model, fix thresholds on dev rows, and print what came out.

    A stopped training goes on where it was when the same command is given again. Needs the extra
    evenhand[train]; with --part encoder, and with --lines, the shipped gate is used.
    """
    try:
        import evenhand.screening.training.trainer  # noqa: F401  (is the extra there, before anything else)
    except ImportError as error:
        raise _missing(error) from error
    if not (data / "train").is_dir():
        raise UsageError("there is no folder train/ here.", where=str(data), mend="Name the folder of labelled sets.")
    try:
        if lines:
            said = _lines(data, out, lines, samples or FURTHER_SAMPLES, minutes, threads)
        else:
            said = _gate(data, out) if part in {"all", "gate"} else []
            said += _encoder(data, out, samples or SAMPLES, minutes, threads) if part in {"all", "encoder"} else []
    except ImportError as error:
        raise _missing(error) from error
    print("\n".join(said))
    return 0


def _say(line: str) -> None:
    click.echo(line, err=True)


def _gate(data: Path, out: Path) -> list[str]:
    from evenhand.screening.model import save
    from evenhand.screening.training.trainer import train

    package = train(data, _say)
    save(package, out / "gate")
    thresholds = " ".join(f"{name}={value}" for name, value in sorted(package.calibration.thresholds.items()))
    return [f"{package.model.id} {package.calibration.id} {thresholds}"]


def _encoder(data: Path, out: Path, samples: int, minutes: float, threads: int) -> list[str]:
    from evenhand.screening.model import load, shipped
    from evenhand.screening.training.full import train_full
    from evenhand.screening.training.tuning import Plan

    gate = load(out / "gate") if (out / "gate").is_dir() else shipped()
    return train_full(data, out, Plan(samples, minutes, threads), gate=gate, say=_say)


def _lines(data: Path, out: Path, names: tuple[str, ...], samples: int, minutes: float, threads: int) -> list[str]:
    from evenhand.screening.model import shipped
    from evenhand.screening.training.further import learn_lines
    from evenhand.screening.training.tuning import Plan

    return learn_lines(data, out, names, Plan(samples, minutes, threads), gate=shipped(), say=_say)


def _missing(error: ImportError) -> UsageError:
    return UsageError(
        f"training needs {error.name}, which is not installed.", mend="Run: pip install 'evenhand[train]'"
    )
