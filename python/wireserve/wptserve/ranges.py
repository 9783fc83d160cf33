"""`wptserve.ranges`: the parser of the Range header, for scripts.

The parser is the server's own, `crates/core/src/http/range.rs`. An invalid field is an HTTPException, whose text is
sent to the client: a 416 response shows the arguments of the exception.
"""

from ._native import Range, RangeParser

__all__ = ["Range", "RangeParser"]
