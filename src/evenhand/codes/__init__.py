"""Codes of conduct: versioned data that says which clause was in force on which day.

    code = builtin("general")                 # or load(Path("ours.toml"))
    version = in_force(code, date(2026, 3, 1))
    clauses_for(code, Category.THREAT, on=date(2026, 3, 1))
    faults = lint(Path("ours.toml"), today=date(2026, 3, 1))

A machine may name a clause as a suggestion; whether it was broken is for people to say.
"""

from evenhand.categories import Category
from evenhand.codes.digest import canonical, digest
from evenhand.codes.linting import lint
from evenhand.codes.lookup import (
    NotInForce,
    Pending,
    builtin,
    builtin_slugs,
    builtin_text,
    clauses_for,
    in_force,
    pending,
)
from evenhand.codes.model import (
    ActType,
    Clause,
    CodeOfConduct,
    Definition,
    Example,
    Fault,
    Rung,
    Version,
)
from evenhand.codes.reading import load

__all__ = [
    "ActType",
    "Category",
    "Clause",
    "CodeOfConduct",
    "Definition",
    "Example",
    "Fault",
    "NotInForce",
    "Pending",
    "Rung",
    "Version",
    "builtin",
    "builtin_slugs",
    "builtin_text",
    "canonical",
    "clauses_for",
    "digest",
    "in_force",
    "lint",
    "load",
    "pending",
]
