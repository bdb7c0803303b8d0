"""Loading the register: all or nothing, in one unit of work. What is not in the file any more is asked about first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evenhand.context import Context
from evenhand.errors import Ambiguous, UsageError
from evenhand.membership import Register
from evenhand.web.people.permissions import Permission
from evenhand.web.people.policy import may
from evenhand.web.people.queries import standing_of
from evenhand.web.record.documents import instant
from evenhand.web.record.ids import SYSTEM, ActorId, KeyId
from evenhand.web.record.sealed import erase_texts, seal_texts
from evenhand.web.record.unit import Recorder, recording
from evenhand.web.register.keys import Index, key_for, register_key, seat_officers
from evenhand.web.register.known import Known, members_of
from evenhand.web.register.models import Account, Load, Member

PORTION: Final = 1_000  # members per document
T = TypeVar("T")
FIELD: Final = "register.member"


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would do to the register: counts only. `missing`: members of now that the file does not hold."""

    members: int
    stretches: int
    accounts: int
    added: int
    changed: int
    missing: int

    @property
    def unchanged(self) -> int:
        """How many members the file says nothing new of."""
        return self.members - self.added - self.changed


@dataclass(slots=True)
class _Plan:
    """What a file changes: members to write with their ids and hashes, and the ids of those who are gone."""

    write: list[tuple[str, str, Known]] = field(default_factory=list)
    known_before: dict[str, str] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)

    @property
    def changed(self) -> int:
        return sum(member in self.known_before for member, _, _ in self.write)


def preview(*, register: Register, actor: ActorId, ctx: Context) -> Preview:
    """Return what loading this file would do; nothing is written. Linear in its members, about 0.1 ms each."""
    _check_actor(actor, ctx)
    if register_key() is None:
        return _preview(register.whole(), _Plan(write=[("", "", each) for each in members_of(register)]))
    plan = _plan(register.whole(), Index(key_for(actor, ctx), actor=actor, purpose="register.preview"))
    return _preview(register, plan)


def load(
    *, register: Register, actor: ActorId, ctx: Context, known_since: date | None = None, remove_missing: bool = False
) -> Preview:
    """Take a register over, all or nothing, and return what that did.

    Raises UsageError for a file with refused rows or none, and for an actor who may not; Ambiguous where members
    of now are missing from the file and nobody said that they are to go. Cost: one transaction, some 0.3 ms per
    member that is new or changed; other writers wait meanwhile, so a large first load comes before opening.
    """
    _check_actor(actor, ctx)
    if not register.whole().intervals:
        raise UsageError(
            _("the file holds no member"), where="register", mend=_("Export the members with their intervals.")
        )
    key = key_for(actor, ctx)
    with recording(actor=actor, ctx=ctx, purpose="load the register") as r:
        here = register_key()
        if here not in {None, key}:
            raise UsageError(
                _("Somebody else loaded the register at this moment."), mend=_("Look at it, then load again.")
            )
        index = Index(key, actor=actor, purpose="register.load")
        plan = _plan(register, index)
        if plan.gone and not remove_missing:
            gone = ngettext(
                "%(n)d member of the register is not in this file.",
                "%(n)d members of the register are not in this file.",
                len(plan.gone),
            )
            raise Ambiguous(
                gone % {"n": len(plan.gone)},
                where="register",
                mend=_("Nothing was loaded. Add those who left, with the day, or say that they are to be removed."),
            )
        _write(r, key, plan, index, _load_row(r, key, register, plan, known_since))
        if here is None:
            seat_officers(key, ctx)
    return _preview(register, plan)


def _check_actor(actor: ActorId, ctx: Context) -> None:
    if actor == SYSTEM:
        return
    if not may(standing_of(actor, at=ctx.now(), second_step=True), Permission.LOAD_REGISTER):
        raise UsageError(_("This person may not load the register."), mend=_("Ask an officer of the unit."))


