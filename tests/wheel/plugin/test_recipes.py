"""The recipes of docs/python.md do what they say."""

import pathlib
import re

import pytest

DOCUMENT = pathlib.Path(__file__).parents[3] / "docs" / "python.md"

IMPORTS = "import asyncio, httpx, pathlib, pytest, wireserve\n\n"


def sections():
    """The headings of the document with the Python that follows each."""
    parts = re.split(r"^#+ (.+)\n", DOCUMENT.read_text(), flags=re.MULTILINE)
    for heading, text in zip(parts[1::2], parts[2::2]):
        yield heading, re.findall(r"^```python\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


SECTIONS = dict(sections())
HEADINGS = list(SECTIONS)
RECIPES = HEADINGS[HEADINGS.index("Ten recipes") + 1:HEADINGS.index("pytest")]


def passes(pytester, test, count=1):
    pytester.makepyfile(test_recipe=IMPORTS + test)
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=count)


def test_there_are_ten():
    assert len(RECIPES) == 10


@pytest.mark.parametrize("recipe", RECIPES)
def test_recipe(pytester, recipe):
    [test] = SECTIONS[recipe]
    passes(pytester, test)


def test_first_test(pytester):
    with_pytest, without = SECTIONS["A first test"]
    passes(pytester, with_pytest)
    (pytester.path / "site").mkdir()
    (pytester.path / "site" / "page.html").write_text("<p>")
    pytester.makepyfile(program=IMPORTS.replace("pytest, ", "") + without)
    assert pytester.runpython(pytester.path / "program.py").ret == 0


def test_fuzzed(pytester):
    # A client that follows the verdicts, since this is no test of a client.
    [test] = SECTIONS["pytest"]
    passes(pytester, """
def my_client(url):
    return b""

@pytest.fixture(autouse=True)
def just(monkeypatch):
    monkeypatch.setattr(wireserve.Fuzzed, "verdict", lambda self, outcome: None)

""" + test, count=20)
