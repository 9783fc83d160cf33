"""The modules of `urllib`, under the names of `six`."""

from urllib import error, parse, request, response, robotparser  # noqa: F401
