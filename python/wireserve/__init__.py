"""wireserve: an HTTP/1.1 server for tests, in the process of a Python program.

`serve` starts a server; the pytest fixture `wire` is one. `wireserve.wptserve` has wptserve's modules. Importing this
package starts nothing.
"""

from __future__ import annotations

from ._native import Answer, __version__
from .answers import Answerable, Trailer, answer, raw, script
from .fuzzed import Fuzzed
from .request import Fields, Pairs, Problem, Request
from .route import Answerer, Handler, Route, RouteUrl
from .server import Origin, Server, serve

__all__ = [
    "Answer", "Answerable", "Answerer", "Fields", "Fuzzed", "Handler", "Origin", "Pairs", "Problem", "Request", "Route",
    "RouteUrl", "Server", "Trailer", "__version__", "answer", "install_as_wptserve", "raw", "script", "serve",
]


def install_as_wptserve(*, force: bool = False) -> None:
    """Makes `import wptserve` import `wireserve.wptserve`, for the rest of the process.

    Raises ImportError if another wptserve has been imported already; `force` replaces it for imports that follow.
    """
    import sys

    from .wptserve import other_name

    loaded = sys.modules.get("wptserve")
    if loaded is not None and loaded is not sys.modules[other_name.__package__]:
        if not force:
            raise ImportError(
                "expected to be called before wptserve is imported, found it imported from %s; "
                "force=True replaces it" % getattr(loaded, "__file__", None))
        for name in list(sys.modules):
            if name == "wptserve" or name.startswith("wptserve."):
                del sys.modules[name]
    other_name.install()
