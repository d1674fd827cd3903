// A flame graph in a browser: zooming, searching, and that names are nothing but names.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { browser } from "./browser.mjs";

const url = `file://${join(process.env.PAGES ?? "pages", "flame.svg")}`;

/** Opens the drawing, and fails if it complains or asks the network for anything. Who asks is told `answer`. */
async function withDrawing(use, answer = "") {
  const page = await browser.newPage({ viewport: { width: 1300, height: 600 } });
  const wrong = [];
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  page.on("pageerror", (error) => wrong.push(String(error.stack)));
  page.on("dialog", (dialog) => dialog.accept(answer));
  page.on("request", (request) => request.url() !== url && wrong.push(request.url()));
  await page.goto(url);
  await use(page);
  assert.deepEqual(wrong, []);
  await page.close();
}

const frame = (page, name) => page.locator(`#frames g[data-name="${name}"]`);
const width = async (page, name) => Number(await frame(page, name).locator("rect").getAttribute("width"));

test("frames are as wide as their share", () =>
  withDrawing(async (page) => {
    const all = await width(page, "all");
    assert.equal(all, 1180);
    assert.equal(await width(page, "main"), all);
    assert.equal(await width(page, "work"), 0.8 * all);
    assert.equal(await width(page, "inner"), 0.6 * all);
    assert.equal(await page.evaluate("typeof pwned"), "undefined");
    assert.equal(await page.locator("#frames g").count(), 5);
  }));

test("a click zooms in, and Escape out again", () =>
  withDrawing(async (page) => {
    await frame(page, "work").click();
    assert.equal(await width(page, "work"), 1180);
    assert.equal(await width(page, "inner"), 885);
    assert.equal(await width(page, "main"), 1180);
    assert.equal(await frame(page, "main").getAttribute("class"), "outer");
    assert.equal(await page.locator("#frames g:visible").count(), 4);
    assert.ok(await page.locator("#reset").isVisible());
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("#frames g:visible").count(), 5);
    assert.equal(await width(page, "inner"), 708);
    assert.ok(!(await page.locator("#reset").isVisible()));
  }));

test("what is searched for is found, and counted once", () =>
  withDrawing(async (page) => {
    await page.keyboard.press("/");
    await page.locator("#frames .found").first().waitFor();
    const found = await page.locator("#frames .found").evaluateAll((all) => all.map((it) => it.dataset.name));
    assert.deepEqual(found.sort(), ["inner", "main"]);
    assert.equal(await page.locator("#matched").textContent(), "found in 100.00 %");
  }, "in"));

test("a frame that is pointed at says what it is", () =>
  withDrawing(async (page) => {
    await frame(page, "inner").hover();
    assert.equal(await page.locator("#details").textContent(), "inner, inlined: 6 samples, 60.00 %");
  }));
