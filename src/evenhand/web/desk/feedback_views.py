"""The pages of feedback: the sample, the second label, missed abuse, and refits. Each view calls one verb or query."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from evenhand.context import Context
from evenhand.web.desk import refits
from evenhand.web.desk.examples import counts, miss_rate, next_sample, next_to_label
from evenhand.web.desk.feedback import label, report_missed
from evenhand.web.desk.feedback_forms import LabelForm, MissedForm, SampleForm
from evenhand.web.desk.presenters.asked import miss_words, names, question, waiting_words
from evenhand.web.desk.presenters.refits import refits_page
from evenhand.web.desk.words import Answer
from evenhand.web.home import Home
from evenhand.web.people.gates import needs
from evenhand.web.people.middleware import actor_of
from evenhand.web.people.permissions import Permission


@require_http_methods(["GET", "POST"])
def _sample(request: HttpRequest) -> HttpResponse:
    """Ask about one post drawn at random; the one answered for is the one that was shown."""
    form = SampleForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        _answer(request, form.answered, ())
        return redirect("desk_sample")
    asked, ctx, rate = next_sample(), Context.system(), miss_rate()
    card = question(asked, actor_of(request), "desk.sample", ctx) if asked else None
    said = {"card": card, "form": form, "rate": miss_words(rate), "waiting": waiting_words(rate.waiting)}
    return render(request, "desk/sample.html", said, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def _labels(request: HttpRequest) -> HttpResponse:
    """Ask for the second label of one post, without showing the first."""
    form = LabelForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        _answer(request, form.answered, form.cleaned_data["kinds"])
        return redirect("desk_labels")
    ctx = Context.system()
    asked, waiting = next_to_label(actor_of(request), ctx.now())
    card = question(asked, actor_of(request), "desk.labels", ctx) if asked else None
    said = {"card": card, "form": form, "waiting": waiting_words(waiting), "counts": counts(ctx.now())}
    return render(request, "desk/labels.html", said, status=422 if form.is_bound else 200)


def _answer(request: HttpRequest, answer: Answer, kinds: list[str] | tuple[str, ...]) -> None:
    label(
        example=request.POST.get("post", ""), answer=answer, kinds=kinds, actor=actor_of(request), ctx=Context.system()
    )
    messages.success(request, _("Your answer is recorded."))
    if answer is Answer.ABUSE:
        messages.warning(
            request,
            _("An answer opens nothing by itself. If it may be a danger to somebody, tell them and the unit now."),
        )


@require_http_methods(["GET", "POST"])
def _missed(request: HttpRequest) -> HttpResponse:
    """Take a post that was abuse and of which no lead was made."""
    ctx = Context.system()
    people = names(None, actor_of(request), "desk.missed", ctx)
    form = MissedForm(request.POST if request.method == "POST" else None, people=people)
    if form.is_valid():
        said = form.cleaned_data
        report_missed(
            person=said["person"], text=said["text"], kinds=said["kinds"], actor=actor_of(request), ctx=Context.system()
        )
        messages.success(request, _("Recorded. It changes no score; a colleague is asked about it as well."))
        return redirect("desk_leads")
    return render(request, "desk/missed.html", {"form": form}, status=422 if form.is_bound else 200)


@require_GET
def _refits(request: HttpRequest) -> HttpResponse:
    """Show the refit in use, those that wait for a second person, and the files that could be proposed."""
    return render(request, "desk/refits.html", {"page": refits_page(Home.here(), actor_of(request))})


@require_POST
def _refit_propose(request: HttpRequest, package: str) -> HttpResponse:
    """Propose to use a refit."""
    if package not in refits.packages(Home.here()):
        raise Http404
    refits.propose(package=package, home=Home.here(), actor=actor_of(request), ctx=Context.system())
    messages.success(request, _("Proposed. A second person has to switch it on."))
    return redirect("desk_refits")


@require_POST
def _refit_approve(request: HttpRequest, refit: str) -> HttpResponse:
    """Switch a proposed refit on, as the second person."""
    if refit not in {use.id for use in refits.proposed()}:
        raise Http404
    refits.approve(proposal=refit, home=Home.here(), actor=actor_of(request), ctx=Context.system())
    messages.success(request, _("Switched on. Posts that come in from now on are screened with it."))
    return redirect("desk_refits")


@require_POST
def _refit_end(request: HttpRequest, refit: str) -> HttpResponse:
    """End a refit or a proposal."""
    used = refits.refit_in_use()
    if refit not in {use.id for use in [*refits.proposed(), *([used] if used else [])]}:
        raise Http404
    refits.end(use=refit, actor=actor_of(request), ctx=Context.system())
    messages.success(request, _("Ended. The detector is as shipped."))
    return redirect("desk_refits")


sample = needs(Permission.DISPOSE_LEADS)(_sample)
labels = needs(Permission.DISPOSE_LEADS)(_labels)
missed = needs(Permission.DISPOSE_LEADS)(_missed)
refits_view = needs(Permission.PUBLISH_RULES)(_refits)
refit_propose = needs(Permission.PUBLISH_RULES)(_refit_propose)
refit_approve = needs(Permission.PUBLISH_RULES)(_refit_approve)
refit_end = needs(Permission.PUBLISH_RULES)(_refit_end)
