"""The batcher and its spool: nothing lost, nothing twice, bounded, and clear about what is wrong."""

import logging
import os
import subprocess
import sys
import tempfile
import threading
import unittest

from server import MEMBER, ServerTest, connect, control, list_of

import cofilter
import cofilter.spool
from cofilter import v1


class EventBatcherTest(ServerTest):
    def visit(self, events, **fields):
        return events.add(member_id=MEMBER, verb="visit", **fields)

    def test_what_is_added_is_recorded_and_counts(self):
        item = list_of(self.client)[0]
        with self.client.event_batcher() as events:
            added = events.add(member_id=MEMBER, item_id=item, verb="read", surface="news", position=1)
            self.assertTrue(events.flush(10))
            self.assertNotIn(item, list_of(self.client))
        self.assert_recorded_once([added])

    def test_nothing_is_lost_or_twice_when_the_server_dies_within_a_stream_of_batches(self):
        events = self.client.event_batcher(batch=20, delay=0.01, backoff=(0.02, 0.2))
        ids, enough = [], threading.Event()
        under_way = threading.Event()
        held_back = threading.Event()
        log = logging.Handler()
        log.emit = lambda record: held_back.set() if "held back" in record.getMessage() else None
        logging.getLogger("cofilter").addHandler(log)
        self.addCleanup(logging.getLogger("cofilter").removeHandler, log)

        def produce():
            while not enough.is_set() or len(ids) < 2000:
                ids.append(self.visit(events))
                if len(ids) % 50 == 0:
                    under_way.set()
                    enough.wait(0.02)

        producer = threading.Thread(target=produce)
        producer.start()
        under_way.wait()
        control("restart")
        # Away for longer than a call's own retries last: until the batcher itself has to hold events back.
        for _ in range(2):
            self.assertTrue(events.flush(60))
            held_back.clear()
            control("kill")
            self.assertTrue(held_back.wait(60))
            control("start")
        enough.set()
        producer.join()
        self.assertEqual(events.close(60), 0)
        self.assertGreaterEqual(len(ids), 2000)
        self.assert_recorded_once(ids)

    def test_a_refused_event_is_reported_and_the_others_are_recorded(self):
        refused = []
        with self.client.event_batcher(on_refused=lambda event, why: refused.append((event.event_id, why))) as events:
            good = [self.visit(events) for _ in range(3)]
            bad = events.add(member_id=MEMBER, verb="read")
            good += [self.visit(events) for _ in range(3)]
            self.visit(events, event_id=good[0], surface="news")
        # What was sent with the id of another event of the batch is reported too; that other one stands.
        self.assertEqual([one for one, _ in refused], [bad, good[0]])
        self.assertIn("item_id", refused[0][1])
        self.assert_recorded_once(good)
        with self.client.event_batcher(on_refused=lambda event, why: refused.append((event.event_id, why))) as events:
            self.visit(events, event_id=good[0], surface="learning")
        self.assertEqual(refused[2][0], good[0])
        self.assertIn("other content", refused[2][1])

    def test_a_batch_that_is_refused_without_a_name_is_halved(self):
        record = self.client.events.RecordEvents

        class Unnamed(cofilter.events.grpc.RpcError):
            code = staticmethod(lambda: cofilter.events.grpc.StatusCode.INVALID_ARGUMENT)
            details = staticmethod(lambda: "something is wrong")

        def without_a_name(request):
            if any(event.verb == v1.VERB_READ for event in request.events):
                raise Unnamed
            return record(request)

        refused = []
        with cofilter.EventBatcher(without_a_name, on_refused=lambda event, _: refused.append(event.event_id)) as events:
            good = [self.visit(events) for _ in range(5)]
            bad = events.add(member_id=MEMBER, verb="read")
            good += [self.visit(events) for _ in range(5)]
        self.assertEqual(refused, [bad])
        self.assert_recorded_once(good)

    def test_memory_is_bounded_and_full_is_said(self):
        control("kill")
        events = self.client.event_batcher(pending=10)
        ids = [self.visit(events) for _ in range(10)]
        with self.assertRaisesRegex(cofilter.QueueFullError, "10 events"):
            self.visit(events)
        self.assertEqual(len(events), 10)
        control("start")
        self.assertEqual(events.close(30), 0)
        self.assert_recorded_once(ids)

    def test_close_says_what_is_left(self):
        control("kill")
        events = self.client.event_batcher()
        self.visit(events)
        with self.assertLogs("cofilter"):
            self.assertEqual(events.close(0.1), 1)
        with self.assertRaisesRegex(RuntimeError, "closed"):
            self.visit(events)

    def test_wrong_fields_are_refused_by_name(self):
        with self.client.event_batcher() as events:
            with self.assertRaisesRegex(ValueError, "verb: reed"):
                events.add(member_id=MEMBER, verb="reed")
            with self.assertRaisesRegex(ValueError, "at most 65536"):
                self.visit(events, source_system="x" * 70_000)
            self.assertEqual(len(events), 0)


