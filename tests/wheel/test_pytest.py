"""`pytest -p wireserve.as_wptserve` runs the tests of a program that imports wptserve."""

import os
import subprocess
import sys
import unittest
from importlib.util import find_spec

from support import DEADLINE, Case


@unittest.skipUnless(find_spec("pytest"), "pytest is not installed")
class Pytest(Case):
    def test_tests_import_wptserve(self):
        self.write("test_it.py", """
            import urllib.request

            import pytest
            import wptserve
            from wptserve.handlers import handler


            @pytest.fixture
            def server():
                httpd = wptserve.server.WebTestHttpd(port=0, routes=[("GET", "/", handler(lambda *_: "answered"))])
                httpd.start()
                yield httpd
                httpd.stop()


            def test_it(server):
                assert wptserve.__name__ == "wireserve.wptserve"
                assert urllib.request.urlopen(server.get_url("/")).read() == b"answered"
        """)
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "wireserve.as_wptserve", "-p", "no:cacheprovider", self.folder],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=DEADLINE, cwd=self.folder,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
        self.assertIn("1 passed", done.stdout.decode())


if __name__ == "__main__":
    unittest.main()
