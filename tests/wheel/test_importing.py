"""Importing the package changes nothing in the process, and takes little time."""

import os
import subprocess
import sys
import unittest

from support import DEADLINE, run

STATE = """
    import os, sys, threading, time

    def state():
        return [list(sys.meta_path), list(sys.path), sys.stdout, sys.stderr, time.sleep, sys.argv[:],
                threading.active_count(), threading.current_thread() is threading.main_thread(),
                os.listdir("/proc/self/task"), len(os.listdir("/proc/self/fd")),
                "wptserve" in sys.modules, [hook for hook in (sys.excepthook, sys.displayhook)]]
"""


class Importing(unittest.TestCase):
    def test_import_starts_and_replaces_nothing(self):
        run(STATE + """
    before = state()
    import wireserve
    import wireserve.wptserve.server, wireserve.wptserve.httpd, wireserve.wptserve.stash
    assert state() == before, (before, state())
""")

    def test_a_server_replaces_nothing(self):
        # A doc root on `sys.path` is wptserve's way of letting handlers import; and what they import as `wptserve` is
        # looked for here last.
        run(STATE + """
    import tempfile
    import wireserve.wptserve.server
    before = state()
    server = wireserve.wptserve.server.WebTestHttpd(port=0, doc_root=tempfile.gettempdir())
    server.start()
    server.stop()
    after = state()
    assert after[0][:-1] == before[0] and type(after[0][-1]).__name__ == "LastResort", after[0]
    assert after[2:8] == before[2:8], (before, after)
""")

    def test_import_takes_less_than_that_of_a_server_of_the_standard_library(self):
        # Of the processor's time, since the machine may be busy; and compared, since it may be slow.
        program = ("import sys, threading, time; start = time.process_time(); import %s; "
                   "print(time.process_time() - start)")
        times = {"wireserve": [], "http.server": []}
        for _ in range(7):
            for name, of_module in times.items():
                of_module.append(float(run(program % name)))
        self.assertLess(min(times["wireserve"]), min(times["http.server"]), times)

    def test_there_is_no_wptserve_at_the_top(self):
        import wireserve

        site = os.path.dirname(os.path.dirname(wireserve.__file__))
        self.assertNotIn("wptserve", os.listdir(site))
        run("import wireserve\ntry:\n    import wptserve\nexcept ImportError:\n    pass\nelse:\n    raise SystemExit(3)")

    def test_subinterpreters_are_refused(self):
        code = ("try:\n    import wireserve\nexcept ImportError as error:\n    print(error, flush=True)\n"
                "else:\n    print('imported', flush=True)")
        if sys.version_info >= (3, 13):
            output = run("import _interpreters as i; i.exec(i.create('legacy'), %r)" % code)
        else:
            output = run("import _xxsubinterpreters as i; i.run_string(i.create(isolated=False), %r)" % code)
        self.assertIn("main interpreter", output)


class AsWptserve(unittest.TestCase):
    def test_modules_have_both_names(self):
        run("""
    import wireserve
    wireserve.install_as_wptserve()
    wireserve.install_as_wptserve()
    import wptserve, wptserve.handlers
    from wptserve.server import WebTestHttpd
    from wireserve.wptserve import handlers, server
    assert wptserve.handlers is handlers and WebTestHttpd is server.WebTestHttpd
    assert wptserve.stash.StashError.__module__ == "wireserve.wptserve.stash"
""")

    def test_another_wptserve_is_not_replaced(self):
        run("""
    import os, sys, tempfile
    folder = tempfile.mkdtemp()
    os.mkdir(os.path.join(folder, "wptserve"))
    open(os.path.join(folder, "wptserve", "__init__.py"), "w").close()
    sys.path.insert(0, folder)
    import wptserve, wireserve
    try:
        wireserve.install_as_wptserve()
    except ImportError as error:
        assert folder in str(error), error
    else:
        raise SystemExit("expected an ImportError")
    import wptserve
    assert wptserve.__file__.startswith(folder)
    wireserve.install_as_wptserve(force=True)
    import wptserve
    assert wptserve is wireserve.wptserve
""")

    def test_scripts_run_with_it(self):
        folder = os.path.dirname(os.path.abspath(__file__))
        script = os.path.join("scripts", "prints_wptserve.py")
        done = subprocess.run([sys.executable, "-m", "wireserve.as_wptserve", script, "an argument"],
                              cwd=folder, stdout=subprocess.PIPE, check=True, timeout=30)
        self.assertEqual(done.stdout.decode().split("\n")[:4],
                         ["wireserve.wptserve", "an argument", "beside", os.path.join(folder, script)])

    def test_a_front_end_that_starts_a_process_for_each_port(self):
        # As `./wpt serve` does: it puts the folder of its own wptserve first, and hands routes to other processes.
        folder = os.path.dirname(os.path.abspath(__file__))
        script = os.path.join(folder, "scripts", "front_end", "wpt")
        for method in ("fork", "forkserver", "spawn"):
            with self.subTest(method):
                done = subprocess.run([sys.executable, "-m", "wireserve.as_wptserve", script, method],
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=DEADLINE)
                self.assertEqual((done.returncode, done.stdout.decode()), (0, "http first\nhttp-private first\n"))


if __name__ == "__main__":
    unittest.main()
