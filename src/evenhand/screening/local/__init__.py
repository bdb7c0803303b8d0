"""The organisation's own refit: calibration and a small head, from examples that two people labelled alike.

A refit is a file in the models folder of the installation. It changes nothing until two people switch it on
(`evenhand screen-local`), and it never leaves the installation: nothing here writes anywhere else.
"""

from evenhand.screening.local.apply import LocalScreener
from evenhand.screening.local.examples import Example, Opinion, agreed, divided, from_rows
from evenhand.screening.local.package import LocalHead, LocalPackage, load_local, save_local
from evenhand.screening.local.refitting import refit
from evenhand.screening.local.swaps import SwapReport, swap_pairs, swap_test

__all__ = [
    "Example", "LocalHead", "LocalPackage", "LocalScreener", "Opinion", "SwapReport", "agreed", "divided",
    "from_rows", "load_local", "refit", "save_local", "swap_pairs", "swap_test",
]  # fmt: skip
