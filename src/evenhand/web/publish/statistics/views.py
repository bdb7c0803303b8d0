"""The pages of figures: in public what was published, and to the auditor alone the exact ones."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from evenhand.context import Context
from evenhand.web.people.gates import needs
from evenhand.web.people.permissions import Permission
from evenhand.web.publish.models import PublishedReport
from evenhand.web.publish.statistics.audit_page import audit_page
from evenhand.web.publish.statistics.counting import period_of
from evenhand.web.publish.statistics.page import statistics_page
from evenhand.web.publish.statistics.reading import newest_by_period
from evenhand.web.publish.statistics.reports import file_name


@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """Show the figures of a published period, the latest where none is asked for."""
    page = statistics_page(request.GET.get("period", ""))
    if page is None:
        raise Http404
    address = request.build_absolute_uri("/statistics")
    return render(request, "publish/statistics.html", {"page": page, "address": address})


@require_safe
def statistics_json(request: HttpRequest) -> HttpResponse:
    """Give a published document byte for byte, so that its digest can be checked."""
    row = _report(request)
    return _file(row.text, "application/json", file_name(period_of(row.period), "json"))


@require_safe
def statistics_csv(request: HttpRequest) -> HttpResponse:
    """Give the rows of a published document for spreadsheets."""
    row = _report(request)
    return _file(row.csv, "text/csv; charset=utf-8", file_name(period_of(row.period), "csv"))


@require_safe
@needs(Permission.AUDIT)
def figures(request: HttpRequest) -> HttpResponse:
    """Show the auditor the exact figures of a period, before disclosure control."""
    page = audit_page(request.GET.get("period", ""), Context.system().now().date())
    if page is None:
        raise Http404
    return render(request, "publish/audit_figures.html", {"page": page})


def _report(request: HttpRequest) -> PublishedReport:
    """Return the report that is asked for by digest or by period, else the latest; 404 where there is none."""
    digest, name = request.GET.get("id", ""), request.GET.get("period", "")
    if digest:
        found = PublishedReport.objects.filter(pk=digest).first() if digest.isalnum() else None
    else:
        newest = newest_by_period()
        found = newest.get(name) if name else next(iter(newest.values()), None)
    if found is None:
        raise Http404
    return found


def _file(text: str, kind: str, name: str) -> HttpResponse:
    return HttpResponse(text, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
