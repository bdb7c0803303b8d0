"""`evenhand train`: reproduce the shipped detector from labelled text."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from evenhand.errors import UsageError


@click.command("train")
@click.option("--data", required=True, type=click.Path(path_type=Path), help="The folder with train/ and eval/.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Where to write weights.npz and calibration.json; nothing if left out.",
)
def command(data: Path, out: Path | None) -> int:
    """Fit the detector's heads on train rows, fix calibration and thresholds on dev rows, and say its ids.

    The same folder gives the same weights. Needs the extra evenhand[train].
    """
    try:
        from evenhand.screening.training.trainer import train
    except ImportError as error:
        raise UsageError(
            f"training needs {error.name}, which is not installed.", mend="Run: pip install 'evenhand[train]'"
        ) from error
    from evenhand.screening.model import save

    if not (data / "train").is_dir():
        raise UsageError("there is no folder train/ here.", where=str(data), mend="Name the folder of labelled sets.")
    package = train(data, lambda line: click.echo(line, err=True))
    if out is not None:
        save(package, out)
    thresholds = " ".join(f"{name}={value}" for name, value in sorted(package.calibration.thresholds.items()))
    print(f"{package.model.id} {package.calibration.id} {thresholds}", file=sys.stdout)
    return 0
