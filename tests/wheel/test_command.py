"""The command `wireserve` of the package: the whole command, in the interpreter that has installed it."""

import json
import os
import re
import signal
import subprocess
import sys
import unittest

from support import DEADLINE, Case, ask


class Command(Case):
    def command(self):
        script = os.path.join(os.path.dirname(sys.executable), "wireserve")
        return [script] if os.path.exists(script) else [sys.executable, "-m", "wireserve"]

    def start(self, *arguments):
        """The command with these arguments, and its first line."""
        process = subprocess.Popen([*self.command(), self.folder, "--port", "0", *arguments],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(self.end, process)
        return process, process.stdout.readline().decode()

    def end(self, process):
        process.kill()
        process.communicate()

    def test_it_serves_and_ends(self):
        self.write("a.txt", "a file")
        self.write("a.py", """
            import sys, time
            import wptserve
            from wptserve.utils import isomorphic_encode
            import wireserve

            def main(request, response):
                print("printed")
                request.server.stash.put("0123456789abcdef0123456789abcdef", request.GET)
                kept = request.server.stash.take("0123456789abcdef0123456789abcdef")
                same = wptserve.utils is wireserve.wptserve.utils
                same = same and wptserve.Request is type(request)
                return isomorphic_encode("%s %s %s" % (same, sys.prefix, type(kept).__module__))
        """)
        for number in (signal.SIGINT, signal.SIGTERM):
            process, line = self.start()
            port = int(re.search(r"http://[^/]*:(\d+)/", line)[1])
            self.assertEqual(ask(port, "/a.txt")[2], b"a file")
            status, _, body = ask(port, "/a.py?q=1")
            self.assertEqual((status, body.decode()), (200, "True %s wireserve.wptserve.request" % sys.prefix))
            process.send_signal(number)
            output, errors = process.communicate(timeout=DEADLINE)
            self.assertEqual((process.returncode, output), (0, b"printed\n"), errors)
            self.assertNotIn(b"Traceback", errors)

    def test_it_reports_mistakes(self):
        process, line = self.start("--no-such-option")
        _, errors = process.communicate(timeout=DEADLINE)
        self.assertEqual((process.returncode, line), (2, ""))
        self.assertIn(b"--no-such-option", errors)

    def test_it_starts_itself_again_to_measure(self):
        self.write("a.py", """
            import sys

            def main(request, response):
                assert "wireserve" in sys.modules, "the server is this interpreter again"
                return sys.prefix
        """)
        results = os.path.join(self.folder, "results.json")
        options = ["-d", "0.2", "--rounds", "2", "--json", results]
        done = subprocess.run([*self.command(), "bench", "a.py", *options, "--", self.folder],
                              capture_output=True, timeout=DEADLINE)
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(results) as file:
            path = json.load(file)["paths"][0]
        self.assertGreater(path["requests"], 0)
        self.assertGreater(path["phases_us"]["module"], 0)

    def test_it_has_a_version(self):
        import wireserve

        process, line = self.start("--version")
        self.assertEqual((process.wait(DEADLINE), line), (0, "wireserve %s\n" % wireserve.__version__))


if __name__ == "__main__":
    unittest.main()
