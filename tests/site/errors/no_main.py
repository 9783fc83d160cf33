"""A script that has no main."""

VALUE = 1
