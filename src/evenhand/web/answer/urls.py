"""Addresses of the door for answers. None names a case: the code in the letter does, once, in a form."""

from __future__ import annotations

from django.urls import path

from evenhand.web.answer import asking, replying, views

urlpatterns = [
    path("answer", views.answer, name="answer"),
    path("answer/close", views.close, name="answer_close"),
    path("answer/letter/<str:letter>", views.letter, name="answer_letter"),
    path("answer/letter/<str:letter>/pdf", views.letter_pdf, name="answer_letter_pdf"),
    path("answer/proof", views.proof, name="answer_proof"),
    path("answer/bundle", asking.own_bundle, name="answer_bundle"),
    path("answer/bundle/save", asking.own_bundle_save, name="answer_bundle_save"),
    path("answer/language", asking.language, name="answer_language"),
    path("answer/readers", views.readers, name="answer_readers"),
    path("answer/message", asking.message, name="answer_message"),
    path("answer/file", asking.file, name="answer_file"),
    path("answer/link", asking.link, name="answer_link"),
    path("answer/file/part", asking.file_part, name="answer_file_part"),
    path("answer/ring", asking.ring, name="answer_ring"),
    path("answer/no-call", asking.no_call, name="answer_no_call"),
    path("answer/more-time", asking.more_time, name="answer_more_time"),
    path("answer/companion", asking.companion, name="answer_companion"),
    path("answer/challenge", asking.challenge_member, name="answer_challenge"),
    path("answer/reply", replying.begin, name="answer_reply"),
    path("answer/reply/check", replying.check, name="answer_check"),
    path("answer/reply/<int:place>", replying.point, name="answer_point"),
]
