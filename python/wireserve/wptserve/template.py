"""`wptserve.template`: the `{{...}}` language of `.sub.` files and the `sub` pipe, for scripts.

`template(request, content, escape_type="html")` returns `content`, which is bytes, with every placeholder
replaced. The language is the server's own, `crates/core/src/pipes/template`; the values are those of `request`. An
expression without a value is a ValueError, or the exception that an attribute of the request raises.
"""

from ._native import template

__all__ = ["template"]
