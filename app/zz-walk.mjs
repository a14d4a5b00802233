import { chromium } from 'playwright-core';
const url = process.argv[2] ?? 'http://127.0.0.1:5300/';
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const p = await (await b.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
p.on('console', (m) => { if (m.type() !== 'debug') console.log('console', m.type(), m.text().slice(0, 300)); });
p.on('pageerror', (e) => console.log('pageerror', e.message));
await p.goto(url);
await p.getByRole('button', { name: 'Connect wallet' }).waitFor();
await p.screenshot({ path: '/tmp/shots/1.png' });
await p.getByRole('button', { name: 'Connect wallet' }).click();
await p.getByRole('dialog').getByRole('button').first().click();
await p.waitForTimeout(1500);
await p.getByRole('button', { name: /local/i }).first().click();
await p.waitForTimeout(800);
await p.screenshot({ path: '/tmp/shots/2.png' });
await p.getByRole('button', { name: /test funds/i }).click();
await p.waitForTimeout(3000);
await p.keyboard.press('Escape');
await p.goto(url + '#/account');
await p.waitForTimeout(2000);
await p.screenshot({ path: '/tmp/shots/3.png', fullPage: true });
for (const [i, x] of ['pool', 'keepers', 'status', 'trade'].entries()) {
  await p.goto(url + '#/' + x); await p.waitForTimeout(2500);
  await p.screenshot({ path: `/tmp/shots/${4 + i}.png`, fullPage: true });
}
await b.close();