CRASHING_BACKEND = """
import os, sys
sys.path.insert(0, os.path.dirname(sys.argv[2]))
from server import MEMBER, connect
events = connect().event_batcher(spool=sys.argv[1])
for number in range(200):
    print(events.add(member_id=MEMBER, verb="visit"), flush=True)
os._exit(9)
"""


class SpoolTest(ServerTest):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "events.spool")

    def crash_with_events(self):
        control("kill")
        done = subprocess.run([sys.executable, "-c", CRASHING_BACKEND, self.path, __file__], stdout=subprocess.PIPE, text=True, check=False)
        self.assertEqual(done.returncode, 9)
        control("start")
        return done.stdout.split()

    def test_a_backend_that_crashed_loses_nothing(self):
        ids = self.crash_with_events()
        with self.client.event_batcher(spool=self.path) as events:
            self.assertEqual(len(events), 200)
            ids.append(events.add(member_id=MEMBER, verb="visit"))
        self.assert_recorded_once(ids)
        with self.client.event_batcher(spool=self.path) as events:
            self.assertEqual(len(events), 0)

    def test_a_record_that_the_crash_cut_is_dropped_and_damage_is_named(self):
        ids = self.crash_with_events()
        with open(self.path, "r+b") as file:
            file.truncate(os.path.getsize(self.path) - 3)
        with open(self.path, "rb") as file:
            content = bytearray(file.read())
        content[100] ^= 1
        with open(self.path + ".damaged", "wb") as file:
            file.write(content)
        with self.assertRaisesRegex(cofilter.SpoolError, "damaged at byte"):
            self.client.event_batcher(spool=self.path + ".damaged")
        with self.client.event_batcher(spool=self.path):
            pass
        self.assert_recorded_once(ids[:-1])

    def test_a_spool_belongs_to_one_batcher(self):
        with self.client.event_batcher(spool=self.path):
            with self.assertRaisesRegex(cofilter.SpoolError, "another process"):
                self.client.event_batcher(spool=self.path)

    def test_what_is_done_is_not_kept(self):
        before, cofilter.spool._REWRITE_BYTES = cofilter.spool._REWRITE_BYTES, 4096
        self.addCleanup(setattr, cofilter.spool, "_REWRITE_BYTES", before)
        spool = cofilter.spool.Spool(self.path)
        for number in range(1200):
            spool.append(b"event %d" % number)
        full = os.path.getsize(self.path)
        spool.done(700)
        self.assertLess(os.path.getsize(self.path), full / 2)
        spool.append(b"one more")
        spool.close()
        spool = cofilter.spool.Spool(self.path)
        self.assertEqual((len(spool.waiting), spool.waiting[0], spool.waiting[-1]), (501, b"event 700", b"one more"))
        spool.done(501)
        spool.close()
        self.assertEqual(cofilter.spool.Spool(self.path).waiting, [])


if __name__ == "__main__":
    unittest.main()
