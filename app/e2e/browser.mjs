// A browser whose pages are listened to: whatever they log as an error fails the run.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const PATIENCE_MS = 30_000;

// What a browser logs by itself when a network is broken on purpose.
const OF_A_BROKEN_NETWORK = /Failed to load resource|WebSocket connection to .* failed/;

export async function openBrowser(shots) {
  mkdirSync(shots, { recursive: true });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  const people = [];

  /** Somebody with a browser of their own: nothing is shared between two. */
  async function person(name, options = {}) {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      locale: 'en-US',
      timezoneId: 'UTC',
      colorScheme: 'light',
      reducedMotion: 'reduce',
      ...options,
    });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    const one = { name, context, page, log: [], faults: [], networkIsBroken: false };
    page.on('console', (message) => {
      const line = `${message.type()}: ${message.text()}`;
      one.log.push(line);
      if (message.type() !== 'error') return;
      if (one.networkIsBroken && OF_A_BROKEN_NETWORK.test(message.text())) return;
      one.faults.push(line);
    });
    page.on('pageerror', (error) => {
      one.log.push(`page error: ${error.stack ?? error.message}`);
      one.faults.push(`page error: ${error.message}`);
    });
    people.push(one);
    return one;
  }

  return {
    person,
    people,
    async leave(one) {
      await one.context.close();
    },
    /** What to look at after a failure. */
    async evidence(step) {
      for (const one of people) {
        if (one.page.isClosed()) continue;
        const file = join(shots, `failed-${one.name}.png`);
        await one.page.screenshot({ path: file, fullPage: true }).catch(() => undefined);
        console.error(`--- ${one.name} at "${step}": ${one.page.url()}, ${file}`);
        for (const line of one.log.slice(-40)) console.error(`    ${line}`);
      }
    },
    async end() {
      await browser.close();
    },
  };
}

/** Asks again until it holds: for what no locator can wait for. */
export async function until(what, holds, ms = PATIENCE_MS) {
  const deadline = Date.now() + ms;
  for (;;) {
    const value = await holds();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`not within ${ms / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
