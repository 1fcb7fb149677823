"""The service's part of its OpenAPI document: bodies, answers and errors of the paths, each with an example."""

from __future__ import annotations

from typing import Any

from conflict_extract.deliver.service import examples
from conflict_extract.deliver.service.intake import ExtractRequest
from conflict_extract.deliver.service.problems import TITLES, Problem, ProblemBody
from conflict_extract.schema import Report

Answers = dict[int | str, dict[str, Any]]
DOCUMENT_CODES = (
    "bad_request",
    "unauthorized",
    "slow_body",
    "body_too_large",
    "text_too_long",
    "too_much_memory",
    "unsupported_encoding",
    "invalid_request",
    "too_many_requests",
    "not_ready",
    "busy",
    "worker_died",
    "failed",
    "deadline",
)
BATCH_CODES = ("bad_request", "unauthorized", "unsupported_encoding", "too_many_requests", "not_ready")
HEALTH_CODES = ("unsupported_encoding", "body_too_large")


def problems(*codes: str) -> Answers:
    """The errors that a path may answer: each status with an example of each of its codes."""
    out: Answers = {}
    for code in codes:
        status, title = TITLES[code]
        entry = out.setdefault(status, {"description": "", "content": {"application/problem+json": {"examples": {}}}})
        entry["description"] += ("; " if entry["description"] else "") + title
        entry["model"] = ProblemBody
        entry["content"]["application/problem+json"]["examples"][code] = {"value": problem(code)}
    return out


def problem(code: str) -> dict[str, Any]:
    """An example of an error."""
    if code == "invalid_request":
        found = Problem(code, "Field required", errors=[{"loc": ["text"], "msg": "Field required"}])
    else:
        found = Problem(code)
    return found.body(examples.REQUEST_ID)


def health(example: dict[str, Any], *codes: str) -> Answers:
    """The answers of a path without a body."""
    return {200: {"content": {"application/json": {"example": example}}}, **problems(*codes, *HEALTH_CODES)}


def document_body() -> dict[str, Any]:
    """The body of a document."""
    return {
        "required": True,
        "content": {"application/json": {"schema": ExtractRequest.model_json_schema(), "example": examples.REQUEST}},
    }


def document_answers() -> Answers:
    """The answers to a document."""
    return {200: {"description": "The report", "model": Report}, **problems(*DOCUMENT_CODES)}


def batch_body() -> dict[str, Any]:
    """The body of a batch: a document, and a line that does not fit."""
    lines = examples.lines({**examples.REQUEST, "id": "a"}, {"id": "b"})
    return {"required": True, "content": {"application/x-ndjson": {"schema": {"type": "string"}, "example": lines}}}


def batch_answers() -> Answers:
    """The answers to a batch; the example answers that of `batch_body`."""
    lines = examples.lines({**examples.report(), "id": "a"}, {"error": problem("invalid_request"), "line": 2, "id": None})
    return {
        200: {
            "description": 'One line a document, in order: a Report, or {"error": problem, "line": number, "id": id}',
            "content": {"application/x-ndjson": {"schema": {"type": "string"}, "example": lines}},
        },
        **problems(*BATCH_CODES),
    }


def finish(document: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI document, with what FastAPI cannot say: errors are never plain JSON, and an example may have nulls."""
    for methods in document["paths"].values():
        for operation in methods.values():
            for answer in operation["responses"].values():
                content = answer["content"]
                if "application/problem+json" in content:
                    content["application/problem+json"] |= content.pop("application/json", {})
    answer = document["paths"]["/v1/extract"]["post"]["responses"]["200"]["content"]["application/json"]
    answer["example"] = examples.report()
    return document
