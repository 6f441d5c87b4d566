"""Calls, deadlines, retries and tokens."""

import threading
import time
import unittest

import grpc
from server import MEMBER, ServerTest, connect, control, list_of

import cofilter
from cofilter import v1
from cofilter.token import TokenSource


class ClientTest(ServerTest):
    def test_a_read_that_is_recorded_counts_in_the_next_list(self):
        before = list_of(self.client)
        self.assertEqual(len(before), 10)
        event = v1.Event(event_id="python-read", member_id=MEMBER, item_id=before[0], verb=v1.VERB_READ)
        event.occurred_at.GetCurrentTime()
        answer = self.client.events.RecordEvents(v1.RecordEventsRequest(events=[event]))
        self.assertEqual(answer.recorded, 1)
        self.assertNotIn(before[0], list_of(self.client))

    def test_errors_name_the_field(self):
        with self.assertRaises(grpc.RpcError) as raised:
            self.client.recommendations.RecommendItems(v1.RecommendItemsRequest(surface="news"))
        self.assertEqual(raised.exception.code(), grpc.StatusCode.INVALID_ARGUMENT)
        self.assertIn("member_id", raised.exception.details())

    def test_a_call_waits_no_longer_than_its_deadline(self):
        list_of(self.client)
        control("pause")
        self.addCleanup(control, "resume")
        for timeout in (0.2, None):  # None: that of service_config.json
            with self.assertRaises(grpc.RpcError) as raised:
                list_of(self.client, timeout=timeout)
            self.assertEqual(raised.exception.code(), grpc.StatusCode.DEADLINE_EXCEEDED)

    def test_a_call_that_may_be_repeated_outlives_a_restart(self):
        # Each call begins while nobody listens. On a busy machine the server may come back after its last attempt, but not each time.
        outlived = []
        for restart in range(5):
            control("kill")
            starting = threading.Thread(target=control, args=("start",))
            starting.start()
            event = v1.Event(event_id=f"python-retried-{restart}", member_id=MEMBER, verb=v1.VERB_VISIT)
            event.occurred_at.GetCurrentTime()
            try:
                self.client.events.RecordEvents(v1.RecordEventsRequest(events=[event]))
                outlived.append(event.event_id)
                break
            except grpc.RpcError as error:
                self.assertEqual(error.code(), grpc.StatusCode.UNAVAILABLE)
            finally:
                starting.join()
        self.assertEqual(len(outlived), 1)
        self.assert_recorded_once(outlived)

    def test_a_call_that_must_not_be_repeated_fails_at_once(self):
        list_of(self.client)
        control("kill")
        with self.assertRaises(grpc.RpcError) as raised:
            self.client.catalogue.UpsertItem(v1.UpsertItemRequest(item=v1.Item(item_id="x", kind=v1.ITEM_KIND_NEWS)))
        self.assertEqual(raised.exception.code(), grpc.StatusCode.UNAVAILABLE)

    def test_a_token_does_not_go_over_a_network_in_plain_text(self):
        with self.assertRaisesRegex(ValueError, "not loopback"):
            cofilter.Client("recommender.example.org:8470", token="t")


class TokenTest(ServerTest):
    def test_an_expired_token_is_replaced_and_the_call_repeated(self):
        tokens = [control("token", "--seconds", "-3600"), control("token")]
        asked = []

        def provider():
            asked.append(1)
            return tokens[min(len(asked), len(tokens)) - 1]

        with connect(token=provider) as client:
            self.assertEqual(len(list_of(client)), 10)
        self.assertEqual(len(asked), 2)

    def test_a_token_that_is_never_taken_is_an_error(self):
        asked = []
        with connect(token=lambda: asked.append(1) or control("token", "--seconds", "-3600")) as client:
            with self.assertRaises(grpc.RpcError) as raised:
                list_of(client)
            self.assertEqual(raised.exception.code(), grpc.StatusCode.UNAUTHENTICATED)
        self.assertEqual(len(asked), 2)

    def test_a_stream_has_the_token_too(self):
        request = v1.StreamRecommendationsRequest(member_ids=[MEMBER, "nobody"], surface="news", count=3)
        answers = list(self.client.recommendations.StreamRecommendations(request))
        self.assertEqual([answer.member_id for answer in answers], [MEMBER, "nobody"])

    def test_the_provider_is_asked_before_the_token_expires(self):
        now = [time.time()]
        lifetime = {"600": 600 - 60, "100": 100 - 20}
        for seconds, good_for in lifetime.items():
            asked = []

            def provider():
                asked.append(1)
                return control("token", "--seconds", seconds)

            source = TokenSource(provider, clock=lambda: now[0])
            now[0] = time.time()
            first = source.get()
            now[0] += good_for - 5
            self.assertEqual(source.get(), first)
            now[0] += 10
            source.get()
            self.assertEqual(len(asked), 2)


if __name__ == "__main__":
    unittest.main()
