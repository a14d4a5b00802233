// What the first visit loads, as a host sends it that compresses with gzip.
import { gzipSync } from 'node:zlib';
import { go } from './moves.mjs';

const MOST = 500 * 1024;

export async function budget({ step, browser, stage }) {
  await step('the first load of Trade is under 500 KiB gzipped, with WebAssembly', async () => {
    const visitor = await browser.person('visitor');
    const loaded = [];
    visitor.page.on('response', (response) => {
      // The node and the local server answer as long as the page is open; files are what a visit costs.
      const url = new URL(response.url());
      const isFile = url.origin === new URL(stage.url).origin && !url.pathname.startsWith('/local');
      if (isFile && response.request().method() === 'GET') loaded.push(response);
    });
    await visitor.page.goto(`${stage.url}#/trade`);
    await go(visitor.page, 'Trade');
    // What comes last: the chart has a file of its own.
    await visitor.page.locator('.price-chart canvas').first().waitFor();
    const sizes = await Promise.all(
      loaded.map(async (it) => ({
        file: new URL(it.url()).pathname,
        bytes: gzipSync(await it.body(), { level: 9 }).length,
      })),
    );
    const sum = sizes.reduce((all, it) => all + it.bytes, 0);
    for (const it of sizes.sort((a, b) => b.bytes - a.bytes)) console.log(`    ${kib(it.bytes)} ${it.file}`);
    console.log(`    ${kib(sum)} in all`);
    const engine = sizes.find((it) => it.file.endsWith('.wasm'));
    if (engine === undefined) throw new Error('no WebAssembly was loaded: what was measured is not the page');
    if (sum > MOST) throw new Error(`the first load is ${kib(sum)}, over ${kib(MOST)}`);
    await browser.leave(visitor);
  });
}

function kib(bytes) {
  return `${(bytes / 1024).toFixed(1).padStart(7)} KiB`;
}
