"""A service on a free port of this machine, for tests."""

from __future__ import annotations

import socket
import threading
import time

import httpx
import uvicorn

from conflict_extract.deliver.service import create_app
from conflict_extract.deliver.service.connections import closing_after
from conflict_extract.settings import Settings


class Server:
    """A uvicorn server in a thread, with a client; waits until the service is ready."""

    def __init__(self, options):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.app = create_app(Settings(), options)
        http = closing_after(options.patience)
        self.server = uvicorn.Server(uvicorn.Config(self.app, host="127.0.0.1", port=self.port, http=http, log_config=None))
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.client = httpx.Client(base_url=self.url, timeout=60)

    def __enter__(self):
        self.thread.start()
        for _ in range(900):
            try:
                if self.client.get("/readyz").status_code == 200:
                    return self
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        raise TimeoutError("the service did not get ready")

    def __exit__(self, *_):
        self.client.close()
        self.server.should_exit = True
        self.thread.join(30)

    def workers(self):
        return [worker.process for worker in self.app.state.crew._all]
