"""The targets under atheris (libFuzzer for Python), which keeps what reaches new branches.

    python -m tests.fuzz [TARGET or FAMILY ...] [--seconds 60] [--corpus DIR] [--replay FILE]

Each target runs in a process of its own, for that many seconds. What breaks one is shown, and
kept as a file in the corpus; --replay shows what it does. `make fuzz` installs atheris and calls this.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = ["-m", "tests.fuzz"]


def drive(name: str, options: list[str]) -> None:
    """Run one target inside this process; never returns."""
    import atheris

    with atheris.instrument_imports(include=["evenhand"], enable_loader_override=False):
        from tests.fuzz.fuzzing import examples
        from tests.fuzz.targets import TARGETS

        target = next(each for each in TARGETS if each.name == name)
        for data in examples(target):
            assert target.check(data), data
    atheris.Setup([sys.argv[0], *options], lambda data: target.check(data) and None)
    atheris.Fuzz()


def seeded(name: str, corpus: Path) -> Path:
    """Return the folder of a target's corpus with its sound examples in it."""
    from tests.fuzz.fuzzing import examples
    from tests.fuzz.targets import TARGETS

    folder = corpus / name
    folder.mkdir(parents=True, exist_ok=True)
    target = next(each for each in TARGETS if each.name == name)
    for number, data in enumerate(examples(target)):
        (folder / f"sound-{number}").write_bytes(data)
    words = folder.with_suffix(".dict")
    escaped = ("".join(f"\\x{byte:02x}" for byte in piece) for piece in target.pieces if len(piece) < 100)
    words.write_text("".join(f'"{piece}"\n' for piece in escaped if piece))
    return folder


def run(name: str, seconds: int, corpus: Path) -> bool:
    """Run one target in a process of its own, print a line, and return whether nothing broke."""
    folder = seeded(name, corpus)
    options = [
        str(folder), f"-dict={folder.with_suffix('.dict')}", f"-artifact_prefix={corpus / name}-", "-rss_limit_mb=2048",
        f"-max_total_time={seconds}", "-max_len=100000", "-timeout=30", "-print_final_stats=1", "-verbosity=1",
    ]  # fmt: skip
    done = subprocess.run(
        [sys.executable, *HERE, name, "--drive", *options],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    said = done.stdout + done.stderr
    executed = re.search(r"stat::number_of_executed_units:\s*(\d+)", said)
    print(
        f"{name:<18} {executed[1] if executed else '?':>10} executions   {'sound' if not done.returncode else 'BROKEN'}"
    )
    if done.returncode:
        print("\n".join(line for line in said.splitlines() if not line.startswith(("INFO", "#")))[-6000:])
    sys.stdout.flush()
    return not done.returncode


def main(arguments: list[str]) -> int:
    if "--drive" in arguments:
        place = arguments.index("--drive")
        drive(arguments[0], arguments[place + 1 :])
        return 0
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="targets or families (default: all)")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--corpus", type=Path, help="a folder that keeps what was found (default: none)")
    parser.add_argument("--replay", type=Path, help="a file that broke the one target named")
    asked = parser.parse_args(arguments)
    from tests.fuzz.targets import FAMILIES, TARGETS

    wanted = [
        target
        for family, targets in FAMILIES.items()
        for target in targets
        if not asked.names or {family, target.name} & set(asked.names)
    ]
    if not wanted:
        parser.error(f"no such target; there are: {', '.join(target.name for target in TARGETS)}")
    if asked.replay:
        print("taken" if wanted[0].check(asked.replay.read_bytes()) else "refused")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        sound = [run(target.name, asked.seconds, asked.corpus or Path(folder)) for target in wanted]
    return 0 if all(sound) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
