"""A server that sheds load: with_server --max-in-flight 1. What is turned away is sent again, when the server says."""

import threading
import unittest

import grpc
from server import MEMBER, ServerTest, connect, list_of

import cofilter.events


class ShedTest(ServerTest):
    def test_what_is_turned_away_is_recorded_later(self):
        hints, turned_away = [], threading.Event()
        hint_of = cofilter.events._retry_hint

        def heard(error):
            if error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED:
                hints.append(hint_of(error))
                turned_away.set()
            return hint_of(error)

        cofilter.events._retry_hint = heard
        self.addCleanup(setattr, cofilter.events, "_retry_hint", hint_of)
        callers = [threading.Thread(target=self.call_until, args=(turned_away,)) for _ in range(8)]
        for caller in callers:
            caller.start()
        ids = []
        with self.client.event_batcher(batch=1, delay=0, backoff=(0.001, 0.01)) as events:
            while not turned_away.is_set():
                ids.append(events.add(member_id=MEMBER, verb="visit"))
                events.flush()
            ids.append(events.add(member_id=MEMBER, verb="visit"))
            for caller in callers:
                caller.join()
        self.assertGreater(hints[0], 0)
        self.assert_recorded_once(ids)

    def call_until(self, end):
        with connect() as client:
            while not end.is_set():
                try:
                    list_of(client)
                except grpc.RpcError as error:
                    self.assertEqual(error.code(), grpc.StatusCode.RESOURCE_EXHAUSTED)


if __name__ == "__main__":
    unittest.main()
