"""The HTTP service: `create_app` makes an ASGI application (extra `serve`), `conflict-extract serve` runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conflict_extract.deliver.service.options import ServiceOptions
from conflict_extract.errors import MissingExtraError
from conflict_extract.settings import Settings

if TYPE_CHECKING:
    from fastapi import FastAPI

__all__ = ["ServiceOptions", "create_app"]


def create_app(settings: Settings | None = None, options: ServiceOptions | None = None) -> FastAPI:
    """The service as an ASGI application, to run or to mount.

    Args:
        settings: of the Extractors; default: from the environment.
        options: limits of the service.

    Raises:
        MissingExtraError: the extra `serve` is not installed.
    """
    try:  # here, so that worker processes, which import this package, need not load the web framework
        from conflict_extract.deliver.service.app import make_app
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("conflict_extract"):
            raise
        raise MissingExtraError(str(error.name), "serve") from None
    return make_app(settings, options)
