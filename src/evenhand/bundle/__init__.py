"""Case bundles: what the record holds of a case, as a folder or ZIP that anybody can check offline.

A BagIt bag (RFC 8493) with an RO-Crate 1.1 inside: exact entries of the log, what opens them, the documents they
commit to, proofs of their places, the checkpoint and the keys. Written from plain data; knows no Django, clock or
database. `verify.py` beside this file travels in every bundle and shares no code with the rest of the room.
"""

from __future__ import annotations

from evenhand.bundle.bag import Bag, write_zip
from evenhand.bundle.checking import BundleReport, check_bundle
from evenhand.bundle.content import About, Item, Object, Reading, dated
from evenhand.bundle.payload import write_payload
from evenhand.bundle.sealing import Seal, write_tags

__all__ = [
    "About",
    "Bag",
    "BundleReport",
    "Item",
    "Object",
    "Reading",
    "Seal",
    "check_bundle",
    "dated",
    "write_payload",
    "write_tags",
    "write_zip",
]
