from collections.abc import Callable, Sequence
from logging import Logger
from threading import Thread
from typing import Any

from .config import Config
from .router import _Handler, _Registered, _Route, Router
from .server import RequestRewriter, _Rewrite

__all__ = ["WebTestHttpd", "WebTestServer"]

_Latency = float | Callable[[], float]

class BaseWebTestRequestHandler: ...
class Http1WebTestRequestHandler(BaseWebTestRequestHandler): ...
class Http2WebTestRequestHandler(BaseWebTestRequestHandler): ...

class ListeningSocket:
    def __init__(self, address: tuple[str, int]) -> None: ...
    def getsockname(self) -> tuple[str, int]: ...

class WebTestServer:
    router: Router
    rewriter: RequestRewriter
    latency: _Latency | None
    scheme: str
    logger: Logger
    server_address: tuple[str, int]
    server_name: str
    server_port: int
    socket: ListeningSocket
    def __init__(
        self,
        server_address: tuple[str, int],
        router: Router,
        rewriter: RequestRewriter,
        bind_address: bool = True,
        config: Config | None = None,
        use_ssl: bool = False,
        key_file: str | None = None,
        certificate: str | None = None,
        encrypt_after_connect: bool = False,
        latency: _Latency | None = None,
    ) -> None: ...
    def start(self) -> None: ...
    def serve_forever(self, poll_interval: float = 0.5) -> None: ...
    def wait(self) -> None: ...
    def shutdown(self) -> None: ...
    def server_close(self) -> None: ...

class WebTestHttpd:
    host: str
    port: int
    use_ssl: bool
    http2: bool
    logger: Logger
    started: bool
    server_thread: Thread | None
    router: Router
    rewriter: RequestRewriter
    httpd: WebTestServer | None
    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 8000,
        server_cls: type[WebTestServer] | None = None,
        handler_cls: type[BaseWebTestRequestHandler] | None = ...,
        use_ssl: bool = False,
        key_file: str | None = None,
        certificate: str | None = None,
        encrypt_after_connect: bool = False,
        router_cls: Callable[[str | None, Sequence[_Route]], Router] = ...,
        doc_root: str | None = ".",
        ws_doc_root: str | None = None,
        routes: Sequence[_Route] | None = None,
        rewriter_cls: Callable[[Sequence[_Rewrite]], RequestRewriter] = ...,
        bind_address: bool = True,
        rewrites: Sequence[_Rewrite] | None = None,
        latency: _Latency | None = None,
        config: Config | None = None,
        http2: bool = False,
    ) -> None: ...
    def start(self, block: bool = False) -> None: ...
    def stop(self) -> None: ...
    def get_url(self, path: str = "/", query: str | None = None, fragment: str | None = None) -> str | None: ...

def __getattr__(name: str) -> Any: ...
