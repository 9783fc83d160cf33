"""A script that misses a file while it is loaded."""

open("no/such/file")
