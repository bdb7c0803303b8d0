"""Switching sources on and off as the settings name them, asking them, and storing what may be stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from evenhand.context import Context
from evenhand.corpus.mappings import recognise_mapped
from evenhand.corpus.store import Busy
from evenhand.errors import DoesNotHold, EvenhandError, UsageError
from evenhand.ledger.files import write_durably
from evenhand.live import Arrived, Declared, Known, Named, Polled, Sifted, State, adapter_of, read_named, sift
from evenhand.live.held import HandedIn as HandedInReader
from evenhand.live.named import FILE, webhook_of
from evenhand.live.sift import MAIL
from evenhand.posts import Choices
from evenhand.web.home import Home
from evenhand.web.live.arrivals import record_arrival
from evenhand.web.live.forwarding import forward_to
from evenhand.web.live.handing_in import record_mail
from evenhand.web.live.models import LiveSource
from evenhand.web.live.queries import declared_here, enabled, held_keys, state_of, state_path
from evenhand.web.record.ids import ORGANISATION, SYSTEM
from evenhand.web.record.projections import ROWS, said
from evenhand.web.record.unit import recording
from evenhand.web.sources.actions import import_file
from evenhand.web.sources.queries import corpus_here

_PURPOSE: Final = "live sources"


def named_here(home: Home) -> list[Named]:
    """Return the sources that the settings name. Raises UsageError for what is not right in them."""
    return read_named(home.root / FILE)


def settle(named: Sequence[Named], *, ctx: Context) -> int:
    """Make the record say what the settings say: which sources are on. Return how many changed.

    Each source switched on, changed or off is one `policy.changed`. Idempotent.
    """
    on = {row.name: row for row in enabled()}
    wanted = {source.name: source for source in named}
    gone = [row for row in on.values() if row.name not in wanted or wanted[row.name].digest != row.digest]
    new = [source for source in named if source.name not in on or on[source.name] in gone]
    for row in gone:
        _switch_off(row, ctx)
    for source in new:
        _switch_on(source, ctx)
    return len(gone) + len(new)


def _switch_on(source: Named, ctx: Context) -> None:
    row = LiveSource(
        id=ctx.new_id(), name=source.name, adapter=source.adapter, place=source.where, digest=source.digest,
        enabled_at=ctx.now().replace(microsecond=0),
    )  # fmt: skip
    with recording(actor=SYSTEM, ctx=ctx, purpose=_PURPOSE) as r:
        row.save(force_insert=True)
        r.add(type="policy.changed", obj=row.id, key=ORGANISATION, body=_body("on", row))


def _switch_off(row: LiveSource, ctx: Context) -> None:
    with recording(actor=SYSTEM, ctx=ctx, purpose=_PURPOSE) as r:
        row.disabled_at = ctx.now().replace(microsecond=0)
        row.save(update_fields=["disabled_at"])
        r.add(type="policy.changed", obj=row.id, key=ORGANISATION, body=_body("off", row))


def _body(change: str, row: LiveSource) -> dict[str, object]:
    return {"setting": "live source", "change": change, ROWS: [said(row)]}


def poll_due(ctx: Context, home: Home | None = None) -> int:
    """Ask every source that is due and store what may be stored; return how many records were kept.

    One source's trouble stops no other: it waits ever longer, and the trouble stands in its state.
    """
    home = home or Home.here()
    named = named_here(home)
    settle(named, ctx=ctx)
    return sum(poll(source, ctx=ctx, home=home) for source in named if state_of(home, source.name).is_due(ctx.now()))


def poll(source: Named, *, ctx: Context, home: Home) -> int:
    """Ask one source once and return how many records were kept. First the records are stored, then the cursor."""
    state = state_of(home, source.name)
    try:
        declared = declared_for(source, ctx=ctx, home=home)
        names = _still_held(state.names, home)
        adapter = adapter_of(source, declared, ctx, names)
        polled = adapter.poll(state.cursor)
        sifted, aside = _taken(source, polled, declared, state.aside, reads_as=adapter.reads_as, ctx=ctx, home=home)
    except Busy:
        return 0  # an import is under way: the next look, in a moment, asks with the same cursor
    except EvenhandError as error:
        _keep(home, source.name, state.failed(str(error), ctx=ctx))
        return 0
    after = state.answered(
        cursor=polled.cursor, kept=sifted.kept, not_aimed=sifted.not_aimed + polled.dropped,
        unreadable=sifted.unreadable, unread=polled.unread, more=polled.more, now=ctx.now(),
        names={name: known for name, known in (names | _stored(polled, sifted)).items() if name not in polled.gone},
        aside=aside,
    )  # fmt: skip
    _keep(home, source.name, after)
    return sifted.kept


def _taken(
    source: Named, polled: Polled, declared: Declared, aside: Mapping[str, str], *, reads_as: str | None, ctx: Context,
    home: Home,
) -> tuple[Sifted, Mapping[str, str]]:  # fmt: skip
    """Store what may be stored; return what became of it, and which files are set aside and why.

    A file that cannot be used holds up no other. Raises UsageError where there is no file to blame; Busy.
    """
    left = {name: why for name, why in aside.items() if name in polled.here and name != polled.file}
    left |= polled.aside
    try:
        if polled.whole is not None:
            return _whole(source, polled.whole, reads_as=reads_as, ctx=ctx, home=home), left
        return store(source.name, polled.records, declared, reads_as=reads_as, ctx=ctx, home=home), left
    except Busy:
        raise
    except UsageError as error:
        if not polled.file:
            raise
        return Sifted(unreadable=len(polled.records) or 1), left | {polled.file: f"{error.what}. {error.mend}".strip()}


def _whole(source: Named, path: Path, *, reads_as: str | None, ctx: Context, home: Home) -> Sifted:
    """Import an export as a person's import does: under a basis where it needs one, else not at all."""
    recognised = recognise_mapped(path, home.corpus, as_format=reads_as, choices=Choices())
    basis = str(source.settings.get("basis", "")).strip() or None
    imported = import_file(recognised=recognised, ctx=ctx, home=home, basis=basis)
    return Sifted(kept=imported.ingested.posts, unreadable=len(imported.ingested.report.refused))


