"""Queues that handlers share, through copies of copies."""

import pickle
import queue
import threading
import unittest

import support  # noqa: F401
from wptserve import stash


class Queues(unittest.TestCase):
    def test_survives_the_stash(self):
        ours = stash.get_queue()
        theirs, number = stash.loads(stash.dumps((ours, 5)))
        self.assertEqual(number, 5)
        item = [1]
        ours.put(item)
        item.append(2)
        self.assertEqual((theirs.qsize(), theirs.get(timeout=1), ours.empty()), (1, [1], True))
        theirs.task_done()
        ours.join()
        self.assertRaises(queue.Empty, ours.get_nowait)
        self.assertRaises(AttributeError, lambda: ours.mutex)
        self.assertRaises((AttributeError, pickle.PicklingError), ours.put, lambda: 0)
        self.assertTrue(stash.get_queue().empty())

    def test_waits_for_another_thread(self):
        ours = stash.get_queue()
        thread = threading.Thread(target=lambda: ours.put_nowait(b"x"))
        thread.start()
        self.assertEqual(ours.get(timeout=5), b"x")
        thread.join()


if __name__ == "__main__":
    unittest.main()
