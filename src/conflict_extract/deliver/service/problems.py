"""Errors as problem+json (RFC 9457). `type` is "urn:conflict-extract:" and a stable code; the text never appears."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, Field
from starlette.responses import Response

TITLES: dict[str, tuple[int, str]] = {
    "bad_request": (400, "The request cannot be read"),
    "unauthorized": (401, "A bearer token is needed"),
    "not_found": (404, "There is no such path"),
    "method_not_allowed": (405, "This path does not take this method"),
    "slow_body": (408, "The body did not arrive in time"),
    "body_too_large": (413, "The body is too large"),
    "text_too_long": (413, "The text is too long"),
    "too_much_memory": (413, "The text needs more memory than a worker has"),
    "unsupported_encoding": (415, "Compressed bodies are not accepted"),
    "invalid_request": (422, "The request does not fit the schema"),
    "too_many_requests": (429, "Too many requests are waiting"),
    "not_ready": (503, "The service is not ready"),
    "busy": (503, "No worker came free in time"),
    "worker_died": (503, "The worker died; the request may be sent again"),
    "deadline": (504, "The document took longer than the deadline"),
    "failed": (500, "The document could not be extracted"),
}


class FieldError(BaseModel):
    """What is wrong with a field."""

    loc: list[str | int] = Field(description="Where it is; a field that the schema does not know is called (unknown).")
    msg: str


class ProblemBody(BaseModel):
    """The JSON object of an error, for the API's description."""

    type: str = Field(
        description="A stable code.", json_schema_extra={"enum": [f"urn:conflict-extract:{code}" for code in TITLES]}
    )
    title: str
    status: int
    detail: str
    instance: str = Field(description="The X-Request-ID of the request, or one made for it.")
    errors: list[FieldError] | None = Field(None, description="Of invalid_request: the fields that do not fit.")


class Problem(Exception):
    """An error that becomes a problem+json answer.

    Args:
        code: a key of `TITLES`.
        detail: words for people, without the text.
        errors: [{"loc": [...], "msg": "..."}] for invalid fields.
        headers: further headers.
        trace: `traces.frames` of the error behind it, for the log.
    """

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        errors: list[dict[str, Any]] | None = None,
        headers: dict[str, str] | None = None,
        trace: list[str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.status, self.title = TITLES[code]
        self.detail = detail or self.title
        self.errors = errors
        self.headers = headers or {}
        self.trace = trace
        if self.status in (429, 503):
            self.headers.setdefault("Retry-After", "2")
        if self.status == 408:
            self.headers.setdefault("Connection", "close")  # the rest of the body may still come
        if self.status == 401:
            self.headers.setdefault("WWW-Authenticate", "Bearer")

    def body(self, request_id: str) -> dict[str, Any]:
        """The problem as a JSON object; `instance` is the request's id."""
        out: dict[str, Any] = {
            "type": f"urn:conflict-extract:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": request_id,
        }
        if self.errors:
            out["errors"] = self.errors
        return out

    def response(self, request_id: str) -> Response:
        """The problem as an HTTP answer."""
        return Response(
            json.dumps(self.body(request_id), ensure_ascii=False),
            status_code=self.status,
            media_type="application/problem+json",
            headers=self.headers,
        )
