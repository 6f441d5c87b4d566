"""A connection to a server, and a stub for each service of the contract."""

import importlib.resources
import ipaddress
from typing import Any, Callable, List, Optional, Sequence, Tuple, Union

import grpc

from cofilter.events import EventBatcher
from cofilter.token import AuthorisedChannel, TokenSource
from cofilter.v1.catalogue_service_pb2_grpc import CatalogueServiceStub
from cofilter.v1.event_service_pb2_grpc import EventServiceStub
from cofilter.v1.member_service_pb2_grpc import MemberServiceStub
from cofilter.v1.model_service_pb2_grpc import ModelServiceStub
from cofilter.v1.recommendation_service_pb2_grpc import RecommendationServiceStub
from cofilter.v1.review_service_pb2_grpc import ReviewServiceStub


def _is_loopback(address: str) -> bool:
    host = address.rsplit(":", 1)[0].strip("[]")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _read(path: Optional[str]) -> Optional[bytes]:
    if path is None:
        return None
    with open(path, "rb") as file:
        return file.read()


class Client:
    """Calls a server: client.recommendations.RecommendItems(v1.RecommendItemsRequest(…)).

    address      host:port of gRPC.
    token        the token, or a function that is asked for one (token_file makes such a function).
    tls          speak TLS; the system's authorities vouch for the server. Implied by the next two.
    ca           PEM file of the authorities that vouch.
    certificate, key   PEM files, for a server that asks clients for a certificate.
    insecure     send the token without TLS to another machine too.
    options      further channel arguments of gRPC.

    Each call has the deadline and the retries of service_config.json; its own timeout goes first. Thread-safety: all calls
    from any thread. A process that forks makes its client afterwards. Errors are grpc.RpcError, with code() and details().
    """

    def __init__(
        self,
        address: str,
        *,
        token: Union[str, Callable[[], str]],
        tls: bool = False,
        ca: Optional[str] = None,
        certificate: Optional[str] = None,
        key: Optional[str] = None,
        insecure: bool = False,
        options: Sequence[Tuple[str, Any]] = (),
    ):
        config = importlib.resources.files("cofilter").joinpath("service_config.json").read_text("utf-8")
        arguments = [
            ("grpc.service_config", config),
            ("grpc.enable_retries", 1),
            ("grpc.initial_reconnect_backoff_ms", 100),
            ("grpc.min_reconnect_backoff_ms", 1000),
            ("grpc.max_reconnect_backoff_ms", 2000),
            *options,
        ]
        if (certificate is None) != (key is None):
            raise ValueError("certificate and key: one is given and the other is not; right: both or neither")
        if tls or ca is not None or certificate is not None:
            credentials = grpc.ssl_channel_credentials(_read(ca), _read(key), _read(certificate))
            self._channel = grpc.secure_channel(address, credentials, arguments)
        elif insecure or _is_loopback(address):
            self._channel = grpc.insecure_channel(address, arguments)
        else:
            raise ValueError(f"address: {address} is not loopback, and a token does not go over a network as it is; right: tls, ca or insecure")
        provider = token if callable(token) else lambda: token
        channel = AuthorisedChannel(self._channel, TokenSource(provider))
        self._batchers: List[EventBatcher] = []
        self.recommendations = RecommendationServiceStub(channel)
        self.events = EventServiceStub(channel)
        self.catalogue = CatalogueServiceStub(channel)
        self.members = MemberServiceStub(channel)
        self.models = ModelServiceStub(channel)
        self.reviews = ReviewServiceStub(channel)

    def event_batcher(self, **settings: Any) -> EventBatcher:
        """A batcher that sends by this client; settings as in EventBatcher."""
        batcher = EventBatcher(self.events.RecordEvents, **settings)
        self._batchers.append(batcher)
        return batcher

    def close(self) -> None:
        """Closes its batchers, then the connection."""
        for batcher in self._batchers:
            batcher.close()
        self._channel.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
