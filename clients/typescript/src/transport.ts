// Puts a token, a deadline and retries on every call of a transport.
import type { DescMessage, DescMethodStreaming, DescMethodUnary, MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError, type ContextValues, type StreamResponse, type Transport, type UnaryResponse } from "@connectrpc/connect";
import { policyOf, Throttle } from "./policy.js";
import type { TokenSource } from "./token.js";

const CONNECTION_ERRORS = ["ECONNRESET", "ECONNREFUSED", "EPIPE", "ETIMEDOUT", "ERR_STREAM_DESTROYED", "ERR_HTTP2_INVALID_SESSION", "ERR_HTTP2_STREAM_ERROR", "ERR_HTTP2_SESSION_ERROR", "ERR_HTTP2_GOAWAY_SESSION"];

/** The error, with the code that gRPC has for a connection that broke or was not made. */
export function toConnectError(reason: unknown): ConnectError {
  const error = ConnectError.from(reason);
  const cause = error.cause as { code?: unknown } | undefined;
  const broke =
    (error.code === Code.Canceled && error.rawMessage.startsWith("http/2 stream closed")) || // how Node says that the session ended
    (cause && typeof cause.code === "string" && CONNECTION_ERRORS.includes(cause.code)) ||
    (error.code === Code.Unknown && cause instanceof TypeError); // how fetch says so
  return broke ? new ConnectError(error.rawMessage, Code.Unavailable, error.metadata, undefined, cause) : error;
}

/** Milliseconds that the server asks to wait; 0: it does not say. */
export function retryHintMs(error: ConnectError): number {
  const hint = Number.parseInt(error.metadata.get("grpc-retry-pushback-ms") ?? error.metadata.get("trailer-grpc-retry-pushback-ms") ?? "0", 10);
  return hint > 0 ? hint : 0;
}

/** Ends with the signal's reason when that comes first. */
function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

async function withToken(header: HeadersInit | undefined, source: TokenSource | undefined): Promise<[Headers, string]> {
  const headers = new Headers(header);
  const token = source ? await source.get() : "";
  if (source) headers.set("authorization", `Bearer ${token}`);
  return [headers, token];
}

/** Without a source no token is sent: the page's session stands for one. */
export function withPolicy(inner: Transport, source: TokenSource | undefined): Transport {
  const throttle = new Throttle();
  return {
    async unary<I extends DescMessage, O extends DescMessage>(
      method: DescMethodUnary<I, O>,
      signal: AbortSignal | undefined,
      timeoutMs: number | undefined,
      header: HeadersInit | undefined,
      input: MessageInitShape<I>,
      contextValues?: ContextValues,
    ): Promise<UnaryResponse<I, O>> {
      const policy = policyOf(method.parent.typeName, method.name);
      const time = timeoutMs ?? policy.timeoutMs;
      const deadline = time === undefined ? undefined : performance.now() + time;
      let failures = 0;
      for (let refreshed = false; ; ) {
        const [headers, token] = await withToken(header, source);
        const left = deadline === undefined ? undefined : Math.max(1, Math.ceil(deadline - performance.now())); // the protocols want whole ones
        try {
          const answer = await inner.unary(method, signal, left, headers, input, contextValues);
          throttle.succeeded();
          return answer;
        } catch (reason) {
          if (signal?.aborted) throw reason;
          const error = toConnectError(reason);
          if (error.code === Code.Unauthenticated && source && !refreshed) {
            source.drop(token);
            refreshed = true;
            continue;
          }
          failures += 1;
          if (error.code !== Code.Unavailable || !throttle.failed() || failures >= policy.maxAttempts) throw error;
          const wait = retryHintMs(error) || policy.waitMs(failures) * (0.8 + 0.4 * Math.random());
          if (deadline !== undefined && performance.now() + wait >= deadline) throw error;
          await sleep(wait, signal);
        }
      }
    },

    async stream<I extends DescMessage, O extends DescMessage>(
      method: DescMethodStreaming<I, O>,
      signal: AbortSignal | undefined,
      timeoutMs: number | undefined,
      header: HeadersInit | undefined,
      input: AsyncIterable<MessageInitShape<I>>,
      contextValues?: ContextValues,
    ): Promise<StreamResponse<I, O>> {
      const [headers, token] = await withToken(header, source);
      const said = (reason: unknown) => {
        const error = toConnectError(reason);
        if (error.code === Code.Unauthenticated) source?.drop(token);
        return error;
      };
      try {
        const time = timeoutMs ?? policyOf(method.parent.typeName, method.name).timeoutMs;
        const answer = await inner.stream(method, signal, time, headers, input, contextValues);
        const messages = answer.message;
        return {
          ...answer,
          message: (async function* () {
            try {
              yield* messages;
            } catch (reason) {
              throw said(reason);
            }
          })(),
        };
      } catch (reason) {
        throw said(reason);
      }
    },
  };
}
