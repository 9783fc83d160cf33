from typing import Any, TypeVar

__all__ = ["NoSSLEnvironment", "OpenSSLEnvironment", "PregeneratedSSLEnvironment", "environments", "get_cls"]

_S = TypeVar("_S")

class NoSSLEnvironment:
    ssl_enabled: bool
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __enter__(self: _S) -> _S: ...
    def __exit__(self, *exc: object) -> None: ...
    def host_cert_path(self, hosts: Any) -> tuple[str | None, str | None]: ...
    def ca_cert_path(self, hosts: Any) -> str | None: ...

class PregeneratedSSLEnvironment(NoSSLEnvironment):
    def __init__(
        self, logger: Any, host_key_path: str | None, host_cert_path: str | None, ca_cert_path: str | None = None
    ) -> None: ...

class OpenSSLEnvironment(NoSSLEnvironment):
    logger: Any
    base_path: str | None
    force_regenerate: bool
    duration: float
    def __init__(
        self,
        logger: Any,
        openssl_binary: str = "openssl",
        base_path: str | None = None,
        password: str = "web-platform-tests",
        force_regenerate: bool = False,
        duration: float = 30,
        base_conf_path: str | None = None,
    ) -> None: ...

environments: dict[str, type[NoSSLEnvironment]]

def get_cls(name: str) -> type[NoSSLEnvironment]: ...
