// The explorer's page in a browser: what one does there with a pointer, with keys alone and with a
// screen reader's rules, and that no program gets more out of it than being shown.
//
// Nothing here looks at a clock: what loading costs is counted in elements and in data read.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";

import { browser } from "./browser.mjs";

const pages = process.env.PAGES ?? "pages";
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * Opens a program's page, lets `use` do something with it, and fails if the page has complained,
 * asked the network for anything or opened a dialog of the browser's.
 */
async function withPage(name, use, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1600, height: 1000 }, ...options });
  const page = await context.newPage();
  const wrong = [];
  const url = `file://${join(pages, `${name}.html`)}`;
  page.on(
    "console",
    (message) => ["error", "warning"].includes(message.type()) && wrong.push(message.text()),
  );
  page.on("pageerror", (error) => wrong.push(String(error.stack)));
  page.on("dialog", (dialog) => wrong.push(`dialog: ${dialog.message()}`) && dialog.dismiss());
  page.on(
    "request",
    (request) =>
      request.url().split("#")[0] !== url && !request.url().startsWith("data:") && wrong.push(request.url()),
  );
  // How often, and how much, data is read.
  await page.addInitScript(() => {
    const parse = JSON.parse;
    window.parsed = { calls: 0, characters: 0 };
    JSON.parse = (text, ...rest) => {
      window.parsed.calls += 1;
      window.parsed.characters += text.length;
      return parse(text, ...rest);
    };
  });
  await page.goto(url);
  await use(page);
  assert.deepEqual(wrong, []);
  await context.close();
}

const functionRow = (page, name) =>
  page.locator("#function-list .function").filter({ hasText: new RegExp(`^${name} \\d`) });
const pane = (page, at) => page.locator(".pane").nth(at);
const rows = (page, at) => pane(page, at).locator(".code-row");
const form = (page, at, name) => pane(page, at).getByRole("tab", { name, exact: true }).click();
const detail = (page, name) => page.locator("#detail-tabs").getByRole("tab", { name }).click();

test("a page shows the hottest compiled function first", () =>
  withPage("small", async (page) => {
    assert.match(await page.title(), /small\.rinha – galo explore$/);
    const chosen = page.locator('#function-list [aria-selected="true"]');
    assert.equal(await chosen.count(), 1);
    assert.match(await chosen.textContent(), /v\d+$/);
    assert.ok((await rows(page, 0).count()) > 3);
    assert.match(await page.locator("#summary").textContent(), /functions compiled.*exits.*collections/);
  }));

test("heat is that of entries, or of time", () =>
  withPage("busy", async (page) => {
    const first = page.locator("#function-list .function").first();
    const figures = page.locator("#function-list .function .figure");
    await page.locator("#measure").selectOption("own");
    assert.match(await first.textContent(), /^work .*%/);
    assert.match(await page.locator("#measure-note").textContent(), /share of all samples/);
    await page.locator("#measure").selectOption("time");
    assert.match(await first.textContent(), /^main .*100\.0 %/);
    const shares = (await figures.allTextContents()).map(parseFloat);
    assert.ok(
      shares.every((share, at) => share <= 100 && (at === 0 || share <= shares[at - 1])),
      shares.join(),
    );
    assert.ok((await page.locator("#source-list .heat .h5").count()) > 0);
    await page.locator("#measure").selectOption("calls");
    assert.doesNotMatch(await first.textContent(), /%/);
  }));

test("choosing a function shows its forms", () =>
  withPage("small", async (page) => {
    await functionRow(page, "is_even").click();
    assert.match(await page.locator("#detail-title").textContent(), /^is_even 7:15$/);
    const beginnings = {
      Core: /^ *fn \d+ is_even\(1\)/,
      SSA: /^ *fn \d+ is_even/,
      CLIF: /^ *function u0:/,
      Assembly: /^ *; is_even: \d+ bytes/,
    };
    for (const [name, beginning] of Object.entries(beginnings)) {
      await form(page, 0, name);
      if ((await page.locator("#version").isEnabled()) || name === "Core") {
        assert.match(await rows(page, 0).first().textContent(), beginning);
      } else {
        assert.match(await pane(page, 0).locator(".empty").textContent(), /not compiled/);
      }
    }
    // What is proven stands beside Core.
    await form(page, 0, "Core");
    assert.match(await pane(page, 0).locator(".code").textContent(), /%\d+ == %\d+.*Bool/);
  }));

