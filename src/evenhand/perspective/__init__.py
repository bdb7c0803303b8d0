"""The scoring service that speaks the Perspective API's protocol: own model, own scores, nothing stored by default.

    service = open_service(Path("perspective.sqlite3"), Context.system())
    response = service.handle(Request("POST", "/v1alpha1/comments:analyze", {"key": "…"}, {}, b"{…}"))

Protocol compatible, not score compatible, and not affiliated with Google. Django-free; needs text and screening.
"""

from evenhand.perspective.messages import Request, Response
from evenhand.perspective.opening import open_service
from evenhand.perspective.service import Service, Settings

__all__ = ["Request", "Response", "Service", "Settings", "open_service"]
