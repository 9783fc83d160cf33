from http.cookies import BaseCookie, Morsel
from typing import Any

from ._native import MultiDict as MultiDict, RequestHeaders as RequestHeaders
from .config import Config
from .detached import InputFile as InputFile, Request as Request

__all__ = ["Server", "Authentication", "BinaryCookieParser", "CookieValue", "Cookies", "InputFile",
           "MultiDict", "Request", "RequestHeaders", "auth_of", "cookies_of"]

class Server:
    config: Config | None
    def __init__(self, request: Request) -> None: ...
    @property
    def stash(self) -> Any: ...

class CookieValue:
    key: str
    value: bytes
    expires: str
    path: str
    comment: str
    domain: str
    max_age: str
    secure: bool | str
    version: str
    httponly: bool | str
    def __init__(self, morsel: Morsel[Any]) -> None: ...
    def __eq__(self, other: object) -> bool: ...

class Cookies(MultiDict): ...

class BinaryCookieParser(BaseCookie[bytes]):
    limit: int | None
    def __init__(self, input: bytes | None = None, limit: int | None = None) -> None: ...

class Authentication:
    username: bytes | None
    password: bytes | None
    def __init__(self, headers: RequestHeaders) -> None: ...
    def decode_basic(self, data: bytes) -> list[bytes]: ...

def cookies_of(headers: RequestHeaders, limit: int | None = None) -> Cookies: ...
def auth_of(headers: RequestHeaders) -> Authentication: ...
def __getattr__(name: str) -> Any: ...
