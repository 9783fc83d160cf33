"""`wptserve.routes`: the routes of a doc root, for a `Router`. The first one that matches wins."""

from . import handlers
from .router import any_method

__all__ = ["routes"]

routes = [(any_method, "*.py", handlers.python_script_handler),
          ("GET", "*.asis", handlers.as_is_handler),
          ("GET", "*", handlers.file_handler)]
