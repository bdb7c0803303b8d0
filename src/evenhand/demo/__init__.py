"""The fictional organisation of the demonstration, its people, and what is posted at them.

    files = generate(Path("demo"), ctx=Context.system(), posts=20_000)
    files.exports      # what `evenhand import` reads
    files.organisation # people by role

Everything here is invented; every handle ends in the same invented suffix.
"""

from evenhand.demo.generator import SEED, DemoFile, DemoFiles, check_size, generate
from evenhand.demo.kinds import HARMFUL, Kind, Wave
from evenhand.demo.organisation import Member, Organisation, ProtectedPerson, Seat, organisation

__all__ = [
    "HARMFUL",
    "SEED",
    "DemoFile",
    "DemoFiles",
    "Kind",
    "Member",
    "Organisation",
    "ProtectedPerson",
    "Seat",
    "Wave",
    "check_size",
    "generate",
    "organisation",
]
