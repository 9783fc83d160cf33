"""A script whose main is no function."""

main = None
