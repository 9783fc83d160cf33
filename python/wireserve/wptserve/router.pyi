from collections.abc import Callable, Iterable, Sequence
from re import Pattern
from typing import Any

from .request import Request
from .response import Response

__all__ = ["Router", "any_method", "compile_path_match"]

class AnyMethod: ...

any_method: AnyMethod

_Handler = Callable[[Request, Response], object]
_Methods = str | bytes | AnyMethod | Iterable[str | bytes | AnyMethod]
_Route = tuple[_Methods, str, _Handler]
_Registered = tuple[str | bytes | AnyMethod, Pattern[str], _Handler]

class Followed:
    deciding: Sequence[str]
    reporting: type | None
    changed: Callable[[], object] | None

class Routes(list[_Registered]):
    changed: Callable[[list[_Registered] | None], object] | None

class Rules(dict[str, tuple[Sequence[str | bytes], str]]):
    changed: Callable[[], object] | None

PIECE: Pattern[str]

def compile_path_match(route_pattern: str) -> Pattern[str]: ...
def pattern_of(expression: object) -> str | None: ...
def reporting(base: type, name: str) -> Callable[..., Any]: ...

class Router(Followed):
    doc_root: str | None
    routes: list[_Registered]
    def __init__(self, doc_root: str | None, routes: Sequence[_Route]) -> None: ...
    def register(self, methods: _Methods, path: str, handler: _Handler) -> None: ...
    def get_handler(self, request: Request) -> _Handler | None: ...
