"""A script that fails while it is loaded."""

raise ValueError("ham")
