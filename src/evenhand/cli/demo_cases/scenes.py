"""The scenes: one case for every stage, begun so long ago that it stands there on the day of the demonstration."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from evenhand.cli.demo_cases.acts import Play, told
from evenhand.cli.demo_cases.stage import Clock, Scene, run, story_context
from evenhand.context import Context
from evenhand.evidence.gates import Gate
from evenhand.procedure.outcomes import ChargeDecision
from evenhand.procedure.outcomes import Finding as Result
from evenhand.procedure.roles import CaseRole
from evenhand.web.cases import clocks
from evenhand.web.cases.steps.decide.closing import afterwards_due
from evenhand.web.cases.steps.panel.convene import convene_due
from evenhand.web.cases.steps.service import clocks_of_served_letters
from evenhand.web.record.ids import ActorId
from evenhand.web.record.reads import close_read_windows

DAY: Final = timedelta(days=1)
HOUR: Final = timedelta(hours=1)
_SOON: Final = timedelta(minutes=20)


def make_cases(
    *,
    told_on: datetime,
    people: Mapping[str, ActorId],
    members: list[tuple[str, str]],
    codes: Callable[[str, Play], None],
) -> int:
    """Make the demonstration's cases and return how many acts it took.

    `people`: sign-in name -> id. `members`: (number, name) of members of now. `codes`: called with each stage and its
    play at the end, so that both sides' codes can be told to whoever plays them. Nothing in it is real.
    """
    clock = Clock(told_on - timedelta(days=130))
    ctx = story_context(clock)
    plays: dict[int, Play] = {}
    for begun in SCHEDULE:
        at = told_on - timedelta(days=begun.days)
        member, name = members[begun.item % len(members)]
        said = told(begun.item, name, 3, Context(lambda at=at: at, ctx.random), **begun.more)  # type: ignore[misc] # mypy types no lambda with a default
        plays[begun.number] = Play(ctx, people, said, member)
    scenes = [(told_on - timedelta(days=begun.days), begun.scene(plays[begun.number], plays)) for begun in SCHEDULE]

    def minute() -> None:
        for due in (clocks_of_served_letters, clocks.apply_due, convene_due, afterwards_due):
            due(ctx)

    played = run(scenes, clock, until=told_on, each=minute)
    clock.now = told_on
    minute()
    close_read_windows(ctx)
    for begun in SCHEDULE:
        codes(begun.stage, plays[begun.number])
    return played


@dataclass(frozen=True, slots=True)
class Begun:
    """One case of the schedule: the stage it reaches, how many days ago it began, its scene, what differs in it.

    `item`: the post it is about; two cases about the same one are the same item by the same person.
    """

    stage: str
    days: float
    number: int
    scene: Callable[[Play, Mapping[int, Play]], Scene]
    item: int
    more: Mapping[str, object]


def _received(play: Play) -> Iterator[timedelta]:
    play.report()
    yield HOUR


def _until_acknowledged(play: Play) -> Iterator[timedelta]:
    play.report()
    yield 5 * HOUR
    play.acknowledge()


def _until_lookup(play: Play) -> Iterator[timedelta]:
    yield from _until_acknowledged(play)
    yield _SOON
    play.triage()
    yield _SOON
    play.ask_lookup()


def _until_scope(play: Play) -> Iterator[timedelta]:
    yield from _until_lookup(play)
    yield 20 * HOUR
    play.confirm_scope()


def _until_assessed(play: Play, gap: Gate | None = None) -> Iterator[timedelta]:
    yield from _until_scope(play)
    yield 20 * HOUR
    play.assess(gap=gap)
    yield HOUR
    play.finish_assessment()


def _until_asked(play: Play) -> Iterator[timedelta]:
    yield from _until_assessed(play, Gate.G4)
    yield DAY
    play.ask_more()
    yield HOUR
    play.open_letters(play.told.role.value)


def _until_investigation(play: Play) -> Iterator[timedelta]:
    yield from _until_assessed(play)
    yield DAY
    play.agree()
    yield DAY
    play.investigate()
    yield DAY
    play.open_letters("respondent")


def _until_prospect(play: Play, decision: ChargeDecision = ChargeDecision.CASE_TO_ANSWER) -> Iterator[timedelta]:
    yield from _until_investigation(play)
    yield 6 * DAY
    play.hand_over()
    yield 2 * DAY
    play.prospect(decision)


def _until_reply(play: Play) -> Iterator[timedelta]:
    yield from _until_prospect(play)
    yield DAY
    play.formal()
    yield DAY
    play.open_letters("respondent")


def _until_announced(play: Play) -> Iterator[timedelta]:
    yield from _until_reply(play)
    yield 6 * DAY
    play.answer()
    yield DAY
    play.conflicts()
    yield DAY
    yield play.announce() + HOUR


def _until_hearing(play: Play) -> Iterator[timedelta]:
    yield from _until_announced(play)
    play.open_hearing()
    yield HOUR


def _until_findings(play: Play, result: Result = Result.PROVED) -> Iterator[timedelta]:
    yield from _until_hearing(play)
    play.find(result)


def _until_reasons(play: Play) -> Iterator[timedelta]:
    yield from _until_findings(play)
    yield DAY
    play.follow()
    yield DAY
    play.give_reasons()


def _until_decided(play: Play) -> Iterator[timedelta]:
    yield from _until_reasons(play)
    yield DAY
    yield from _reviewed(play)
    play.open_letters("respondent")
    play.open_letters(play.told.role.value)


def _until_not_proved(play: Play) -> Iterator[timedelta]:
    yield from _until_findings(play, Result.NOT_PROVED)
    yield DAY
    play.give_reasons()
    yield DAY
    yield from _reviewed(play)
    play.open_letters("respondent")
    play.open_letters(play.told.role.value)
    yield 40 * DAY


def _reviewed(play: Play) -> Iterator[timedelta]:
    """Where the sample sent it to a reviewer, they verify it."""
    if play.case.state == "independent_review":
        play.read_as_reviewer()
        yield HOUR
        play.verify()


def _out_of_scope(play: Play) -> Iterator[timedelta]:
    yield from _until_scope(play)
    yield DAY
    play.out_of_scope()
    yield from _reviewed(play)


def _dismissed(play: Play) -> Iterator[timedelta]:
    yield from _until_asked(play)
    yield 20 * DAY
    play.no_answer()
    yield HOUR
    play.vote_dismissal(CaseRole.ASSESSOR)
    yield HOUR
    play.vote_dismissal(CaseRole.SECOND_ASSESSOR)
    yield from _reviewed(play)


def _no_case(play: Play) -> Iterator[timedelta]:
    yield from _until_prospect(play, ChargeDecision.NO_CASE)
    yield from _reviewed(play)


def _withdrawn(play: Play) -> Iterator[timedelta]:
    yield from _until_acknowledged(play)
    yield DAY
    play.ask_back()
    yield 4 * DAY
    play.take_back()


def _merged(play: Play, known: Play) -> Iterator[timedelta]:
    play.report()
    yield 5 * HOUR
    play.acknowledge()
    yield _SOON
    play.triage()
    yield _SOON
    play.join(known)


def _with_files(scene: Callable[[Play], Scene]) -> Callable[[Play], Scene]:
    """Return a scene in which the sender adds files some hours after the report; at its end one is released."""

    def played(play: Play) -> Iterator[timedelta]:
        steps = iter(scene(play))
        yield next(steps)
        play.hand_in()
        yield from steps
        yield HOUR
        play.release_picture()

    return played


def _alone(scene: Callable[[Play], Scene]) -> Callable[[Play, Mapping[int, Play]], Scene]:
    """Return a scene that needs no other case."""
    return lambda play, _plays: scene(play)


def _begun(stage: str, days: float, number: int, scene: Callable[[Play], Scene], **more: object) -> Begun:
    return Begun(stage, days, number, _alone(scene), number, more)


_KNOWN: Final = 8
SCHEDULE: Final = (
    _begun("received, danger", 0.05, 1, _received, danger_claimed=True),
    _begun("received", 0.2, 2, _received),
    _begun("acknowledged", 0.9, 3, _until_acknowledged),
    _begun("triage, look-up waits for a second officer", 1.6, 4, _until_lookup),
    _begun("membership_check", 2.5, 5, _until_scope, sender="witness"),
    _begun("evidence_assessment, the sender is asked", 4, 6, _with_files(_until_assessed)),
    _begun("more_info_requested", 6, 7, _until_asked),
    _begun("under_investigation", 12, _KNOWN, _with_files(_until_investigation)),
    _begun("case_to_answer", 19, 9, _until_prospect),
    _begun("reply_window", 21, 10, _until_reply),
    _begun("panel_set", 34, 11, _until_announced),
    _begun("hearing", 45, 12, _until_hearing),
    _begun("liability_decided", 46, 13, _until_findings),
    _begun("independent_review", 50, 14, _until_reasons, protected_characteristic=True),
    _begun("decided, nothing proved", 51, 15, _until_not_proved),
    _begun("sanction_active", 58, 16, _until_decided),
    _begun("closed", 110, 17, _until_not_proved),
    _begun("out_of_scope", 5, 18, _out_of_scope),
    _begun("dismissed_unfit", 30, 19, _dismissed),
    _begun("no_case", 24, 20, _no_case),
    _begun("withdrawn", 7, 22, _withdrawn),
    Begun("merged", 8, 21, lambda play, plays: _merged(play, plays[_KNOWN]), _KNOWN, {}),
)
"""Every stage once, in the order of the procedure."""
