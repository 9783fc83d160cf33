"""Queues that the handlers of a server share, through copies of copies."""

import gc
import pickle
import queue
import threading
import unittest

import support  # noqa: F401
from wptserve import stash


class Queues(unittest.TestCase):
    def test_survives_the_stash(self):
        queues = stash.Queues()
        ours = queues.new()
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
        self.assertTrue(queues.new().empty())

    def test_items_have_a_limit(self):
        ours = stash.Queues().new()
        for _ in range(stash.MAX_ITEMS):
            ours.put(0)
        self.assertRaises(queue.Full, ours.put, 0)
        self.assertRaises(queue.Full, ours.put_nowait, 0)
        ours.get()
        ours.put(0)

    def test_items_of_all_queues_have_a_limit_together(self):
        queues = stash.Queues(limit=1000)
        ours, theirs = queues.new(), queues.new()
        ours.put(b"x" * 300)
        with self.assertRaises(queue.Full) as raised:
            theirs.put(b"x" * 600)
        self.assertIn("limits.stash", str(raised.exception))
        self.assertEqual(len(ours.get()), 300)
        theirs.put(b"x" * 600)
        self.assertRaises(queue.Full, ours.put, b"x" * 300)
        del theirs
        gc.collect()
        ours.put(b"x" * 600)

    def test_waits_for_another_thread(self):
        ours = stash.Queues().new()
        thread = threading.Thread(target=lambda: ours.put_nowait(b"x"))
        thread.start()
        self.assertEqual(ours.get(timeout=5), b"x")
        thread.join()

    def test_ends_with_its_last_copy(self):
        queues = stash.Queues()
        for _ in range(3):
            ours = queues.new()
        kept = stash.dumps(ours)
        del ours
        gc.collect()
        self.assertEqual((len(queues._referred), len(queues._stored)), (1, 1))
        again = stash.loads(kept)
        self.assertEqual((len(queues._referred), len(queues._stored)), (1, 0))
        again.put(1)
        kept = [stash.dumps(again), stash.dumps(again)]
        del again
        self.assertEqual(stash.loads(kept[0]).get(), 1)
        self.assertEqual(len(queues._stored), 1)
        stash.loads(kept[1])
        gc.collect()
        self.assertEqual((len(queues._referred), len(queues._stored)), (0, 0))
        self.assertRaisesRegex(ValueError, "has ended", stash.loads, kept[1])

    def test_copies_are_bounded(self):
        queues = stash.Queues()
        kept = [stash.dumps(queues.new()) for _ in range(stash.MAX_STORED)]
        self.assertRaisesRegex(stash.StashError, "holds 10000 queues", stash.dumps, queues.new())
        stash.loads(kept.pop())
        kept.append(stash.dumps(queues.new()))

    def test_belongs_to_one_server(self):
        one, other = stash.Queues(), stash.Queues()
        ours, theirs = one.new(), other.new()
        ours.put(1)
        self.assertTrue(theirs.empty())
        self.assertTrue(stash.loads(stash.dumps(theirs)).empty())
        kept = stash.dumps(ours)
        self.assertEqual(stash.loads(kept).get(), 1)
        del one, ours
        gc.collect()
        self.assertRaisesRegex(ValueError, "has stopped", stash.loads, kept)


if __name__ == "__main__":
    unittest.main()
