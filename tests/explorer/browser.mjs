// The browser of a file of tests: there while they run.

import { after, before } from "node:test";

import { chromium } from "playwright-core";

/** The browser, once tests run. */
export let browser;
before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: ["--no-sandbox"],
  });
});
after(() => browser.close());
