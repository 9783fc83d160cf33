"""`wptserve.constants`: the two tables that scripts look things up in.

Both are views of the tables the server itself uses, so that a script and the wire never disagree.
The longer descriptions of the status codes never go on the wire; the standard library has them.
"""

from http import HTTPStatus

import _wireserve

content_types = dict(_wireserve.MEDIA_TYPES)

_descriptions = {status.value: status.description for status in HTTPStatus}

# code -> (reason phrase, description)
response_codes = {
    code: (phrase, _descriptions.get(code, "")) for code, phrase in _wireserve.REASONS.items()
}
