"""The procedure: how a case may move, by whom, by when, and what must be said. Pure data and pure functions.

States, edges, actors, guards and clock directions are code, in one typed table (`transitions`). What an organisation
may choose stands in one TOML file (`choices`), which `evenhand procedure lint` checks. Nothing here reads a clock,
a disk or a database: facts come in, answers go out. See docs/reference/procedure.md, which is generated.
"""
