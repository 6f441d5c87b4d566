// Calls, deadlines, retries and tokens.
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { Code, connect, ConnectError, v1, type Client } from "cofilter";
import { timestampNow } from "@bufbuild/protobuf/wkt";
import { TokenSource } from "../src/token.js";
import { assertRecordedOnce, control, controlMeanwhile, listOf, MEMBER, open } from "./server.js";

const withCode = (code: Code) => (error: unknown) => error instanceof ConnectError && error.code === code;

let client: Client;
beforeEach(() => {
  control("start");
  client = open();
});
afterEach(() => client.close());

describe("client", () => {
  it("sees a recorded read in the next list", async () => {
    const before = await listOf(client);
    assert.equal(before.length, 10);
    const itemId = before[0] as string;
    const event = { eventId: "node-read", memberId: MEMBER, itemId, verb: v1.Verb.READ, occurredAt: timestampNow() };
    assert.equal((await client.events.recordEvents({ events: [event] })).recorded, 1);
    assert.ok(!(await listOf(client)).includes(itemId));
  });

  it("hands on errors that name the field", async () => {
    await assert.rejects(client.recommendations.recommendItems({ surface: "news" }), /member_id/);
  });

  it("waits no longer than the deadline, its own or the policy's", async () => {
    await listOf(client);
    control("pause");
    try {
      await assert.rejects(listOf(client, { timeoutMs: 200 }), withCode(Code.DeadlineExceeded));
      await assert.rejects(listOf(client), withCode(Code.DeadlineExceeded));
    } finally {
      control("resume");
    }
  });

  it("outlives a restart with a call that may be repeated", async () => {
    // Each call begins while nobody listens. On a busy machine the server may come back after its last attempt, but not each time.
    const outlived: string[] = [];
    for (let restart = 0; restart < 5 && outlived.length === 0; ++restart) {
      control("kill");
      const starting = controlMeanwhile("start");
      const event = { eventId: `node-retried-${restart}`, memberId: MEMBER, verb: v1.Verb.VISIT, occurredAt: timestampNow() };
      await client.events.recordEvents({ events: [event] }).then(() => outlived.push(event.eventId), (error) => assert.equal(error.code, Code.Unavailable));
      await starting;
    }
    assert.equal(outlived.length, 1);
    assertRecordedOnce(outlived);
  });

  it("fails at once with a call that must not be repeated", async () => {
    await listOf(client);
    control("kill");
    await assert.rejects(client.catalogue.upsertItem({ item: { itemId: "x", kind: v1.ItemKind.NEWS } }), withCode(Code.Unavailable));
  });

  it("sends no token over a network in plain text", () => {
    assert.throws(() => connect("recommender.example.org:8470", { token: "t" }), /not loopback/);
  });

  it("streams with the token", async () => {
    const members: string[] = [];
    for await (const { memberId } of client.recommendations.streamRecommendations({ memberIds: [MEMBER, "nobody"], surface: "news", count: 3 })) members.push(memberId);
    assert.deepEqual(members, [MEMBER, "nobody"]);
  });
});

describe("token", () => {
  it("is replaced when it expired, and the call repeated", async () => {
    const tokens = [control("token", "--seconds", "-3600"), control("token")];
    let asked = 0;
    const other = open({ token: async () => tokens[Math.min(asked++, 1)] as string });
    assert.equal((await listOf(other)).length, 10);
    assert.equal(asked, 2);
    await other.close();
  });

  it("that is never taken is an error", async () => {
    let asked = 0;
    const other = open({ token: () => (asked++, control("token", "--seconds", "-3600")) });
    await assert.rejects(listOf(other), withCode(Code.Unauthenticated));
    assert.equal(asked, 2);
    await other.close();
  });

  it("is replaced before it expires, and asked for once by many calls", async () => {
    for (const [lifetime, goodFor] of [[600, 540], [100, 80]] as const) {
      let now = Date.now();
      let asked = 0;
      const source = new TokenSource(async () => (asked++, control("token", "--seconds", String(lifetime))), () => now);
      await Promise.all([source.get(), source.get()]);
      now = Date.now() + (goodFor - 5) * 1000;
      await source.get();
      assert.equal(asked, 1);
      now += 10_000;
      await source.get();
      assert.equal(asked, 2);
    }
  });
});
