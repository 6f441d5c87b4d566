// The batcher and its spool: nothing lost, nothing twice, bounded, and clear about what is wrong.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setTimeout as after } from "node:timers/promises";
import { Code, ConnectError, EventBatcher, QueueFullError, SpoolError, v1, type Client, type EventFields } from "cofilter";
import { FileSpool } from "../src/spool.js";
import { assertRecordedOnce, control, controlMeanwhile, listOf, MEMBER, open } from "./server.js";

let client: Client;
let folder: string;
beforeEach(() => {
  control("start");
  client = open();
  folder = fs.mkdtempSync(join(tmpdir(), "cofilter-spool-"));
});
afterEach(async () => {
  await client.close();
  fs.rmSync(folder, { recursive: true });
});
const visit = (events: EventBatcher, fields: Partial<EventFields> = {}) => events.add({ memberId: MEMBER, verb: "visit", ...fields });

describe("event batcher", () => {
  it("records what is added, and it counts", async () => {
    const itemId = (await listOf(client))[0] as string;
    const events = client.eventBatcher();
    const id = events.add({ memberId: MEMBER, itemId, verb: "read", surface: "news", position: 1 });
    assert.equal(await events.flush(10_000), true);
    assert.ok(!(await listOf(client)).includes(itemId));
    assertRecordedOnce([id]);
  });

  it("loses nothing and sends nothing twice when the server dies within a stream of batches", async () => {
    const events = client.eventBatcher({ batch: 20, delayMs: 10, backoffMs: [20, 200], onHeldBack: () => heldBack() });
    let heldBack = () => {};
    const ids: string[] = [];
    let more = true;
    const producing = (async () => {
      while (more || ids.length < 2000) {
        ids.push(visit(events));
        if (ids.length % 50 === 0) await after(20);
      }
    })();
    while (ids.length < 300) await after(5);
    await controlMeanwhile("restart");
    // Away for longer than a call's own retries last: until the batcher itself has to hold events back.
    for (let outage = 0; outage < 2; ++outage) {
      assert.equal(await events.flush(60_000), true);
      const held = new Promise<void>((resolve) => (heldBack = resolve));
      await controlMeanwhile("kill");
      await held;
      await controlMeanwhile("start");
    }
    more = false;
    await producing;
    assert.equal(await events.close(60_000), 0);
    assertRecordedOnce(ids);
  });

  it("reports a refused event and records the others", async () => {
    const refused: [string, string][] = [];
    const events = client.eventBatcher({ onRefused: (event, why) => refused.push([event.eventId, why]) });
    const good = [visit(events), visit(events)];
    const bad = events.add({ memberId: MEMBER, verb: "read" });
    good.push(visit(events));
    assert.equal(await events.flush(10_000), true);
    visit(events, { eventId: good[0] as string, surface: "news" });
    assert.equal(await events.close(), 0);
    assert.deepEqual(refused.map(([id]) => id), [bad, good[0]]);
    assert.match(refused[0]?.[1] ?? "", /item_id/);
    assert.match(refused[1]?.[1] ?? "", /other content/);
    assertRecordedOnce(good);
  });

  it("halves a batch that is refused without a name", async () => {
    const refused: string[] = [];
    const events = new EventBatcher(
      async (request, options) => {
        if (request.events?.some((event) => event.verb === v1.Verb.READ)) throw new ConnectError("something is wrong", Code.InvalidArgument);
        return client.events.recordEvents(request, options);
      },
      { onRefused: (event) => refused.push(event.eventId) },
    );
    const good = [visit(events), visit(events), visit(events)];
    const bad = events.add({ memberId: MEMBER, verb: "read" });
    good.push(visit(events), visit(events));
    assert.equal(await events.close(), 0);
    assert.deepEqual(refused, [bad]);
    assertRecordedOnce(good);
  });

  it("holds so many and says that it is full", async () => {
    control("kill");
    const events = client.eventBatcher({ pending: 10, onHeldBack: () => {} });
    const ids = Array.from({ length: 10 }, () => visit(events));
    assert.throws(() => visit(events), QueueFullError);
    control("start");
    assert.equal(await events.close(30_000), 0);
    assertRecordedOnce(ids);
  });

  it("says on close what is left", async () => {
    control("kill");
    const events = client.eventBatcher({ onHeldBack: () => {} });
    visit(events);
    assert.equal(await events.close(100), 1);
    assert.throws(() => visit(events), /closed/);
  });

  it("refuses wrong fields by name", () => {
    const events = client.eventBatcher();
    assert.throws(() => visit(events, { verb: "reed" as "read" }), /verb: reed/);
    assert.throws(() => visit(events, { sourceSystem: "x".repeat(70_000) }), /at most 65536/);
    assert.equal(events.size, 0);
  });
});

const CRASHING_BACKEND = `
import { MEMBER, open } from ${JSON.stringify(new URL("server.js", import.meta.url).href)};
import { writeSync } from "node:fs";
const events = open().eventBatcher({ spool: process.argv[1], onHeldBack: () => {} });
for (let n = 0; n < 200; ++n) writeSync(1, events.add({ memberId: MEMBER, verb: "visit" }) + "\\n");
process.kill(process.pid, "SIGKILL");
setInterval(() => {}, 1000);
`;

describe("spool", () => {
  const path = () => join(folder, "events.spool");
  function crashWithEvents(): string[] {
    control("kill");
    const crashed = spawnSync(process.execPath, ["--input-type=module", "-e", CRASHING_BACKEND, path()], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
    assert.equal(crashed.signal, "SIGKILL");
    control("start");
    return crashed.stdout.trim().split("\n");
  }

  it("loses nothing when the backend crashed", async () => {
    const ids = crashWithEvents();
    assert.equal(ids.length, 200);
    const events = client.eventBatcher({ spool: path() });
    assert.equal(events.size, 200);
    ids.push(visit(events));
    assert.equal(await events.close(), 0);
    assertRecordedOnce(ids);
    assert.equal(client.eventBatcher({ spool: path() }).size, 0);
  });

  it("drops a record that the crash cut, and names damage", async () => {
    const ids = crashWithEvents();
    fs.truncateSync(path(), fs.statSync(path()).size - 3);
    const damaged = fs.readFileSync(path());
    damaged[100] = (damaged[100] as number) ^ 1;
    fs.writeFileSync(`${path()}.damaged`, damaged);
    assert.throws(() => client.eventBatcher({ spool: `${path()}.damaged` }), /damaged at byte/);
    assert.equal(await client.eventBatcher({ spool: path() }).close(), 0);
    assertRecordedOnce(ids.slice(0, -1));
  });

  it("belongs to one batcher", () => {
    client.eventBatcher({ spool: path() });
    assert.throws(() => client.eventBatcher({ spool: path() }), SpoolError);
  });

  it("does not keep what is done", () => {
    const big = new Uint8Array(60 << 10);
    const spool = new FileSpool(path());
    for (let n = 0; n < 200; ++n) spool.append(big);
    spool.done(150);
    assert.ok(fs.statSync(path()).size < 51 * (big.length + 9) + 100);
    spool.append(Uint8Array.of(1, 2));
    spool.close();
    const again = new FileSpool(path());
    assert.equal(again.waiting.length, 51);
    assert.deepEqual([...(again.waiting[50] as Uint8Array)], [1, 2]);
    again.close();
  });
});
