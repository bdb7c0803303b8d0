"""The demonstration's cases: one in every stage, made by the same verbs that people press, told on invented days."""

from __future__ import annotations

from evenhand.cli.demo_cases.acts import Play
from evenhand.cli.demo_cases.scenes import make_cases

__all__ = ["Play", "make_cases"]
