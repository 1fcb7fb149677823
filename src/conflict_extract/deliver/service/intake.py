"""What comes in: the request's schema, its body read within a limit of bytes and of time, and what all bodies may take together."""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, WithJsonSchema, field_validator
from pydantic_core import from_json
from starlette.requests import ClientDisconnect, Request

from conflict_extract.api import iso_date
from conflict_extract.deliver.service.examples import REQUEST
from conflict_extract.deliver.service.options import ServiceOptions
from conflict_extract.deliver.service.problems import Problem
from conflict_extract.errors import DateError

MOST_ERRORS = 20  # fields that do not fit, in one answer


class ExtractRequest(BaseModel):
    """A document to extract, and how to answer."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [REQUEST]})

    text: str = Field(description="The article, plain text.")
    date: Annotated[str, WithJsonSchema({"type": "string", "format": "date"})] | None = Field(
        None, description="Document date, YYYY-MM-DD."
    )
    id: str | None = Field(None, max_length=512, description="Id of the report; default: a hash of date and text.")
    title: str | None = Field(None, max_length=2_000, description="Headline, when it is not the first line of the text.")
    offsets: Literal["codepoint", "utf16"] = Field("codepoint", description="What offsets count.")
    include_text: bool = Field(True, description="Whether the article's words are in the answer.")
    min_confidence: float = Field(0.0, ge=0.0, le=1.0, description="Claims below this confidence are left out.")

    @field_validator("date")
    @classmethod
    def _a_date(cls, value: str | None) -> str | None:
        try:
            return iso_date(value)
        except DateError:  # its message has the value
            raise ValueError("a date must look like YYYY-MM-DD and exist") from None


def parse(data: bytes | bytearray, limits: ServiceOptions) -> dict[str, Any]:
    """A checked payload.

    The body becomes plain objects before the schema is asked: pydantic makes an error of a kilobyte for each unknown field, and a
    body has room for hundreds of thousands.

    Raises:
        Problem: invalid_request or text_too_long.
    """
    try:
        found = from_json(data, allow_inf_nan=False, cache_strings="none")
    except ValueError as error:  # its message says what was expected and where, and quotes nothing
        message = f"Invalid JSON: {error}"
        raise Problem("invalid_request", message, errors=[{"loc": [], "msg": message}]) from None
    if isinstance(found, dict) and len(found) > len(ExtractRequest.model_fields) + MOST_ERRORS:
        message = "Extra inputs are not permitted"
        raise Problem("invalid_request", message, errors=[{"loc": ["(unknown)"], "msg": message}] * MOST_ERRORS)
    try:
        wanted = ExtractRequest.model_validate(found)
    except ValidationError as error:
        errors = [
            {"loc": [part if part in ExtractRequest.model_fields else "(unknown)" for part in item["loc"]], "msg": item["msg"]}
            for item in error.errors(include_input=False, include_url=False)
        ]
        raise Problem("invalid_request", str(errors[0]["msg"]), errors=errors[:MOST_ERRORS]) from None
    if len(wanted.text) > limits.max_text:
        raise Problem("text_too_long", f"{len(wanted.text):,} characters; {limits.max_text:,} are allowed")
    return wanted.model_dump()


class Bodies:
    """Bytes of bodies, texts and answers in memory, over all requests."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.held = 0


class Share:
    """What one request holds of them; the frame around the request closes it."""

    def __init__(self, bodies: Bodies) -> None:
        self.bodies = bodies
        self.held = 0

    def hold(self, count: int) -> None:
        """From now on the request holds so many bytes.

        Raises:
            Problem: too_many_requests, when there is no room for more.
        """
        if count > self.held and self.bodies.held - self.held + count > self.bodies.limit:
            raise Problem("too_many_requests", "the bodies in memory leave no room for another")
        self.keep(count)

    def keep(self, count: int) -> None:
        """As `hold`, with room or without: of an answer, which is there already."""
        self.bodies.held += count - self.held
        self.held = count


async def read_body(request: Request, limits: ServiceOptions) -> bytearray:
    """The body, read no further than the limits of its size and time.

    Raises:
        Problem: body_too_large, slow_body or too_many_requests.
        ClientDisconnect: the client has gone.
    """
    share: Share = request.state.share
    data = bytearray()
    more = True
    try:
        async with asyncio.timeout(limits.patience):
            while more:
                message = await request.receive()
                if message["type"] == "http.disconnect":
                    raise ClientDisconnect
                data += message.get("body", b"")
                more = message.get("more_body", False)
                if len(data) > limits.max_body:
                    raise Problem("body_too_large", f"more than {limits.max_body:,} bytes")
                share.hold(len(data))
    except TimeoutError:
        raise Problem("slow_body", f"the body was not there within {limits.patience:g} s") from None
    return data


async def read_payload(request: Request, limits: ServiceOptions) -> dict[str, Any]:
    """The checked payload of a request; the request holds its text's bytes from then on."""
    payload = parse(await read_body(request, limits), limits)
    share: Share = request.state.share
    share.hold(sys.getsizeof(payload["text"]))
    return payload


async def gone(request: Request) -> None:
    """Return once the client has disconnected; to be asked when the body has been read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
