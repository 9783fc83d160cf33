"""Borrows the main of another handler."""

from imports import other_names

main = other_names.main
