"""Tokens: asked for, kept while they are good, asked for again; put on every call."""

import base64
import json
import threading
import time
from typing import Callable, Optional

import grpc

# A token is replaced when less than this is left of it, or less than this share of its lifetime.
MARGIN_SECONDS = 60.0
MARGIN_SHARE = 0.2


def token_file(path: str) -> Callable[[], str]:
    """A provider that reads the token of a file, which something else renews."""

    def read() -> str:
        with open(path, encoding="ascii") as file:
            return file.read().strip()

    return read


def _good_until(token: str, now: float) -> Optional[float]:
    """When to replace it; None for a token that does not say. The signature is the server's to check."""
    try:
        part = token.split(".")[1]
        expires = float(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))["exp"])
    except (IndexError, KeyError, TypeError, ValueError):
        return None
    return expires - min(MARGIN_SECONDS, MARGIN_SHARE * max(0.0, expires - now))


class TokenSource:
    """Keeps the provider's token. Thread-safety: all calls from any thread; one at a time asks the provider."""

    def __init__(self, provider: Callable[[], str], clock: Callable[[], float] = time.time):
        self._provider = provider
        self._clock = clock
        self._lock = threading.Lock()
        self._token: Optional[str] = None
        self._good_until: Optional[float] = None

    def get(self) -> str:
        with self._lock:
            if self._token is None or (self._good_until is not None and self._clock() >= self._good_until):
                self._token = self._provider()
                self._good_until = _good_until(self._token, self._clock())
            return self._token

    def drop(self, token: str) -> None:
        """The server did not take it: the next get() asks the provider, unless another thread did already."""
        with self._lock:
            if self._token == token:
                self._token = None


class AuthorisedChannel:
    """A channel for stubs: each call carries the token.

    A unary call that ends with UNAUTHENTICATED is repeated once with a new token, within its deadline. A stream, and a call
    started by future(), is not repeated; its caller's next call has a new token. (Interceptors of grpcio look a method up at
    every call, which crashes the process once the channel is closed; here it is looked up when the stub is made.)
    """

    def __init__(self, channel: grpc.Channel, source: TokenSource):
        self._channel = channel
        self._source = source

    def unary_unary(self, *arguments, **more):
        return _Unary(self._channel.unary_unary(*arguments, **more), self._source)

    def unary_stream(self, *arguments, **more):
        return _Authorised(self._channel.unary_stream(*arguments, **more), self._source)

    def stream_unary(self, *arguments, **more):
        return _Authorised(self._channel.stream_unary(*arguments, **more), self._source)

    def stream_stream(self, *arguments, **more):
        return _Authorised(self._channel.stream_stream(*arguments, **more), self._source)


class _Authorised:
    """A method whose call is not waited for."""

    def __init__(self, method, source: TokenSource):
        self._method = method
        self._source = source

    def _start(self, start, request, timeout, metadata, more):
        token = self._source.get()
        call = start(request, timeout=timeout, metadata=_with_token(metadata, token), **more)

        def ended(done):
            if done.code() == grpc.StatusCode.UNAUTHENTICATED:
                self._source.drop(token)

        call.add_done_callback(ended)
        return call

    def __call__(self, request, timeout=None, metadata=None, **more):
        return self._start(self._method, request, timeout, metadata, more)

    def future(self, request, timeout=None, metadata=None, **more):
        return self._start(self._method.future, request, timeout, metadata, more)


class _Unary(_Authorised):
    def _wait(self, start, request, timeout, metadata, more):
        deadline = None if timeout is None else time.monotonic() + timeout
        token = self._source.get()
        try:
            return start(request, timeout=timeout, metadata=_with_token(metadata, token), **more)
        except grpc.RpcError as error:
            if error.code() != grpc.StatusCode.UNAUTHENTICATED:
                raise
            self._source.drop(token)
        left = None if deadline is None else max(0.0, deadline - time.monotonic())
        return start(request, timeout=left, metadata=_with_token(metadata, self._source.get()), **more)

    def __call__(self, request, timeout=None, metadata=None, **more):
        return self._wait(self._method, request, timeout, metadata, more)

    def with_call(self, request, timeout=None, metadata=None, **more):
        return self._wait(self._method.with_call, request, timeout, metadata, more)


def _with_token(metadata, token: str):
    return [*(metadata or ()), ("authorization", f"Bearer {token}")]
