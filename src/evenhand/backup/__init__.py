"""One file that holds an installation, and another that holds its keys; each checked before it is called done.

Knows no Django, clock or environment: paths come from outside. What lies in such a file stands in `form`.
"""

from __future__ import annotations

from evenhand.backup.form import About, Kind
from evenhand.backup.making import Recipients, make_backup
from evenhand.backup.packing import Part, home_parts, key_parts
from evenhand.backup.unpacking import opened_backup, unpack

__all__ = ["About", "Kind", "Part", "Recipients", "home_parts", "key_parts", "make_backup", "opened_backup", "unpack"]
