"""Our own CC0 sentences: what public sets lack (counter-speech, quotation, threats, robust criticism)."""

from __future__ import annotations

from importlib.resources import files

from evenhand.screening.training.rows import Part, Row, part_of

# Plurals that fill {group}, so that every sentence about a group is balanced over groups.
GROUPS = ("muslims", "christians", "jews", "immigrants", "women", "men", "gay people", "disabled people", "pensioners")


def own_rows() -> list[Row]:
    """Return the sentences of all own_text files as labelled rows of the set 'own'.

    A file's `# labels:` line says what holds of each of its sentences; a sentence with {group} is written
    out once per group. They are divided into train and dev by the same digest rule as every set, except the
    files marked "held out", which are for reporting only.
    """
    rows = []
    folder = files("evenhand.screening") / "own_text"
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".txt"):
            rows += _rows_of(entry.name.removesuffix(".txt"), entry.read_text("utf-8"))
    return rows


def _rows_of(name: str, content: str) -> list[Row]:
    labels: dict[str, float] = {}
    held_out = "\n# held out" in content
    rows = []
    for number, line in enumerate(content.splitlines(), start=1):
        if line.startswith("# labels:"):
            pairs = (pair.split("=") for pair in line.removeprefix("# labels:").split())
            labels = {key: float(value) for key, value in pairs}
        elif line.strip() and not line.startswith("#"):
            for index, text in enumerate(_written_out(line.strip())):
                part = Part.TEST if held_out else part_of("own", "all", line)
                rows.append(Row(f"own:{name}-{number}-{index}", "own", text, part, labels))
    return rows


def _written_out(line: str) -> list[str]:
    if "{group}" not in line:
        return [line]
    return [line.replace("{group}", group) for group in GROUPS]
