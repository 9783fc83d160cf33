from collections.abc import Callable, Sequence

from .config import Config, ConfigBuilder as ConfigBuilder
from .httpd import (
    BaseWebTestRequestHandler as BaseWebTestRequestHandler,
    Http1WebTestRequestHandler as Http1WebTestRequestHandler,
    Http2WebTestRequestHandler as Http2WebTestRequestHandler,
    WebTestHttpd as WebTestHttpd,
    WebTestServer as WebTestServer,
)
from .logger import get_logger as get_logger
from .request import Request as Request
from .response import Response as Response
from .router import Followed, Router as Router, Rules as Rules
from .utils import (
    HTTPException as HTTPException,
    get_error_cause as get_error_cause,
    isomorphic_decode as isomorphic_decode,
    isomorphic_encode as isomorphic_encode,
)

__all__ = ["RequestRewriter", "Router"]

OF_HTTPD: frozenset[str]
LEFT_OUT: frozenset[str]

_Rewrite = tuple[str | bytes | Sequence[str | bytes], str, str]

class RequestRewriter(Followed):
    rules: dict[str, tuple[Sequence[str | bytes], str]]
    def __init__(self, rules: Sequence[_Rewrite]) -> None: ...
    def register(self, methods: str | bytes | Sequence[str | bytes], input_path: str, output_path: str) -> None: ...
    def rewrite(self, request_handler: object) -> None: ...

def __getattr__(name: str) -> object: ...
