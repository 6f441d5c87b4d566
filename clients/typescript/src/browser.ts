// The client for browsers: Connect over HTTP, and a batcher that sends what is left when the page goes away.
import { toBinary } from "@bufbuild/protobuf";
import { createConnectTransport } from "@connectrpc/connect-web";
import { servicesOf, type Services } from "./client.js";
import { EventBatcher, type EventBatcherOptions } from "./events.js";
import { TokenSource, type TokenProvider } from "./token.js";
import { withPolicy } from "./transport.js";
import { EventService, RecordEventsRequestSchema } from "./v1.js";

export { Code, ConnectError } from "@connectrpc/connect";
export { EventBatcher, QueueFullError, type EventBatcherOptions, type EventFields } from "./events.js";
export type { TokenProvider } from "./token.js";
export * as v1 from "./v1.js";

// Browsers let a page that goes away send 64 KiB.
const LAST_BYTES = 60 << 10;

export interface ClientOptions {
  /** The member's token, or a function that is asked for one, as of your backend. Without it the session of a sign-in link stands for it. */
  token?: TokenProvider;
}

/** Calls a server: client.recommendations.recommendItems({memberId, surface, count}). Errors are ConnectError, with code and rawMessage. */
export interface Client extends Services {
  /** Sends events by this client: in batches, and what is left when the page is hidden or left. In memory only. */
  eventBatcher(options?: Omit<EventBatcherOptions, "spool">): EventBatcher;
}

/** baseUrl: of the HTTP door, "https://recommender.example.org"; its http.origins must name this page's origin, unless they are one. */
export function connect(baseUrl: string, options: ClientOptions = {}): Client {
  const source = options.token === undefined ? undefined : new TokenSource(options.token);
  const services = servicesOf(withPolicy(createConnectTransport({ baseUrl, useBinaryFormat: true }), source));
  return {
    ...services,
    eventBatcher(settings) {
      const batcher = new EventBatcher(services.events.recordEvents, settings);
      addEventListener("visibilitychange", () => void (document.visibilityState === "hidden" && batcher.flush()), true);
      addEventListener("pagehide", () => sendLast(baseUrl, batcher, source?.atHand));
      return batcher;
    },
  };
}

/** Without waiting for an answer. Should the page come back, the batcher sends them again, and they count once. */
function sendLast(baseUrl: string, batcher: EventBatcher, token: string | undefined): void {
  const events = batcher.oldest(LAST_BYTES);
  if (events.length === 0) return;
  const headers: Record<string, string> = { "content-type": "application/proto", "connect-protocol-version": "1" };
  if (token !== undefined) headers["authorization"] = `Bearer ${token}`;
  const body = toBinary(RecordEventsRequestSchema, { $typeName: "cofilter.v1.RecordEventsRequest", events, validateOnly: false }) as Uint8Array<ArrayBuffer>;
  fetch(`${baseUrl.replace(/\/$/, "")}/${EventService.typeName}/RecordEvents`, { method: "POST", keepalive: true, headers, body }).catch(() => {});
}
