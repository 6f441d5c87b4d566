"""The server that clients/testing/with_server started, for the tests of this folder."""

import os
import subprocess
import unittest

import cofilter

MEMBER = os.environ["COFILTER_MEMBER"]


def control(*arguments: str) -> str:
    return subprocess.run([os.environ["COFILTER_CONTROL"], *arguments], stdout=subprocess.PIPE, check=True, text=True).stdout.strip()


def connect(**settings) -> cofilter.Client:
    settings.setdefault("token", os.environ["COFILTER_TOKEN"])
    return cofilter.Client(os.environ["COFILTER_ADDRESS"], ca=os.environ.get("COFILTER_CA"),
                           certificate=os.environ.get("COFILTER_CLIENT_CERTIFICATE"), key=os.environ.get("COFILTER_CLIENT_KEY"), **settings)


def list_of(client: cofilter.Client, member: str = MEMBER, **call) -> list:
    request = cofilter.v1.RecommendItemsRequest(member_id=member, surface="news", count=10)
    return [item.item_id for item in client.recommendations.RecommendItems(request, **call).recommendation.items]


class ServerTest(unittest.TestCase):
    """Each test finds the server running, whatever the one before did to it."""

    def setUp(self):
        control("start")
        self.client = connect()
        self.addCleanup(self.client.close)

    def assert_recorded_once(self, ids):
        stored = control("event-ids").split("\n")
        found = [one for one in stored if one in set(ids)]
        self.assertEqual(sorted(found), sorted(ids), "each event is in the store, and none twice")
