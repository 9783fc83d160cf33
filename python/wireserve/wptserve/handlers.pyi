from collections.abc import Callable, Iterable
from typing import Any

from .file_handlers import (
    AsIsHandler as AsIsHandler,
    DirectoryHandler as DirectoryHandler,
    FileHandler as FileHandler,
    PythonScriptHandler as PythonScriptHandler,
    load_headers as load_headers,
    parse_qs as parse_qs,
    wrap_pipeline as wrap_pipeline,
)
from .request import Request
from .response import Response
from .router import _Handler
from .utils import HTTPException as HTTPException, isomorphic_encode as isomorphic_encode

__all__ = ["BasicAuthHandler", "ErrorHandler", "FunctionHandler", "HTTPException", "JsonHandler",
           "StaticHandler", "StringHandler", "as_is_handler", "file_handler", "filesystem_path",
           "guess_content_type", "handler", "json_handler", "python_script_handler"]

SERVING_FILES: frozenset[str]

as_is_handler: AsIsHandler
file_handler: FileHandler
python_script_handler: PythonScriptHandler
basic_auth_handler: BasicAuthHandler

class FunctionHandler:
    func: _Handler
    def __init__(self, func: _Handler) -> None: ...
    def __call__(self, request: Request, response: Response) -> None: ...

def handler(func: _Handler) -> FunctionHandler: ...

class JsonHandler:
    func: _Handler
    def __init__(self, func: _Handler) -> None: ...
    def __call__(self, request: Request, response: Response) -> None: ...
    def handle_request(self, request: Request, response: Response) -> object: ...

def json_handler(func: _Handler) -> JsonHandler: ...

class ErrorHandler:
    status: int
    def __init__(self, status: int) -> None: ...
    def __call__(self, request: Request, response: Response) -> None: ...

class StringHandler:
    data: str | bytes | None
    resp_headers: list[tuple[str, str]]
    handler: FunctionHandler
    def __init__(self, data: str | bytes | None, content_type: str, **headers: str) -> None: ...
    def __call__(self, request: Request, response: Response) -> None: ...
    def handle_request(self, request: Request, response: Response) -> object: ...

class StaticHandler:
    paths: tuple[str, ...]
    format_args: Any
    string_handler: StringHandler
    def __init__(self, path: str | Iterable[str], format_args: Any, content_type: str, **headers: str) -> None: ...
    def __call__(self, request: Request, response: Response) -> None: ...
    def read(self) -> str: ...

class BasicAuthHandler:
    handler: _Handler
    user: str | bytes | None
    password: str | bytes | None
    def __init__(self, handler: _Handler, user: str | bytes | None, password: str | bytes | None) -> None: ...
    def __call__(self, request: Request, response: Response) -> object: ...

def filesystem_path(base_path: str | None, request: Request, url_base: str = "/") -> str: ...
def guess_content_type(path: str) -> str: ...
def apply(result: object, response: Response) -> None: ...
def __getattr__(name: str) -> object: ...
