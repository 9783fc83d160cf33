from . import (
    cgi as cgi,
    config as config,
    constants as constants,
    handlers as handlers,
    logger as logger,
    pipes as pipes,
    ranges as ranges,
    request as request,
    response as response,
    router as router,
    routes as routes,
    server as server,
    sslutils as sslutils,
    stash as stash,
    utils as utils,
)
from .request import Request as Request
from .response import Response as Response
from .router import Router as Router
from .server import WebTestHttpd as WebTestHttpd, WebTestServer as WebTestServer

MODULES: frozenset[str]
CLASSES: dict[str, str]

def __getattr__(name: str) -> object: ...
