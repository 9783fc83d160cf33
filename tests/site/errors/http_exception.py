"""A script that refuses while it is loaded."""

from wptserve.utils import HTTPException

raise HTTPException(403, "ham")