test("pointing at a line lights what belongs to the same place", () =>
  withPage("small", async (page) => {
    await page.locator("#split").setChecked(true);
    await functionRow(page, "count").click();
    await form(page, 0, "SSA");
    await form(page, 1, "Assembly");
    const line = rows(page, 0)
      .filter({ hasText: /v\d+: bool = v\d+ == v\d+.*9:7/ })
      .first();
    await line.hover();
    assert.match(await line.getAttribute("class"), /\blit\b/);
    assert.ok((await page.locator("#source-list .lit").count()) >= 1);
    assert.ok((await pane(page, 1).locator(".marks i").count()) >= 1);
    assert.match(
      await page.locator("#status").textContent(),
      /^\d+:\d+ .+proven .+ of SSA · [1-9]\d* lines? of Assembly$/,
    );
    await page.locator("#detail-title").hover();
    assert.equal(await page.locator(".lit").count(), 0);
    // A click stays, and shows the place in the others.
    await line.click();
    await page.locator("#detail-title").hover();
    assert.ok((await pane(page, 1).locator(".code-row.lit, .code-row.lit-inside").count()) >= 1);
    // From the source to the forms.
    await page.keyboard.press("Escape");
    await page.locator("#source-list .text [data-site]", { hasText: "%" }).first().hover();
    assert.ok((await page.locator("#source-list .lit").count()) >= 1);
  }));

test("each pass shows what it changed", () =>
  withPage("small", async (page) => {
    await functionRow(page, "count").click();
    await form(page, 0, "SSA");
    const select = pane(page, 0).locator("select");
    await select.selectOption({ index: 0 });
    assert.equal(await pane(page, 0).locator(".added, .removed").count(), 0);
    const inlined = await select.locator("option", { hasText: "inline" }).first().getAttribute("value");
    await select.selectOption(inlined);
    assert.ok((await pane(page, 0).locator(".code-row.added").count()) > 0);
    assert.match(await pane(page, 0).locator(".code-row.added .sign").first().textContent(), /\+/);
    assert.match(await pane(page, 0).locator(".passes").textContent(), /\+\d+ −\d+/);
    assert.ok((await pane(page, 0).locator(".note", { hasText: "in is_even" }).count()) > 0);
    await pane(page, 0).getByLabel("changes").uncheck();
    assert.equal(await pane(page, 0).locator(".added, .removed").count(), 0);
    await pane(page, 0).getByRole("button", { name: "Pass before" }).click();
    assert.ok(Number(await select.inputValue()) < Number(inlined));
  }));

test("the timeline goes back to when everything was interpreted", () =>
  withPage("small", async (page) => {
    const compiled = page.locator("#function-list .tier.compiled");
    const all = await compiled.count();
    assert.ok(all > 0);
    const slider = page.locator("#scrubber input[type=range]");
    await slider.focus();
    await page.keyboard.press("Home");
    assert.equal(await compiled.count(), 0);
    assert.match(await page.locator("#scrubber .now").textContent(), /everything is interpreted/);
    await page.keyboard.press("ArrowRight");
    assert.match(await slider.getAttribute("aria-valuetext"), /event 1 of \d+/);
    await page.keyboard.press("End");
    assert.equal(await compiled.count(), all);
    // The drawing can be dragged.
    const box = await page.locator("#scrubber canvas").boundingBox();
    await page.mouse.click(box.x + 1, box.y + 5);
    assert.equal(await compiled.count(), 0);
  }));

test("events tell of exits and the values that failed", () =>
  withPage("small", async (page) => {
    await detail(page, "Events");
    const list = page.locator("#panel-events");
    await list.getByLabel(/collection/).uncheck();
    assert.equal(await list.locator(".kind.gc").count(), 0);
    const exit = list.locator(".event", { hasText: 'not an Int, but Str "a"' }).first();
    await exit.dblclick();
    assert.match(await page.locator("#status").textContent(), /^2:\d+ /);
    assert.match(await page.locator("#scrubber .now").textContent(), /exit/);
  }));

test("calls show who was inlined and why others were not", () =>
  withPage("small", async (page) => {
    await functionRow(page, "count").click();
    await detail(page, "Calls");
    const panel = page.locator("#panel-calls");
    assert.match(
      await panel.locator(".tree .inlined").first().textContent(),
      /is_even.*inlined, \d+ operations/,
    );
    assert.ok((await panel.locator(".wire.inlined").count()) >= 1);
    await panel.locator(".overview button", { hasText: "repeat" }).first().click();
    assert.match(await page.locator("#detail-title").textContent(), /^repeat /);
    await panel.locator('ul[aria-label="Called by"] button', { hasText: "main" }).click();
    assert.match(await page.locator("#detail-title").textContent(), /^main /);
  }));

