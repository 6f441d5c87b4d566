// The client for Node: gRPC, and a batcher that may keep events in a file.
import { readFileSync } from "node:fs";
import type { SecureClientSessionOptions } from "node:http2";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { servicesOf, type Services } from "./client.js";
import { EventBatcher, type EventBatcherOptions } from "./events.js";
import { FileSpool } from "./spool.js";
import { TokenSource, type TokenProvider } from "./token.js";
import { withPolicy } from "./transport.js";

export { Code, ConnectError } from "@connectrpc/connect";
export { EventBatcher, QueueFullError, type EventBatcherOptions, type EventFields } from "./events.js";
export { SpoolError } from "./spool.js";
export type { TokenProvider } from "./token.js";
export * as v1 from "./v1.js";

export interface ClientOptions {
  /** The token, or a function that is asked for one, and again before it expires. */
  token: TokenProvider;
  /** Speak TLS; Node's authorities vouch for the server. Implied by the next two. */
  tls?: boolean;
  /** PEM file of the authorities that vouch for the server. */
  ca?: string;
  /** PEM files, for a server that asks clients for a certificate. */
  certificate?: string;
  key?: string;
  /** Send the token without TLS to another machine too. */
  insecure?: boolean;
}

/** A provider that reads the token of a file, which something else renews. */
export function tokenFile(path: string): () => string {
  return () => readFileSync(path, "ascii").trim();
}

const isLoopback = (host: string) => host === "localhost" || host === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(host);

/** Calls a server: client.recommendations.recommendItems({memberId, surface, count}). Errors are ConnectError, with code and rawMessage. */
export interface Client extends Services {
  /** Sends events by this client until they are recorded. */
  eventBatcher(options?: Omit<EventBatcherOptions, "spool"> & { /** Path of a file that holds what was not acknowledged. */ spool?: string }): EventBatcher;
  /** Closes its batchers, then the connection. */
  close(): Promise<void>;
}

/** address: host:port of gRPC. */
export function connect(address: string, options: ClientOptions): Client {
  const tls = options.tls || options.ca !== undefined || options.certificate !== undefined;
  const host = address.replace(/:\d+$/, "");
  if (!tls && !options.insecure && !isLoopback(host)) {
    throw new RangeError(`address: ${address} is not loopback, and a token does not go over a network as it is; right: tls, ca or insecure`);
  }
  const nodeOptions: SecureClientSessionOptions = {};
  if (options.ca !== undefined) nodeOptions.ca = readFileSync(options.ca);
  if (options.certificate !== undefined) nodeOptions.cert = readFileSync(options.certificate);
  if (options.key !== undefined) nodeOptions.key = readFileSync(options.key);
  const baseUrl = `${tls ? "https" : "http"}://${address}`;
  const sessionManager = new Http2SessionManager(baseUrl, {}, nodeOptions);
  const services = servicesOf(withPolicy(createGrpcTransport({ baseUrl, sessionManager }), new TokenSource(options.token)));
  const batchers: EventBatcher[] = [];
  return {
    ...services,
    eventBatcher({ spool, ...rest } = {}) {
      const batcher = new EventBatcher(services.events.recordEvents, spool === undefined ? rest : { ...rest, spool: new FileSpool(spool) });
      batchers.push(batcher);
      return batcher;
    },
    async close() {
      await Promise.all(batchers.map((batcher) => batcher.close()));
      sessionManager.abort();
    },
  };
}
