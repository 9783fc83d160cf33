"""The module in which the reference has `FieldStorage`."""

from wptserve.form import FieldStorage  # noqa: F401
