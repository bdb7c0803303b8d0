"""Invented names. Nobody and no place here is real; every handle ends in the same invented suffix."""

from __future__ import annotations

from typing import Final

HANDLE_SUFFIX: Final = "_qvh"
FEDERATION: Final = "Quillhaven Federation of Harbour Allotments"
SHARED_BODY: Final = "Estuary Standards Pool"

TOWNS: Final = (
    "Quillhaven", "Marrowmouth", "Peverell Quay", "Oddlestrand", "Nettlewick", "Samphire Cross", "Tarrowby",
    "Brindle Slip", "Hollowtide", "Cobnut Staithe", "Wexmere Lock", "Gannet Row", "Little Sluice", "Ferrymoor",
)  # fmt: skip

# The two groups inside the Federation. Both abuse and are abused alike in what is generated.
SIDES: Final = ("Breakwater", "Orchard")
SIDE_WORDS: Final = {
    "Breakwater": ("the Breakwater group", "Breakwater", "the Breakwater lot", "the Breakwater list"),
    "Orchard": ("the Orchard group", "Orchard", "the Orchard lot", "the Orchard list"),
}

FICTIONAL_GROUPS: Final = ("Lanternfolk", "Saltborn", "Dunefolk", "Orrish folk", "Tidewalkers", "Fellsiders")
ORDINARY_GROUPS: Final = ("women", "men", "pensioners", "young people", "foreigners", "disabled people")

GIVEN: Final = (
    "Mirelda", "Tobin", "Asta", "Corwin", "Philippa", "Ludo", "Wenna", "Jorim", "Hesper", "Aldous", "Petra", "Osric",
    "Tamsin", "Bram", "Ysolde", "Caspar", "Fenella", "Rufus", "Ottilie", "Silvan", "Marit", "Edric", "Linnet", "Gorran",
    "Perdita", "Hal", "Suvi", "Anselm", "Rosalba", "Timo", "Bryony", "Kester", "Odile", "Marlo", "Zinnia", "Ivo",
    "Dorrit", "Leander", "Nerys", "Piran", "Sabra", "Ulric", "Verity", "Wystan", "Amias", "Clemency", "Dagny", "Emrys",
    "Farida", "Goran", "Halima", "Ismet", "Jamila", "Kofi", "Leila", "Mehmet", "Nadia", "Olu", "Priya", "Rafiq",
)  # fmt: skip

FAMILY_HEADS: Final = (
    "Tos", "Quen", "Bram", "Ollers", "Pennic", "Harrow", "Thistle", "Mossen", "Gull", "Wick", "Sarn", "Cobb", "Drey",
    "Fenn", "Hask", "Jess", "Kettle", "Lorr", "Marl", "Nock", "Oster", "Pell", "Ravens", "Skell", "Tarn", "Umber",
    "Vael", "Wither", "Yarrow", "Zell", "Ash", "Barrow", "Crumb", "Dunn", "Elder", "Furze",
)  # fmt: skip
FAMILY_TAILS: Final = (
    "kett", "nelby", "wyke", "haw", "by", "mantle", "croft", "wether", "lade", "strand", "quay", "mire", "bourne",
    "stick", "garth", "holt", "lynn", "more", "peth", "rigg", "sey", "thwaite", "venn", "worth",
)  # fmt: skip

OFFICES: Final = (
    "chair of the Federation", "treasurer", "general secretary", "harbour warden", "speaker of the assembly",
    "head of the seed bank", "editor of the newsletter", "press officer", "ferry commissioner", "sluice keeper",
)  # fmt: skip
TOWN_OFFICES: Final = ("mayor", "councillor", "branch chair")

STAFF: Final = (
    ("officer", "head of the conduct unit"), ("officer", "officer of the conduct unit"),
    ("officer", "officer of the conduct unit"), ("officer", "officer of the conduct unit"),
    ("case_keeper", "case keeper"), ("welfare", "welfare contact"), ("dpo", "data protection officer"),
    ("liaison", "police liaison"), ("sysadmin", "system administrator"),
)  # fmt: skip
POOL: Final = (
    *(("panel", "panel member"),) * 18, *(("reviewer", "independent reviewer"),) * 4,
    *(("appeal_panel", "appeal panel member"),) * 6, *(("interim_panel", "interim panel member"),) * 3,
    *(("reopening_panel", "reopening panel member"),) * 3, ("auditor", "auditor"), ("auditor", "auditor"),
)  # fmt: skip
APPOINTED_BY: Final = ("Guild of Estuary Notaries (fictional)", "League of River Colleges (fictional)")
