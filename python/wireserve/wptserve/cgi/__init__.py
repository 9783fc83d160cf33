"""`wptserve.cgi`: what the reference has here and in `wptserve.cgi.cgi`."""

from .cgi import FieldStorage, parse_header  # noqa: F401
