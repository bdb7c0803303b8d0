"""Every address of the site: public pages, signing in, the rooms."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.i18n import set_language

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("evenhand.web.publish.urls")),
    path("account/", include("evenhand.web.people.urls")),
    path("", include("evenhand.web.rules.urls")),
    path("", include("evenhand.web.register.urls")),
    path("", include("evenhand.web.vault.urls")),
    path("", include("evenhand.web.sources.urls")),
    path("", include("evenhand.web.notices.urls")),
    path("", include("evenhand.web.welfare.urls")),
    path("", include("evenhand.web.desk.urls")),
    path("", include("evenhand.web.live.urls")),
    path("", include("evenhand.web.cases.urls")),
    path("", include("evenhand.web.office.urls")),
    path("", include("evenhand.web.share.urls")),
    path("", include("evenhand.web.intake.urls")),
    path("", include("evenhand.web.answer.urls")),
    # Exempt, so that the switch in the foot of every page needs no cookie before it is used; all it changes is words.
    path("language", csrf_exempt(set_language), name="set_language"),
]
