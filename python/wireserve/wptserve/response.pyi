from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from ._native import ResponseHeaders as ResponseHeaders
from .detached import Response as Response, ResponseWriter as ResponseWriter

__all__ = ["MultipartContent", "MultipartPart", "Response", "ResponseHeaders", "ResponseWriter",
           "cookie_header", "error_body", "place", "server_error", "without_cookie"]

def cookie_header(
    name: str | bytes,
    value: str | bytes | None,
    path: str = "/",
    domain: str | None = None,
    max_age: int | timedelta | None = None,
    expires: datetime | timedelta | None = None,
    samesite: str | None = None,
    secure: bool = False,
    httponly: bool = False,
    comment: str | None = None,
) -> str: ...
def without_cookie(values: Iterable[str | bytes], name: str | bytes) -> list[str | bytes]: ...
def server_error(err: object, url: str, suppress: bool) -> str: ...
def place(main: object) -> str | None: ...
def error_body(code: int, message: str) -> str: ...

class MultipartContent:
    boundary: str
    default_content_type: str | bytes | None
    items: list[MultipartPart]
    def __init__(self, boundary: str | None = None, default_content_type: str | bytes | None = None) -> None: ...
    def __iter__(self) -> Iterator[Callable[[], bytes]]: ...
    def __call__(self) -> bytes: ...
    def append_part(
        self,
        data: bytes,
        content_type: str | bytes | None = None,
        headers: Iterable[tuple[str | bytes, str | bytes]] | None = None,
    ) -> None: ...

class MultipartPart:
    data: bytes
    headers: ResponseHeaders
    def __init__(
        self,
        data: bytes,
        content_type: str | bytes | None = None,
        headers: Iterable[tuple[str | bytes, str | bytes]] | None = None,
    ) -> None: ...
    def to_bytes(self) -> bytes: ...

def __getattr__(name: str) -> Any: ...
