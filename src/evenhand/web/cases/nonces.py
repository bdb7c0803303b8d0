"""The case keeper's secrets: promised by their hashes before any pool they are used on was known (INV-18).

The choice of PROCEDURE §8 between a public beacon and promised secrets falls on the secrets: a checkpoint's root is
made by the organisation itself, so whoever runs the server could make one again until the draw suits. A secret is
sealed under a key of its own batch, which only the case keeper and the program open. They are used in order; where
none is left, no draw is made and the case keeper has the case: a secret promised after a pool was committed is never
used on that pool.
"""

from __future__ import annotations

from typing import Final

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.procedure.draw import nonce_commitment
from evenhand.procedure.draw_bytes import NONCE_SIZE
from evenhand.web.cases.acts import acting
from evenhand.web.cases.models import Draw, Nonce
from evenhand.web.cases.periods import moment
from evenhand.web.record.ids import SYSTEM, ActorId
from evenhand.web.record.keys import create_key
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.seats import grant_seat
from evenhand.web.record.unit import recording

AT_ONCE: Final = 500


def promise(*, number: int, actor: ActorId, ctx: Context) -> int:
    """Make and promise so many secrets and return how many unused ones there are now. One leaf for all of them."""
    if not 1 <= number <= AT_ONCE:
        raise UsageError(f"between 1 and {AT_ONCE} secrets are promised at once")
    key = create_key(ctx=ctx, scope=(batch := ctx.new_id()), actor=actor)
    secrets = [ctx.random(NONCE_SIZE) for _ in range(number)]
    promised = [nonce_commitment(secret) for secret in secrets]
    now = moment(ctx)
    first = Nonce.objects.filter(made_at=now).count()
    with (
        recording(actor=actor, ctx=ctx, purpose="promise secrets for draws") as r,
        acting(r, "draw.nonce_committed", key=key, obj=batch, commitments={"nonce": "".join(promised).encode()}) as act,
    ):
        if actor != SYSTEM:
            grant_seat(r, key=key, actor=actor, role="case_keeper", since=now)
        for place, (secret, commitment) in enumerate(zip(secrets, promised, strict=True), start=first):
            sealed = act.seal("draw.nonce", secret.hex())
            act.insert(Nonce(commitment=commitment, key=key, sealed=sealed, made_by=actor, made_at=now, place=place))
    return left()


def left() -> int:
    """Return how many promised secrets no draw has used. One query."""
    return Nonce.objects.exclude(commitment__in=Draw.objects.values("nonce_commitment")).count()


def next_promised() -> Nonce | None:
    """Return the secret that the next draw has to use, or None; nobody chooses. One query."""
    unused = Nonce.objects.exclude(commitment__in=Draw.objects.values("nonce_commitment"))
    return unused.order_by("made_at", "place").first()


def reveal(commitment: str, ctx: Context) -> bytes:
    """Return the secret behind a promise; the reading is logged. Not inside a transaction."""
    row = Nonce.objects.get(pk=commitment)
    return bytes.fromhex(open_texts([row.sealed], actor=SYSTEM, purpose="make a draw", ctx=ctx)[row.sealed])
