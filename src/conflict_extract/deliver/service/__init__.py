"""The HTTP service: `create_app` makes an ASGI application, `serve` runs it (extra `serve`)."""

from conflict_extract.deliver.service.app import create_app
from conflict_extract.deliver.service.options import ServiceOptions

__all__ = ["ServiceOptions", "create_app"]
