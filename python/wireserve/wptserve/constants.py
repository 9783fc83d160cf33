"""`wptserve.constants`: the two tables that scripts look things up in.

Both are views of the tables the server itself uses, so that a script and the wire never disagree.
The longer descriptions of the status codes never go on the wire; the standard library has them.
"""

from http import HTTPStatus

from . import _native

content_types = dict(_native.MEDIA_TYPES)

# Fields of an HTTP/2 request that describe it.
h2_headers = ["method", "scheme", "host", "path", "authority", "status"]

_descriptions = {status.value: status.description for status in HTTPStatus}

# code -> (reason phrase, description)
response_codes = {
    code: (phrase, _descriptions.get(code, "")) for code, phrase in _native.REASONS.items()
}
