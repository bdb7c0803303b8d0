"""A copy of a source without some of its records: their bytes blanked, every other byte where it was (FORMATS §2.7).

Three steps, each reading the source as a stream:

    found = find(recognised, posts, places)            # where they stand, by the file's own reader
    for chunk in blanked(recognised, found): ...       # the copy's bytes, to be sealed
    check(recognised, copy, found)                     # read again: all other rows as before, the text nowhere

One writer serves all readers, because each names its records by one of five kinds of place: a JSON pointer, a line, a
row of a table, a message of a mailbox, a line of a chat. Whatever it gets wrong `check` finds, and where a shape cannot
be blanked truthfully (`CannotBlank`) whoever asked destroys the copy whole. Archives and packed files are written anew
around members of the same names, in the same order, of the same unpacked length. Raises nothing but CannotBlank for a
file that was read before. Cost: the file's reader goes through it four times; memory does not grow with the file.
"""

from __future__ import annotations

from evenhand.posts.blanking.check import check
from evenhand.posts.blanking.edits import CannotBlank, Why
from evenhand.posts.blanking.finding import Found, Place, find
from evenhand.posts.blanking.writing import blanked

__all__ = ["CannotBlank", "Found", "Place", "Why", "blanked", "check", "find"]
