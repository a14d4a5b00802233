// Every page in light, dark and narrow: looked at by axe, and kept as a picture.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { until } from './browser.mjs';
import { go, PAGES } from './moves.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const GRAVE = new Set(['serious', 'critical']);

const LOOKS = [
  { name: 'light', scheme: 'light', width: 1280, height: 900 },
  { name: 'dark', scheme: 'dark', width: 1280, height: 900 },
  { name: 'narrow', scheme: 'light', width: 390, height: 844 },
];

/** @param one somebody whose pages have something to show */
export async function access({ step, shots }, one) {
  const { page } = one;
  for (const look of LOOKS) {
    await page.setViewportSize({ width: look.width, height: look.height });
    await page.emulateMedia({ colorScheme: look.scheme, reducedMotion: 'reduce' });
    for (const name of PAGES) {
      await step(
        `${name}, ${look.name}: axe finds nothing serious, and nothing is wider than the window`,
        async () => {
          await go(page, name);
          await settled(page);
          await page.screenshot({
            path: join(shots, `${name.toLowerCase()}-${look.name}.png`),
            fullPage: true,
          });
          await refuseGraveFaults(page);
          await refuseOverflow(page);
        },
      );
    }
    await step(`Local drawer, ${look.name}: axe finds nothing serious`, async () => {
      await page.getByRole('button', { name: 'Local', exact: true }).click();
      const drawer = page.getByRole('dialog', { name: 'Local exchange' });
      await drawer.getByRole('button', { name: /^(Hold prices|Play the recording)$/ }).waitFor();
      await page.screenshot({ path: join(shots, `local-${look.name}.png`) });
      await refuseGraveFaults(page);
      await drawer.getByRole('button', { name: 'Close' }).click();
      await drawer.waitFor({ state: 'hidden' });
    });
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
}

/** Nothing is being read any more, and what depends on the window's width was drawn again. */
async function settled(page) {
  await page.getByRole('heading', { level: 1 }).waitFor();
  const waiting = page.getByRole('main').locator('.waiting');
  await until('everything was read', async () => (await waiting.count()) === 0);
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
}

async function refuseGraveFaults(page) {
  // By the debugger's protocol: the page's content policy does not allow scripts in the document.
  await page.evaluate(AXE);
  const found = await page.evaluate('axe.run(document, { resultTypes: ["violations"] })');
  const grave = found.violations.filter((it) => GRAVE.has(it.impact));
  if (grave.length === 0) return;
  const lines = grave.map(
    (it) =>
      `${it.impact} ${it.id}: ${it.help}\n${it.nodes.map((node) => `      ${node.target} ${node.failureSummary}`).join('\n')}`,
  );
  throw new Error(`axe found\n    ${lines.join('\n    ')}`);
}

async function refuseOverflow(page) {
  const { wide, window } = await page.evaluate(
    '({ wide: document.documentElement.scrollWidth, window: document.documentElement.clientWidth })',
  );
  if (wide > window) throw new Error(`the page is ${wide} px wide in a window of ${window} px`);
}
