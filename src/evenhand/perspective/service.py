"""The service as one pure door: `Service.handle(request) -> Response`. Sockets and frameworks stand outside.

What is not pure comes in: the store, the models, the scorer, and the Context for now and randomness.
"""

from __future__ import annotations

import json
import logging
import re
import sqlite3
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Final

from evenhand.context import Context
from evenhand.perspective import discovery, feedback, keys, openapi, refusals
from evenhand.perspective.analyze import Analysed, Manner, analyse
from evenhand.perspective.keys import Key
from evenhand.perspective.languages import primary
from evenhand.perspective.messages import Request, Response, answer
from evenhand.perspective.metrics import CONTENT_TYPE, Metrics
from evenhand.perspective.models import Model, Models
from evenhand.perspective.reading import analyze_request, parse, suggest_request
from evenhand.perspective.refusals import LanguageRefusal, Refusal
from evenhand.perspective.scorer import Scorer
from evenhand.perspective.store import Store
from evenhand.perspective.suggest import suggest

log = logging.getLogger("evenhand.perspective")

_HOST: Final = re.compile(r"[A-Za-z0-9._-]{1,253}(:\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")
_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
_LOOPBACK: Final = ("127.", "::1", "::ffff:127.")


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator may choose for the whole service.

    `base_path` stands before every address ('' or '/scores'). `language` is the deployment's, taken for short
    texts. Headers of proxies count only from the addresses in `trusted_proxies`. `hosts` are the names answered
    to ('.example.org' covers names below it); empty means any. `help_url` is shown with a 429. `ruleset` names
    the code of conduct in force on a day, unless the store maps the community to another.
    """

    base_path: str = ""
    language: str = "en"
    trusted_proxies: frozenset[str] = frozenset()
    hosts: tuple[str, ...] = ()
    help_url: str = "https://evenhand.example/docs/reference/perspective"
    ruleset: Callable[[date], str] = field(default=lambda _day: feedback.NO_CODE)


Door = Callable[[Request], Response]


class Service:
    """Answers requests. Safe between threads; `close` ends its scorer and its store."""

    def __init__(self, store: Store, models: Models, ctx: Context, *, scorer: Scorer, settings: Settings) -> None:
        self.store = store
        self.models = models
        self.scorer = scorer
        self.settings = settings
        self.metrics = Metrics()
        self._ctx = ctx

    def close(self) -> None:
        """End the scorer's thread and close the store."""
        self.scorer.close()
        self.store.close()

    @cached_property
    def _doors(self) -> Mapping[str, tuple[str, str, Door]]:
        """Address below the base path -> method, name in the metrics, what answers."""
        return {
            "/v1alpha1/comments:analyze": ("POST", "analyze", self._analyze),
            "/v1alpha1/comments:suggestscore": ("POST", "suggestscore", self._suggest),
            "/$discovery/rest": ("GET", "discovery", self._discovery),
            "/v1alpha1/evenhand/models": ("GET", "models", self._list),
            "/v1alpha1/evenhand/openapi.json": ("GET", "openapi", self._openapi),
            "/metrics": ("GET", "metrics", self._metrics),
            "/healthz": ("GET", "healthz", lambda _request: answer({"status": "ok"})),
        }

    def handle(self, request: Request) -> Response:
        """Return the answer to a request. Never raises; an error of ours is a 500 without a cause in it."""
        began = self._ctx.now()
        route, error_type = "other", None
        try:
            method, route, door = self._door(request.path)
            if request.method != method:
                raise refusals.wrong_method(method)
            response = door(request)
        except Refusal as refusal:
            response, error_type = refusal.response(), refusal.error_type
        except sqlite3.OperationalError:  # the store stayed locked by others for too long
            log.warning("the store was busy")
            response = refusals.overloaded().response()
        except Exception as error:  # noqa: BLE001 the edge: whatever it was, the client gets an envelope
            log.error("%s", place(error))
            response = refusals.internal().response()
        seconds = (self._ctx.now() - began).total_seconds()
        self.metrics.seen(route, response.status, seconds, error_type)
        return response

    def _door(self, path: str) -> tuple[str, str, Door]:
        base = self.settings.base_path
        below = path.removeprefix(base) if path.startswith(base) else ""
        below = below.replace("%3A", ":").replace("%3a", ":")
        door = self._doors.get(below.removesuffix("/"))
        if door is None:
            raise refusals.not_found()
        return door

    def _analyze(self, request: Request) -> Response:
        key = self._paid(request, "analyze")
        document = parse(request.body)
        model = self._model(request)
        try:
            asked = analyze_request(document)
            done = analyse(
                asked, manner=Manner.of(key), model=model, scorer=self.scorer, deployment=self.settings.language
            )
        except LanguageRefusal as refusal:
            self._count(key, refusal)
            raise
        return self._answered(done, model, asked.comment.community_id)

    def _suggest(self, request: Request) -> Response:
        key = self._paid(request, "suggest")
        document = parse(request.body)
        model = self._model(request)
        asked = suggest_request(document)
        done = suggest(
            asked, key_id=key.id, model=model.gates.label, store=self.store, now=self._ctx.now(),
            deployment=self.settings.language, code=self._ruleset(asked.comment.community_id),
        )  # fmt: skip
        return self._answered(done, model, asked.comment.community_id)

    def _answered(self, done: Analysed, model: Model, community: str | None) -> Response:
        ruleset = ("Evenhand-Ruleset", self._ruleset(community))
        return answer(done.body, headers=(*model.headers, ruleset, *done.headers))

    def _ruleset(self, community: str | None) -> str:
        mapped = feedback.code_of(self.store, community)
        return mapped or self.settings.ruleset(self._ctx.now().date())

    def _model(self, request: Request) -> Model:
        return self.models.pinned(request.headers.get("evenhand-pin"), self._ctx.now().date())

    def _paid(self, request: Request, kind: str) -> Key:
        """Return the key of a request after one unit of its quota; raises Refusal (400, 403, 413, 429)."""
        key = self._key(request)
        if request.oversized:
            raise refusals.body_too_large()
        allowance = key.analyze if kind == "analyze" else key.suggest
        wait = keys.spend(self.store, key.id, kind, allowance, self._ctx.now().timestamp())
        if wait:
            raise refusals.out_of_quota(
                service=self._host(request), number=key.number, metric=kind, per_minute=allowance.per_minute,
                wait=wait, help_url=self.settings.help_url,
            )  # fmt: skip
        return key

    def _key(self, request: Request) -> Key:
        secret = _secret(request)
        if not secret:
            raise refusals.no_key()
        key = keys.by_secret(self.store, secret)
        if key is None:
            raise refusals.bad_key()
        if key.revoked is not None:
            raise refusals.no_key(revoked=True)
        return key

    def _count(self, key: Key, refusal: LanguageRefusal) -> None:
        for tag in refusal.languages:
            language = primary(tag)
            known = language if _LANGUAGE.fullmatch(language) else "other"
            keys.count_not_read(self.store, key.id, refusal.attribute[:64], known)

    def _discovery(self, request: Request) -> Response:
        if request.query.get("version", "v1alpha1") != "v1alpha1":
            raise refusals.not_found()
        return answer(discovery.document(self._root(request)))

    def _openapi(self, request: Request) -> Response:
        return answer(openapi.document(self._root(request), self.models.current.attributes))

    def _list(self, request: Request) -> Response:
        key = self._key(request)
        older = [
            {"name": one.name, "version": one.version, "current": False, "model": one.model,
             "calibration": one.calibration, "retired": one.retired.isoformat() if one.retired else None}
            for one in self.models.installed()
        ]  # fmt: skip
        return answer(
            {
                "models": [self.models.current.to_dict(current=True), *older],
                "ruleset": self._ruleset(None),
                "key": _shown(key, self.models.current),
                "notRead": keys.not_read(self.store, key.id),
            }
        )

    def _metrics(self, request: Request) -> Response:
        # From this machine itself without a key, so that a scraper needs none; anybody else shows one.
        direct = request.peer.startswith(_LOOPBACK) and not any(name in request.headers for name in _FORWARDED)
        if not direct:
            self._key(request)
        return Response(200, self.metrics.text(waiting=self.scorer.waiting), content_type=CONTENT_TYPE)

    def _root(self, request: Request) -> str:
        """Return the address that the client sees, ending in '/'."""
        scheme = request.address.partition("://")[0]
        if request.peer in self.settings.trusted_proxies:
            forwarded = request.headers.get("x-forwarded-proto", "").strip().lower()
            scheme = forwarded if forwarded in {"http", "https"} else scheme
        return f"{scheme}://{self._authority(request)}{self.settings.base_path}/"

    def _authority(self, request: Request) -> str:
        """Return host and port as the client sees them; raises Refusal for a host that is not ours."""
        host = request.headers.get("host", "")
        if request.peer in self.settings.trusted_proxies:
            host = request.headers.get("x-forwarded-host", "").split(",")[0].strip() or host
        if not host:
            return request.address.partition("://")[2]
        if not _HOST.fullmatch(host) or not self._is_ours(host):
            raise refusals.malformed("This host name is not served here.")
        return host

    def _is_ours(self, host: str) -> bool:
        name = host.rpartition(":")[0] if re.search(r":\d+$", host) else host
        ours = self.settings.hosts
        return not ours or any(
            one in {"*", name.lower()} or (one.startswith(".") and f".{name.lower()}".endswith(one)) for one in ours
        )

    def _host(self, request: Request) -> str:
        return re.sub(r":\d+$", "", self._authority(request))


def _secret(request: Request) -> str:
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    given = request.query.get("key") or request.headers.get("x-goog-api-key")
    return given or (bearer.strip() if scheme.lower() == "bearer" else "")


def _shown(key: Key, current: Model) -> dict[str, Any]:
    quantiles = key.quantile_map
    fits = quantiles is not None and quantiles.fits(current.gates.model, current.gates.calibration)
    return {
        "id": key.id,
        "spans": key.spans,
        "unsupportedAttributes": key.unsupported,
        "aliases": key.aliases,
        "quantileMap": {"id": quantiles.id, "inUse": fits} if quantiles else None,
    }


def place(error: BaseException) -> str:
    """Return the kind of an error and where it rose, without its message: that could hold a text or a key."""
    last = traceback.extract_tb(error.__traceback__)[-1:]
    where = f"{last[0].filename.rpartition('/')[2]}:{last[0].lineno}" if last else "an unknown place"
    return json.dumps({"error": type(error).__name__, "at": where})
