"""One step of the procedure as a page, and one request at it: what every view of a step is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise

from evenhand.context import Context
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.models import Case
from evenhand.web.cases.standing import InCase
from evenhand.web.record.ids import ActorId


@dataclass(frozen=True, slots=True)
class Step:
    """One page of a case: its word in the address, what the case page calls it, where and by whom it can be taken.

    `sources` empty: in every state. `roles` empty: whoever holds a seat. `taking`: also who could take intake.
    `weighed`: its words are the writer's own and pass the gate of INV-24; a note of what somebody else said does not.
    `when`: the case page lists the step only where this holds, and no other list does; its own page says why not.
    `anytime`: what is sent is taken however the case has moved meanwhile: nothing in it depends on where it stands.
    """

    slug: str
    title: str | Promise
    sources: frozenset[State] = frozenset()
    roles: frozenset[CaseRole] = frozenset()
    taking: bool = False
    listed: bool = True
    when: Callable[[Case], bool] | None = None
    anytime: bool = False
    weighed: bool = True

    @property
    def url_name(self) -> str:
        """The name of its address."""
        return f"case_{self.slug.replace('-', '_')}"

    def open_to(self, found: InCase) -> bool:
        """Return whether this person can take the step where the case stands."""
        return self.is_taken_by(found) and (not self.sources or State(found.case.state) in self.sources)

    def is_taken_by(self, found: InCase) -> bool:
        """Return whether the step belongs to a part this person has in the case, wherever the case stands."""
        seated = bool(found.roles & self.roles) if self.roles else bool(found.roles)
        return seated or (self.taking and found.may_take)


@dataclass(frozen=True, slots=True)
class Here:
    """One request at one step: the case, who stands here with which roles, and the context of the act."""

    request: HttpRequest
    step: Step
    found: InCase
    actor: ActorId
    ctx: Context = field(repr=False)

    @property
    def case(self) -> Case:
        """The case as it was read for this request."""
        return self.found.case

    @property
    def posted(self) -> bool:
        """Whether a form was sent."""
        return self.request.method == "POST"

    def show(self, template: str, context: dict[str, Any], *, status: int = HTTPStatus.OK) -> HttpResponse:
        """Return the page of the step, with what every such page shows; 422 where its form has faults."""
        form = context.get("form")
        code = HTTPStatus.UNPROCESSABLE_ENTITY if form is not None and form.is_bound else status
        return render(self.request, template, {"case": self.case, "step": self.step} | context, status=code)

    def again(self) -> HttpResponse:
        """Return the way to the same step, for the next thing to do in it."""
        return redirect(self.step.url_name, case=self.case.id)

    def all_cases(self) -> HttpResponse:
        """Return the way to the list: the case is not there any more for whoever left it."""
        return redirect("cases")

    def done(self) -> HttpResponse:
        """Return the way back to the case page."""
        return redirect("case", case=self.case.id)