def _plan(register: Register, index: Index) -> _Plan:
    plan = _Plan(known_before=dict(Member.objects.values_list("id", "content")))
    seen = set()
    for known in members_of(register):
        member, content = index.member(known.ref), index.content(known.sealed_form())
        seen.add(member)
        if plan.known_before.get(member) != content:
            plan.write.append((member, content, known))
    plan.gone = sorted(plan.known_before.keys() - seen)
    return plan


def _preview(register: Register, plan: _Plan) -> Preview:
    return Preview(
        members=len(register.intervals),
        stretches=sum(len(each) for each in register.intervals.values()),
        accounts=len(register.declared),
        added=len(plan.write) - plan.changed,
        changed=plan.changed,
        missing=len(plan.gone),
    )


def _load_row(r: Recorder, key: KeyId, register: Register, plan: _Plan, known_since: date | None) -> dict[str, Any]:
    counts = _preview(register, plan)
    row = Load(
        id=r.ctx.new_id(), key=key, loaded_by=r.actor, loaded_at=_now(r.ctx), known_since=known_since,
        members=counts.members, added=counts.added, changed=counts.changed, removed=counts.missing,
    )  # fmt: skip
    row.save(force_insert=True)
    columns = {each.attname: getattr(row, each.attname) for each in row._meta.concrete_fields}
    since = known_since.isoformat() if known_since else None
    return columns | {"loaded_at": instant(row.loaded_at), "known_since": since}


def _write(r: Recorder, key: KeyId, plan: _Plan, index: Index, load_row: dict[str, Any]) -> None:
    """Write the plan: one document that states the load and who is gone, then one for each portion of members."""
    r.add(type="register.loaded", obj=load_row["id"], key=key, body=_remove(r, plan.gone) | {"load": load_row})
    for portion in _portions(plan.write):
        body = _forget(r, [member for member, _, _ in portion if member in plan.known_before])
        r.add(type="register.loaded", obj=load_row["id"], key=key, body=body | _write_portion(r, key, index, portion))


def _write_portion(r: Recorder, key: KeyId, index: Index, portion: Sequence[tuple[str, str, Known]]) -> dict[str, Any]:
    """Seal one portion of members, replace their rows and return what its document adds."""
    texts = seal_texts(r, key=key, field=FIELD, texts=[known.sealed_form() for _, _, known in portion])
    rows = [Member(id=m, text=text, content=content) for (m, content, _), text in zip(portion, texts, strict=True)]
    Member.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["id"], update_fields=["text", "content"], batch_size=200
    )
    accounts = sorted(set(_accounts(index, portion)))
    Account.objects.bulk_create((Account(value=value, member_id=m) for value, m in accounts), batch_size=200)
    members = [[row.id, row.text, row.content] for row in rows]
    return {"gone": [], "members": members, "accounts": [list(pair) for pair in accounts]}


def _accounts(index: Index, portion: Iterable[tuple[str, str, Known]]) -> Iterator[tuple[str, str]]:
    for member, _content, known in portion:
        for declared in known.declared:
            for value in index.accounts(declared):
                yield value, member


def _remove(r: Recorder, gone: Sequence[str]) -> dict[str, Any]:
    """Remove members and return what the document says of it."""
    said = _forget(r, gone)
    for some in _portions(gone):
        Member.objects.filter(id__in=some).delete()
    return said | {"gone": list(gone), "members": [], "accounts": []}


def _forget(r: Recorder, members: Sequence[str]) -> dict[str, Any]:
    """Erase the texts and accounts that members had until now; return what the document says of it."""
    texts: list[str] = []
    accounts: list[list[str]] = []
    for some in _portions(members):
        texts += Member.objects.filter(id__in=some).values_list("text", flat=True)
        held = Account.objects.filter(member__in=some)
        accounts += [list(pair) for pair in held.values_list("value", "member_id")]
        held.delete()
    for part in _portions(texts):
        erase_texts(r, part)
    return {"erased_texts": texts, "accounts_gone": accounts}


def _portions(values: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), PORTION):
        yield values[start : start + PORTION]


def _now(ctx: Context) -> datetime:
    return ctx.now().replace(microsecond=0)
