// The page of examples/ in Chromium: a list, what is opened is recorded, and what is left is sent when the page goes away.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { after, before, describe, it } from "node:test";
import { chromium, type Browser } from "playwright-core";
import { control, env, MEMBER } from "./server.js";

const origin = env("COFILTER_PAGE_ORIGIN");
const page = `${origin}/?server=${encodeURIComponent(env("COFILTER_HTTP"))}&member=${MEMBER}`;

describe("page", () => {
  let browser: Browser;
  let server: Server;
  let tokens: string[];
  before(async () => {
    const script = await readFile("build/page/page.js");
    server = createServer((request, response) => {
      const path = new URL(request.url ?? "/", origin).pathname;
      if (path === "/token") response.end(tokens.length > 1 ? tokens.shift() : tokens[0]);
      else if (path === "/page.js") response.setHeader("content-type", "text/javascript").end(script);
      else response.setHeader("content-type", "text/html").end('<!doctype html><meta charset="utf-8"><script type="module" src="page.js"></script>');
    });
    server.listen(Number(new URL(origin).port), "127.0.0.1");
    browser = await chromium.launch({ executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
  });
  after(async () => {
    await browser?.close();
    server.close();
  });
  const memberToken = (seconds: number) => control("token", "--role", "member", "--subject", MEMBER, "--seconds", String(seconds));
  const recorded = () => new Set(control("event-ids").split("\n"));
  const opened = async (known: Set<string>) => [...recorded()].filter((id) => !known.has(id)).length;

  it("shows a list by the member's own token, replaced when it expired, and records an opened item", async () => {
    tokens = [memberToken(-3600), memberToken(3600)];
    const known = recorded();
    const tab = await browser.newPage();
    await tab.goto(page);
    await tab.locator("a.item").nth(4).waitFor();
    assert.equal(tokens.length, 1);
    const sent = tab.waitForResponse((response) => response.url().endsWith("/RecordEvents") && response.request().method() === "POST");
    await tab.locator("a.item").first().click();
    assert.equal((await sent).status(), 200);
    assert.equal(await opened(known), 1);
    await tab.close();
  });

  it("sends what is left when the page goes away", async () => {
    tokens = [memberToken(3600)];
    const known = recorded();
    const tab = await browser.newPage();
    await tab.goto(page);
    await tab.locator("a.item").nth(4).waitFor();
    // Three clicks and away within one turn of the page: no batch is sent before it.
    await tab.evaluate(() => {
      for (const link of [...document.querySelectorAll<HTMLElement>("a.item")].slice(0, 3)) link.click();
      location.href = "about:blank";
    });
    await tab.waitForURL("about:blank");
    let found = 0;
    for (let look = 0; look < 100 && found < 3; ++look) found = await opened(known);
    assert.equal(found, 3);
    await tab.close();
  });

  it("is refused where the member is another one", async () => {
    tokens = [control("token", "--role", "member", "--subject", "somebody", "--seconds", "3600")];
    const tab = await browser.newPage();
    const failed = tab.waitForEvent("pageerror");
    await tab.goto(page);
    assert.match((await failed).message, /permission_denied/);
    await tab.close();
  });
});
