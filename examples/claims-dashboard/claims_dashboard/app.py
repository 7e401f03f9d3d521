"""The pages."""

import hashlib
import logging
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, g, make_response, render_template, request, url_for
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.wrappers import Response as Answer

from claims_dashboard import places
from claims_dashboard.charts import Series, columns, month_name
from claims_dashboard.claims import Claims
from claims_dashboard.filters import Filter
from claims_dashboard.settings import Settings
from claims_dashboard.trouble import Told
from claims_dashboard.viewer import Viewer
from claims_dashboard.warehouse import Refused, Warehouse

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_NOBODY = Told(
    403,
    "Nobody is signed in",
    "This application is reached through its door alone, which says who you are.",
    "Open the address that your administrator gave you.",
)
_UNKNOWN = Told(
    404, "There is no such page", "The address may be old, or misspelt.", "Go to the dashboard, or to the list."
)
_NO_CLAIM = Told(
    404,
    "There is no such claim",
    "It may have been taken out by a later file, or the address is misspelt.",
    "Look for it in the list.",
)
_FAULT = Told(
    500,
    "Something went wrong here",
    "This is a fault of the application, not of what you did.",
    "Try again; if it stays so, tell your administrator the reference below.",
)
log = logging.getLogger(__name__)


class Dashboard(Flask):
    def log_exception(self, exc_info: Any) -> None:
        """Flask would log the path, which names a claim."""
        log.error("a page failed", exc_info=exc_info)


def create_app(settings: Settings, warehouse: Warehouse) -> Flask:
    app = Dashboard(__name__)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters |= {"place": places.name, "month": month_name, "money": _money}
    version = _version(Path(app.root_path) / "static")
    app.context_processor(lambda: {"viewer": g.get("viewer"), "tenant": settings.tenant, "version": version})
    app.before_request(_known)
    app.after_request(_guarded)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(HTTPException, _unusual)
    pages = Pages(Claims(warehouse, settings.schema))
    app.get("/healthz", endpoint="healthz")(lambda: "ok\n")
    app.get("/", endpoint="dashboard")(pages.dashboard)
    app.get("/claims", endpoint="listed")(pages.listed)
    app.get("/claims/<path:claim_id>", endpoint="shown")(pages.shown)
    return app


class Pages:
    def __init__(self, claims: Claims) -> None:
        self._claims = claims

    def dashboard(self) -> Response | str:
        chosen = Filter.read(request.args)
        if chosen.mistakes:
            return _mistaken(chosen, "dashboard")
        summary = self._claims.summary(chosen)
        months = [part.name for part in summary.months]
        counts = Series("claims", [Decimal(part.claims) for part in summary.months])
        billed = Series("billed", [part.billed for part in summary.months])
        paid = Series("paid", [part.paid for part in summary.months])
        return render_template(
            "dashboard.html",
            chosen=chosen,
            summary=summary,
            statuses=summary.every_status,
            per_month=columns(months, [counts]),
            amounts=columns(months, [billed, paid], "$"),
            places=places.most(summary.places),
        )

    def listed(self) -> Response:
        chosen = Filter.read(request.args)
        if chosen.mistakes:
            return _mistaken(chosen, "listed")
        page = self._claims.page(chosen, request.args.get("page", 1, type=int))
        made = make_response(render_template("list.html", chosen=chosen, page=page, statuses=page.every_status))
        return _recorded(made, (claim["claim_id"] for claim in page.claims))

    def shown(self, claim_id: str) -> Response:
        claim = self._claims.one(claim_id)
        if claim is None:
            return _told(_NO_CLAIM)
        back: dict[str, Any] = Filter.read(request.args).but(page=request.args.get("page", ""))
        made = make_response(render_template("claim.html", claim=claim, back=url_for("listed", **back)))
        return _recorded(made, [claim["claim_id"]])


def _known() -> Response | None:
    g.viewer = Viewer.of(request.headers)
    if g.viewer is None and request.endpoint not in ("healthz", "static"):
        return _told(_NOBODY)
    return None


def _guarded(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    is_public = request.endpoint == "static" and response.status_code == 200
    response.headers["Cache-Control"] = "public, max-age=86400" if is_public else "no-store"
    return response


def _refused(error: Refused) -> Response:
    response = _told(error.trouble.value)
    response.headers["Retry-After"] = "60"
    return response


def _unusual(error: HTTPException) -> Answer:
    if isinstance(error, NotFound):
        return _told(_UNKNOWN)
    return error.get_response() if (error.code or 500) < 500 else _told(_FAULT)


def _recorded(response: Response, shown: Iterable[str]) -> Response:
    """For the door, which writes a pseudonym of each into the access log and takes this off."""
    records = ", ".join(f"claims/{quote(each, safe='')}" for each in shown)
    if records:
        response.headers["Cloister-Record"] = records
    return response


def _mistaken(chosen: Filter, endpoint: str) -> Response:
    response = make_response(render_template("mistaken.html", chosen=chosen, endpoint=endpoint, statuses=[]))
    response.status_code = 400
    return response


def _told(what: Told) -> Response:
    response = make_response(render_template("trouble.html", told=what))
    response.status_code = what.status
    return response


def _version(static: Path) -> str:
    """Of the files that browsers keep."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(static.iterdir())))
    return digest.hexdigest()[:12]


def _money(amount: Any) -> str:
    if amount is None:
        return "\N{EN DASH}"
    return f"-${-amount:,.2f}" if amount < 0 else f"${amount:,.2f}"
