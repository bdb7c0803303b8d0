"""T-RACE: many ask at once, some are killed; the cosigned size never falls and no size has two roots."""

from __future__ import annotations

import random
import secrets
from pathlib import Path

import pytest
from tests.kill import NIGHTLY, Acknowledge, Work, killed_after, killed_at_call, random_delays, together
from tests.witness.conftest import ORIGIN, SmallLog

from evenhand.context import Context
from evenhand.ledger.checkpoint import open_checkpoint
from evenhand.ledger.notes import parse_note, verify_line
from evenhand.witness import Disagreement, NoAnswer, Witness, WitnessFolder, ask_witness
from evenhand.witness.memory import Deciding

pytestmark = pytest.mark.slow
CHILDREN, EACH, KILLS = (8, 25, 200) if NIGHTLY else (4, 10, 6)


def asking(folder: WitnessFolder, logs: list[SmallLog], seed: int, rounds: int) -> Work:
    """Return work that asks for growing sizes of one of two logs that share a key, and acknowledges what was signed."""

    def work(acknowledge: Acknowledge) -> None:
        draw = random.Random(seed)
        witness = folder.witness(Context(now=logs[0].now, random=secrets.token_bytes))
        known = 0
        for _ in range(rounds):
            log, size = draw.choice(logs), min(known + draw.randrange(1, 9), 300)
            try:
                line = ask_witness(
                    "",
                    witness.signer.verifier,
                    log.note(size),
                    known,
                    lambda old, log=log, size=size: log.proof(old, size),  # type: ignore[misc]
                    int(log.now().timestamp()),
                    lambda _url, body: witness.add_checkpoint(body),
                )
            except (Disagreement, NoAnswer):
                last = folder.memory.last(ORIGIN)
                known = last.head.size if last else 0
                continue
            verify_line(witness.signer.verifier, line, parse_note(log.note(size)).text)
            known = size
            acknowledge(f"{size} {open_checkpoint(log.note(size), [log.signer.verifier]).head.root.hex()}")

    return work


@pytest.fixture
def two_logs(log: SmallLog, ctx: Context) -> list[SmallLog]:
    """Two trees of one origin and key: somebody who forks."""
    other = SmallLog(ctx, 300)
    other.signer = log.signer
    return [log, other]


def one_tree(lines: list[str], folder: WitnessFolder, logs: list[SmallLog]) -> int:
    """Return the size remembered; fail where two roots were signed for a size, or what was signed was forgotten."""
    roots: dict[int, str] = {}
    for line in lines:
        size, root = line.split()
        assert roots.setdefault(int(size), root) == root, f"two roots for {size}"
    last = folder.memory.last(ORIGIN)
    assert last is not None and last.head.size >= max(roots)
    mine = next(
        log for log in logs if open_checkpoint(log.note(last.head.size), [log.signer.verifier]).head == last.head
    )
    signed = {size: open_checkpoint(mine.note(size), [mine.signer.verifier]).head.root.hex() for size in roots}
    assert signed == roots, "all that was signed is of the one tree"
    return last.head.size


def test_many_at_once(folder: WitnessFolder, two_logs: list[SmallLog]) -> None:
    lines = together([asking(folder, two_logs, seed, EACH) for seed in range(CHILDREN)])
    acknowledged = [line for each in lines for line in each]
    assert len(acknowledged) > CHILDREN
    one_tree(acknowledged, folder, two_logs)
    assert folder.memory.refusals(), "the other tree was asked for too"


def test_killed_in_between(folder: WitnessFolder, two_logs: list[SmallLog]) -> None:
    lines: list[str] = []
    before = 0
    for number, delay in enumerate(random_delays(KILLS, longest=0.08)):
        lines += [line for line in killed_after(delay + 0.01, asking(folder, two_logs, number, 1_000)) if " " in line]
        if lines:
            after = one_tree(lines, folder, two_logs)
            assert after >= before
            before = after
    assert lines


def test_killed_after_storing_and_before_the_answer(
    folder: WitnessFolder, two_logs: list[SmallLog], tmp_path: Path
) -> None:
    work = asking(folder, two_logs[:1], 1, 3)
    for before in (True, False):
        assert killed_at_call(Deciding, "keep", work, before=before) == []
        assert folder.memory.last(ORIGIN) is None, "not committed, so never answered"
    witness: Witness = folder.witness(Context(now=two_logs[0].now, random=secrets.token_bytes))
    assert killed_at_call(WitnessFolder, "witness", work, before=False) == []
    assert witness.add_checkpoint(two_logs[0].body(0, 5)).status == 200
    assert witness.add_checkpoint(two_logs[0].body(5, 5)).status == 200, "asked again after a cut, it signs the same"