test("everything can be done with keys", () =>
  withPage("small", async (page) => {
    const active = (selector) =>
      page
        .locator(selector)
        .evaluate(
          (list) => document.getElementById(list.getAttribute("aria-activedescendant"))?.textContent ?? null,
        );
    await page.keyboard.press("/");
    await page.keyboard.type("coun");
    await page.keyboard.press("ArrowDown");
    assert.match(await page.locator("#detail-title").textContent(), /^count /);
    assert.match(await active("#function-list"), /^count/);
    // Source: lines, and the operations of a line.
    await page.keyboard.press("s");
    for (let step = 0; step < 3; step++) await page.keyboard.press("ArrowDown");
    assert.notEqual(await active("#source-list"), null);
    const status = () => page.locator("#status").textContent();
    const first = await status();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    assert.notEqual(await status(), first);
    // Code: the active line is lit, and passes can be gone through.
    await page.keyboard.press("c");
    await page.keyboard.press("2");
    const select = pane(page, 0).locator("select");
    const last = await select.inputValue();
    await page.keyboard.press("[");
    assert.notEqual(await select.inputValue(), last);
    for (let step = 0; step < 4; step++) await page.keyboard.press("ArrowDown");
    assert.ok((await pane(page, 0).locator(".row.active").count()) === 1);
    await page.keyboard.press("End");
    assert.notEqual(await active('[aria-label="First form: lines of code"]'), null);
    // Tabs, the tree, help.
    await page.keyboard.press("g");
    await page.locator('[role="tree"] [role="treeitem"]').first().focus();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Enter");
    assert.match(await status(), /^\d+:\d+/);
    await page.keyboard.press("t");
    assert.ok(await page.locator("#panel-statistics").isVisible());
    await page.locator("#detail-tabs [aria-selected=true]").focus();
    await page.keyboard.press("ArrowRight");
    assert.ok(await page.locator("#panel-code").isVisible());
    await page.keyboard.press("?");
    assert.ok(await page.locator("#help").isVisible());
    await page.keyboard.press("Escape");
    assert.ok(!(await page.locator("#help").isVisible()));
    // What has the focus can be seen to have it.
    await page.keyboard.press("f");
    const outline = await page
      .locator("#function-list")
      .evaluate((list) => getComputedStyle(list).outlineStyle);
    assert.equal(outline, "solid");
  }));

