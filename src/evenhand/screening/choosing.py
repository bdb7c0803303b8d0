"""Which model judges: the shipped one, an older local package by its id, or the gate before the full model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evenhand.errors import UsageError
from evenhand.screening.encoder import EncoderPackage, load_encoder, shipped_encoder
from evenhand.screening.gate import Gate
from evenhand.screening.judges import FullJudge, Judge, LinearJudge
from evenhand.screening.model import Package, load, shipped

_MODEL_ID: Final = re.compile(r"(?:linear|minilm)-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Judges:
    """Who judges, and the gate that bulk work may ask first (None: every post is judged in full)."""

    judge: Judge
    gate: Gate | None = None


def judges_of(
    model: str | None,
    models: Path | None,
    *,
    fast: bool = False,
    off: frozenset[str] = frozenset(),
) -> Judges:
    """Return the judges for a model id (None: the shipped one). Raises UsageError if it is not on this machine."""
    full = shipped_encoder()
    if model is None or model == full.model.id:
        return Judges(full_judge(full, None, off), Gate(shipped(), full.calibration.gate) if fast else None)
    if model == shipped().model.id:
        return Judges(LinearJudge(shipped()))
    return Judges(_local(model, models, off))


def _local(model: str, models: Path | None, off: frozenset[str]) -> Judge:
    if not _MODEL_ID.fullmatch(model):
        raise UsageError(f"{model!r} is not a model id.", mend="A model id looks like minilm-0123456789ab.")
    folder = models / model if models is not None else None
    if folder is None or not folder.is_dir():
        raise UsageError(
            f"the model {model} is not on this machine.",
            where=str(folder) if folder else "",
            mend=f"Put its package there, or leave --model out to use {shipped_encoder().model.id}.",
        )
    found: Judge
    is_linear = model.startswith("linear-")
    found = LinearJudge(load(folder)) if is_linear else full_judge(load_encoder(folder), folder, off)
    if found.id != model:
        raise UsageError(f"this folder holds {found.id}.", where=str(folder), mend="Restore the right package.")
    return found


def full_judge(full: EncoderPackage, folder: Path | None, off: frozenset[str] = frozenset()) -> FullJudge:
    """Return the judge of a full model with the linear model that its calibration asks.

    That is the shipped one, or lies in the model's `folder` as linear/. Raises UsageError if it does neither.
    """
    wanted = full.calibration.linear_model
    linear: Package | None = None
    if wanted:
        linear = shipped() if wanted == shipped().model.id or folder is None else load(folder / "linear")
        if linear.model.id != wanted:
            raise UsageError(
                f"the model {full.model.id} was fixed with {wanted}, and here is {linear.model.id}.",
                where=str(folder) if folder else "",
                mend="Restore all files of one package.",
            )
    return FullJudge(full, off, linear)
