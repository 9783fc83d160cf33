"""Tests of the pytest plugin, each of which runs pytest on tests that it writes."""

pytest_plugins = ["pytester"]
