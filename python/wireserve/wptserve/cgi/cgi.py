"""The module in which the reference has `FieldStorage` and `parse_header`, which read forms.

The server reads forms itself: a `FieldStorage` is a part of a form in `request.POST`. The reference's copy of
the standard library's old `cgi` has more, which serves CGI programs: `parse`, `parse_multipart`, `test`.
"""

from ..form import FieldStorage, parse_header

__all__ = ["FieldStorage", "parse_header"]