/** What the rules of accessibility that a program can check say against the page. */
async function violations(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .slice(0, 3)
        .map((node) => `${node.html.slice(0, 120)} ${node.any[0]?.message ?? ""}`)
        .join(" | ")}`,
  );
}

for (const colorScheme of ["light", "dark"]) {
  test(`the ${colorScheme} page keeps the rules of accessibility`, () =>
    withPage(
      "small",
      async (page) => {
        const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        const [red] = ground.match(/\d+/g).map(Number);
        assert.ok(colorScheme === "dark" ? red < 60 : red > 200, ground);
        await functionRow(page, "count").click();
        await form(page, 0, "SSA");
        await page.locator("#show-kinds").check();
        for (const name of ["Code", "Calls", "Events", "Statistics"]) {
          await detail(page, name);
          assert.deepEqual(await violations(page), [], name);
        }
      },
      { colorScheme },
    ));
}

test("the theme can be chosen", () =>
  withPage(
    "small",
    async (page) => {
      const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const light = await ground();
      await page.locator("#theme").selectOption("dark");
      assert.notEqual(await ground(), light);
      await page.locator("#theme").selectOption("light");
      assert.equal(await ground(), light);
    },
    { colorScheme: "light" },
  ));

test("the address says what is chosen", () =>
  withPage("small", async (page) => {
    await functionRow(page, "count").click();
    await form(page, 0, "SSA");
    await rows(page, 0).filter({ hasText: " == " }).first().click();
    await page.waitForFunction(() => /^#function=\d+&version=0&place=\d+$/.test(location.hash));
    const status = await page.locator("#status").textContent();
    await page.reload();
    assert.match(await page.locator("#detail-title").textContent(), /^count /);
    assert.equal((await page.locator("#status").textContent()).slice(0, 5), status.slice(0, 5));
    // What does not exist is not chosen.
    await page.evaluate(() => (location.hash = "#function=99&version=-1&place=x"));
    await page.reload();
    assert.ok((await page.locator('#function-list [aria-selected="true"]').count()) === 1);
  }));

test("a program of 400 functions costs little to open", () =>
  withPage("many", async (page) => {
    const nodes = await page.evaluate(() => document.querySelectorAll("body *:not(script)").length);
    assert.ok(nodes < 2500, `${nodes} elements`);
    const { calls, characters } = await page.evaluate(() => window.parsed);
    assert.ok(calls <= 3 && characters < 1 << 20, `${calls} pieces of data, ${characters} characters`);
    assert.ok((await page.locator('script[id^="code-"]').count()) > 400);
    // The end of long lists is there, too.
    await page.locator("#function-list").focus();
    await page.keyboard.press("End");
    assert.equal(await page.locator("#function-list .row.active").getAttribute("aria-posinset"), "401");
    await detail(page, "Calls");
    const drawn = await page.evaluate(() => document.querySelectorAll("#panel-calls *").length);
    assert.ok(drawn < 2500, `${drawn} elements`);
  }));

test("lists longer than a browser can scroll have an end", () =>
  withPage("long", async (page) => {
    const list = page.locator("#source-list");
    const inSight = async (number) => {
      const row = list.locator(".row", {
        has: page.locator(".number", { hasText: new RegExp(`^${number}$`) }),
      });
      const [box, frame] = [await row.boundingBox(), await list.boundingBox()];
      return box !== null && box.y >= frame.y - 1 && box.y + box.height <= frame.y + frame.height + 20;
    };
    await list.focus();
    await page.keyboard.press("End");
    assert.ok(await inSight(450_001));
    await page.keyboard.press("ArrowUp");
    assert.ok(await inSight(450_000));
    await page.keyboard.press("Home");
    assert.ok(await inSight(1));
    await list.evaluate((it) => (it.scrollTop = it.scrollHeight / 2));
    await page.waitForFunction(() => {
      const numbers = [...document.querySelectorAll("#source-list .number")].map((it) =>
        Number(it.textContent),
      );
      return numbers.some((number) => Math.abs(number - 225_000) < 100);
    });
    const tops = await list
      .locator(".row:not(.active)")
      .evaluateAll((all) => all.map((row) => row.getBoundingClientRect().top).sort((a, b) => a - b));
    const distances = tops.slice(1).map((top, at) => Math.round(top - tops[at]));
    assert.deepEqual(
      [...new Set(distances)].filter((distance) => distance < 20 || distance > 22),
      [],
    );
  }));

test("a program that fails has a page with its error", () =>
  withPage("failing", async (page) => {
    assert.match(
      await page.locator("#error").textContent(),
      /error\[type-error\]: cannot apply `\+` to Int 1 and Bool true/,
    );
    assert.match(await page.locator("#summary").textContent(), /failed/);
    assert.equal(
      await page
        .locator("#source-list .fault")
        .allTextContents()
        .then((all) => all.join("")),
      "true",
    );
    assert.match(await page.locator("#detail-title").textContent(), /^deep /);
  }));

test("a program is shown and not obeyed", () =>
  withPage("hostile", async (page) => {
    assert.equal(await page.evaluate(() => window.pwned), undefined);
    assert.equal(await page.locator("img, svg[onload], body script:not([type]) ~ script").count(), 0);
    const source = await page.locator("#source-list").textContent();
    assert.ok(source.includes("</script><img src=x onerror=") && source.includes("␀"));
    assert.ok(!/[\u0000\u202A-\u202E\u2066-\u2069]/.test(await page.locator("body").innerText()));
    await detail(page, "Statistics");
    assert.ok((await page.locator("pre.output").textContent()).includes("</script>"));
    const longest = await page.evaluate(() =>
      Math.max(...[...document.querySelectorAll("main .row")].map((row) => row.textContent.length)),
    );
    assert.ok(longest < 4500, `a row of ${longest} characters`);
    for (const name of ["Calls", "Events", "Code"]) await detail(page, name);
    await functionRow(page, "f").click();
    for (const name of ["Core", "SSA", "CLIF", "Assembly"]) await form(page, 0, name);
  }));

test("narrow windows need no scrolling sideways", () =>
  withPage("small", async (page) => {
    for (const width of [360, 700, 900, 1100]) {
      await page.setViewportSize({ width, height: 900 });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `${wide} of ${width}`);
    }
    await functionRow(page, "count").click();
    await detail(page, "Code");
    await rows(page, 0).filter({ hasText: " == " }).first().click();
    assert.ok((await page.locator("#source-list .lit").count()) >= 1);
  }));
