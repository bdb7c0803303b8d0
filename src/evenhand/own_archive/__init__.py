"""One's own archive against a code of conduct: what a member did, under which rule, and since when it holds.

    code = builtin("general")
    with checking(Path("archive.zip"), code=code, owner=Owner(), ctx=Context.system()) as check:
        for clause in check.clauses(): ...

Runs on the member's own machine: nothing is stored but the report, nothing leaves. A finding is no verdict;
what others wrote and the member only passed on is never counted as the member's words.
"""

from evenhand.own_archive.deeds import Owner
from evenhand.own_archive.findings import Finding
from evenhand.own_archive.reading import Check, checking
from evenhand.own_archive.ticks import Ticks

__all__ = ["Check", "Finding", "Owner", "Ticks", "checking"]
