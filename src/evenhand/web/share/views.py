"""The share target of the installed page: a link, words or pictures into one's own shield, in two taps.

What the phone's system posts bears no token of ours, so the first tap stores nothing that counts: it makes a draft
that only the page it is shown on can confirm. The second tap is an ordinary form with a token.
"""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evenhand.context import Context
from evenhand.corpus.store import Busy
from evenhand.errors import UsageError
from evenhand.live.shared import Shared
from evenhand.web.home import Home
from evenhand.web.live.actions import named_here
from evenhand.web.live.drafts import Draft, new_draft, packed, unpacked
from evenhand.web.live.forwarding import address_of, forward_to, give_address
from evenhand.web.live.handing_in import checked_images, hand_in, handed_in_by
from evenhand.web.office.shield import targets_of
from evenhand.web.people.gates import signed_in
from evenhand.web.people.middleware import actor_of, standing
from evenhand.web.share.presenters import confirm, handed_in

_ELSEWHERE = "cross-site"


@require_safe
def manifest(_request: HttpRequest) -> HttpResponse:
    """Describe this site to a phone, so that it can be installed and shared to."""
    shared = {"title": "title", "text": "text", "url": "url"}
    files = [{"name": "images", "accept": ["image/png", "image/jpeg", "image/webp"]}]
    target = {"action": reverse("share"), "method": "POST", "enctype": "multipart/form-data"}
    return JsonResponse(
        {
            "name": "Evenhand", "short_name": "Evenhand", "start_url": reverse("my"), "scope": "/",
            "display": "standalone",
            "icons": [{"src": static("ui/mark.svg"), "sizes": "any", "type": "image/svg+xml"}],
            "share_target": target | {"params": shared | {"files": files}},
        },
        content_type="application/manifest+json",
    )  # fmt: skip


@never_cache
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def share(request: HttpRequest) -> HttpResponse:
    """Take what a phone shares, or show the form that does the same; sign-in first, and what was shared is kept."""
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site") == _ELSEWHERE:
        return render(request, "share/share.html", {"refused": _("Share it from your phone, or here.")}, status=403)
    if not request.user.is_authenticated:
        return _sign_in_first(request)
    targets = targets_of(standing(request).person, Context.system().now())
    if not targets:
        raise Http404
    if request.method == "POST":
        return _received(request, targets)
    draft = unpacked(request.GET.get("d", ""))
    if draft is not None and not draft.objects:
        return _asked(request, Draft(draft.id, actor_of(request), draft.shared), targets)
    items = [handed_in(row) for target in targets for row in handed_in_by(target)]
    found = {"items": items, "done": "done" in request.GET, "mailbox": forward_to(named_here(Home.here()))}
    return render(request, "share/share.html", found)


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    """Send to the sign-in page. A link and words come along, encrypted; pictures are not even read."""
    path = reverse("share")
    if request.method == "POST" and _fits(request):
        try:
            shared = _shared(request)
        except UsageError as error:
            return _refused(request, error)
        draft = new_draft(person="", shared=shared, images=[], home=Home.here(), ctx=Context.system())
        path = path if shared.is_empty else f"{path}?{urlencode({'d': packed(draft)})}"
    return redirect_to_login(path)


def _received(request: HttpRequest, targets: list[str]) -> HttpResponse:
    if not _fits(request):
        return _refused(request, UsageError(_("Together this is larger than 25 MiB."), mend=_("Share fewer pictures.")))
    try:
        shared = _shared(request)
        images = checked_images([file.read() for file in request.FILES.getlist("images")])
    except UsageError as error:
        return _refused(request, error)
    if shared.is_empty and not images:
        return _refused(request, UsageError(_("There is nothing in it."), mend=_("Share a link, words or a picture.")))
    ctx = Context.system()
    draft = new_draft(person=actor_of(request), shared=shared, images=images, home=Home.here(), ctx=ctx)
    return _asked(request, draft, targets)


def _fits(request: HttpRequest) -> bool:
    return int(request.headers.get("Content-Length") or 0) <= settings.FILE_UPLOAD_MAX_MEMORY_SIZE


def _shared(request: HttpRequest) -> Shared:
    return Shared.of(**{name: request.POST.get(name, "") for name in ("title", "text", "url")})


def _asked(request: HttpRequest, draft: Draft, targets: list[str]) -> HttpResponse:
    return render(request, "share/confirm.html", {"page": confirm(draft), "draft": packed(draft), "targets": targets})


def _refused(request: HttpRequest, error: UsageError) -> HttpResponse:
    return render(request, "share/share.html", {"refused": str(error)}, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@never_cache
@require_POST
def _keep(request: HttpRequest) -> HttpResponse:
    """Take the confirmed draft into the shield."""
    ctx, actor = Context.system(), actor_of(request)
    targets = targets_of(standing(request).person, ctx.now())
    target = request.POST.get("target", "")
    if target not in targets:
        raise Http404
    draft = unpacked(request.POST.get("draft", ""))
    if draft is None or draft.person != actor:
        return _refused(request, UsageError(_("This has waited too long."), mend=_("Share it once more.")))
    try:
        hand_in(draft=draft, target=target, actor=actor, ctx=ctx)
    except Busy:
        return _asked(request, draft, targets)
    return HttpResponseRedirect(f"{reverse('share')}?done")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def _forwarding(request: HttpRequest) -> HttpResponse:
    """Show the private address to forward mail to, and give a fresh one: for the first of the person's shields."""
    ctx, actor = Context.system(), actor_of(request)
    targets = targets_of(standing(request).person, ctx.now())
    mailbox = forward_to(named_here(Home.here()))
    if not targets or not mailbox:
        raise Http404
    refused = ""
    if request.method == "POST":
        try:
            give_address(target=targets[0], senders=request.POST.get("senders", ""), actor=actor, ctx=ctx)
            return HttpResponseRedirect(reverse("share_forwarding"))
        except UsageError:
            refused = _("Name one to five mail addresses that you forward from.")
    known = address_of(targets[0], actor=actor, ctx=ctx)
    found = {
        "address": known.at(mailbox) if known else "",
        "senders": known.senders if known else (),
        "refused": refused,
    }
    return render(request, "share/forwarding.html", found, status=422 if refused else 200)


share_keep = signed_in(_keep)
share_forwarding = signed_in(_forwarding)
