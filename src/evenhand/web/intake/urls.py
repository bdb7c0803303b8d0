"""Addresses of the door: report, follow. Names on the page never stand in an address."""

from __future__ import annotations

from django.urls import path

from evenhand.web.intake import by_officer, follow, follow_more, views

urlpatterns = [
    path("report", views.report, name="report"),
    path("report/danger", views.danger, name="report_danger"),
    path("report/take-down", by_officer.take_down, name="report_take_down"),
    path("follow", follow.follow, name="follow"),
    path("follow/close", follow.close, name="follow_close"),
    path("leave", follow.leave_quickly, name="leave"),
    path("follow/message", follow.message, name="follow_message"),
    path("follow/file", follow.file, name="follow_file"),
    path("follow/link", follow.link, name="follow_link"),
    path("follow/file/part", follow.file_part, name="follow_file_part"),
    path("follow/identity", follow.identity, name="follow_identity"),
    path("follow/withdraw", follow_more.withdraw, name="follow_withdraw"),
    path("follow/keep", follow_more.keep_report, name="follow_keep"),
    path("follow/companion", follow_more.companion, name="follow_companion"),
    path("follow/challenge", follow_more.challenge_member, name="follow_challenge"),
    path("follow/ring", follow_more.ring, name="follow_ring"),
    path("follow/no-call", follow_more.no_call, name="follow_no_call"),
    path("follow/more-time", follow_more.more_time, name="follow_more_time"),
    path("follow/language", follow_more.language, name="follow_language"),
    path("follow/readers", follow_more.readers, name="follow_readers"),
    path("follow/bundle", follow_more.own_bundle, name="follow_bundle"),
    path("follow/bundle/save", follow_more.own_bundle_save, name="follow_bundle_save"),
    path("follow/proof", follow.proof, name="follow_proof"),
    path("follow/letter/<str:letter>", follow.letter, name="follow_letter"),
    path("follow/letter/<str:letter>/pdf", follow.letter_pdf, name="follow_letter_pdf"),
]
