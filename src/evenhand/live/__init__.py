"""Live sources: what comes in by itself, and only what is aimed at those who are protected.

An adapter asks one service (or folder) for what is new since a cursor and gives back records in the service's own
shape. `sift` reads them in memory through the readers of `evenhand.posts` and drops everything that is not aimed at
a declared account, group or mailbox before anything is stored. Whoever calls (the desk) stores the rest as an
import like any other and only then keeps the cursor: at least once, and the import makes twice the same as once.
"""

from evenhand.live.adapter import Adapter, Arrived, Kind, Known, Polled, Unreachable
from evenhand.live.named import Named, adapter_of, read_named
from evenhand.live.pacing import State
from evenhand.live.sift import Declared, Sifted, sift

__all__ = [
    "Adapter",
    "Arrived",
    "Declared",
    "Kind",
    "Known",
    "Named",
    "Polled",
    "Sifted",
    "State",
    "Unreachable",
    "adapter_of",
    "read_named",
    "sift",
]
