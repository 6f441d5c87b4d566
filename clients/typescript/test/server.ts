// The server that clients/testing/with_server started, for the tests of this folder.
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";
import { connect, type Client, type ClientOptions } from "cofilter";

export function env(name: string): string {
  const value = process.env[name];
  assert.ok(value, `${name} is not set; right: run under clients/testing/with_server`);
  return value;
}

export const MEMBER = env("COFILTER_MEMBER");

export function control(...command: string[]): string {
  return execFileSync(env("COFILTER_CONTROL"), command, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }).trim();
}

export async function controlMeanwhile(...command: string[]): Promise<void> {
  await promisify(execFile)(env("COFILTER_CONTROL"), command);
}

export function open(options: Partial<ClientOptions> = {}): Client {
  const { COFILTER_CA: ca, COFILTER_CLIENT_CERTIFICATE: certificate, COFILTER_CLIENT_KEY: key } = process.env;
  const tls = ca === undefined ? {} : certificate === undefined || key === undefined ? { ca } : { ca, certificate, key };
  return connect(env("COFILTER_ADDRESS"), { token: env("COFILTER_TOKEN"), ...tls, ...options });
}

export async function listOf(client: Client, options: { timeoutMs?: number } = {}): Promise<string[]> {
  const { recommendation } = await client.recommendations.recommendItems({ memberId: MEMBER, surface: "news", count: 10 }, options);
  return (recommendation?.items ?? []).map((item) => item.itemId);
}

/** Each event is in the store, and none twice. */
export function assertRecordedOnce(ids: string[]): void {
  const wanted = new Set(ids);
  const found = control("event-ids").split("\n").filter((id) => wanted.has(id));
  assert.deepEqual(found.sort(), [...ids].sort());
}