def _still_held(names: Mapping[str, Known], home: Home) -> dict[str, Known]:
    """Return the names without those of records that were erased or went with time: no name outlives its record."""
    held = held_keys(corpus_here(home), {known.key for known in names.values()}) if names else set()
    return {name: known for name, known in names.items() if known.key in held}


def _stored(polled: Polled, sifted: Sifted) -> dict[str, Known]:
    return {name: known for name, known in polled.names.items() if known.key in sifted.keys}


def _keep(home: Home, name: str, state: State) -> None:
    write_durably(state_path(home, name), state.text().encode(), mode=0o600)


def declared_for(source: Named, *, ctx: Context, home: Home) -> Declared:
    """Return what a source may store: aimed at declared accounts, sent to its own mailboxes or a person's address."""
    declared = declared_here(forward_to(named_here(home)), ctx)
    return replace(declared, mailboxes=source.mailboxes)


def store(
    name: str, records: Sequence[Arrived], declared: Declared, *, reads_as: str | None, ctx: Context, home: Home
) -> Sifted:
    """Store of these records what is aimed at somebody declared, each source an import; return what became of them.

    The same records again add nothing. Raises Busy while another import runs.
    """
    held = partial(held_keys, corpus_here(home))
    sifted = sift(records, declared, held, name=name, reads_as=reads_as)
    for recognised in sifted.sources:
        imported = import_file(recognised=recognised, ctx=ctx, home=home)
        person = recognised.reader.person if isinstance(recognised.reader, HandedInReader) else ""
        if imported.id and person:
            record_mail(person, imported.id, recognised.source.sha256, ctx=ctx)
        if person or recognised.reader.source_format.startswith(f"{MAIL}/"):
            record_arrival(recognised, target=person, ctx=ctx)
    return sifted


def receive(name: str, body: bytes, signature: str, *, ctx: Context, home: Home | None = None) -> Sifted:
    """Store what a webhook was handed. Raises DoesNotHold for whoever may not hand in, UsageError for a bad body.

    A name that is no webhook and a signature that is not right are one refusal.
    """
    home = home or Home.here()
    source = next((each for each in named_here(home) if (each.name, each.adapter) == (name, "webhook")), None)
    if source is None:
        raise DoesNotHold("the signature is not right")
    settle(named_here(home), ctx=ctx)
    hook = webhook_of(source)
    records = hook.opened(body, signature, ctx.now())
    state = state_of(home, name)
    sifted = store(name, records, declared_for(source, ctx=ctx, home=home), reads_as=hook.reads_as, ctx=ctx, home=home)
    after = state.answered(
        cursor="", kept=sifted.kept, not_aimed=sifted.not_aimed, unreadable=sifted.unreadable, unread=(), more=False,
        now=ctx.now(),
    )  # fmt: skip
    _keep(home, name, after)
    return sifted
