"""Servers in this process, and the command."""

from collections.abc import Callable, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, final

__version__: str

@final
class Handler:
    """A handler of the server's own, which needs the interpreter at most for scripts."""

    @staticmethod
    def files(root: str | PathLike[str], url_base: str = "/") -> Handler: ...
    @staticmethod
    def as_is(root: str | PathLike[str], url_base: str = "/") -> Handler: ...
    @staticmethod
    def wire_files(root: str | PathLike[str], url_base: str = "/") -> Handler: ...
    @staticmethod
    def scripts(root: str | PathLike[str], url_base: str = "/") -> Handler: ...
    @staticmethod
    def calling(function: Callable[[Any, Any], object], root: str | PathLike[str], url_base: str = "/") -> Handler: ...
    @staticmethod
    def returned_by(
        function: Callable[[Any, Any], object], root: str | PathLike[str], url_base: str = "/"
    ) -> Handler: ...

class Server:
    """A server."""

    def __new__(
        cls,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        doc_root: str | PathLike[str] | None = None,
        certificate: str | PathLike[str] | None = None,
        key: str | PathLike[str] | None = None,
        configure: Callable[[int], tuple[object, str]] | None = None,
        latency: float = 0.0,
        as_wptserve: bool = False,
    ) -> Server: ...
    def start(self) -> None: ...
    def stop(self, grace: float = 0.0) -> None: ...
    def register(self, method: str, pattern: str, handler: Handler | Callable[[Any, Any], object]) -> None: ...
    def replace_routes(
        self,
        routes: Sequence[tuple[str, str, Handler | Callable[[Any, Any], object]]],
        rewrites: Sequence[tuple[str, str, str]],
    ) -> None: ...
    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def connections(self) -> int: ...

def certificate_files(
    folder: str | PathLike[str], hosts: Sequence[str], days: float, anew: bool
) -> tuple[Path, Path, Path | None]: ...
def main(arguments: Sequence[str]) -> int: ...
