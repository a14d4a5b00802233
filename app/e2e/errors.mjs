// Each thing that can go wrong: what is said, and that nothing typed is lost.
import { until } from './browser.mjs';
import {
  askBeforeSigning,
  button,
  depositMore,
  fillTicket,
  go,
  panel,
  refuseLostInput,
  text,
} from './moves.mjs';
import { confirming, local, queueRow } from './story.mjs';

const OTHER_GENESIS = '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d';
const SIZE = '300';

export async function errors(means, { trader, keeper }) {
  // The story ended with all excess withdrawn.
  await means.step('the trader deposits again', () => depositMore(trader.page, '1000'));
  await walletRefuses(means, trader);
  await nodeIsAway(means, trader);
  await priceIsStale(means, trader);
  await limitIsPassed(means, trader);
  await amountIsTooLarge(means, trader);
  await somebodyWasFaster(means, keeper);
  await wrongNetwork(means);
}

async function walletRefuses({ step }, { page }) {
  await step(
    'a wallet that refuses: it is said, nothing is sent, and the ticket keeps its size',
    async () => {
      await go(page, 'Trade');
      await askBeforeSigning(page, true);
      const ticket = await fillTicket(page, { dollars: SIZE });
      await button(ticket, /^Buy .* at the next price$/).click();
      await button(page.getByRole('dialog', { name: 'Sign this transaction?' }), 'Reject').click();
      await text(ticket, /refused in the wallet\. Nothing was sent/).waitFor();
      await refuseLostInput(ticket, 'Size', SIZE);
      await askBeforeSigning(page, false);
    },
  );
}

async function nodeIsAway({ step }, person) {
  const { page, context } = person;
  await step('a node that is away: a banner says so, and what was typed stays', async () => {
    person.networkIsBroken = true;
    const ticket = await fillTicket(page, { dollars: SIZE });
    await context.setOffline(true);
    await text(page.getByRole('banner'), 'no connection').waitFor();
    await text(page.getByRole('alert'), /What is shown is .* old/).waitFor();
    await refuseLostInput(ticket, 'Size', SIZE);
  });
  await step('the node is back: the page is live again by itself, and nothing is lost', async () => {
    await context.setOffline(false);
    await text(page.getByRole('banner'), 'local: live').waitFor();
    await refuseLostInput(panel(page, 'Order'), 'Size', SIZE);
    person.networkIsBroken = false;
  });
}

async function priceIsStale({ step, stage }, { page }) {
  await step('a stale price: Trade and Status say so, and what was typed stays', async () => {
    await fillTicket(page, { dollars: SIZE });
    await stage.tell({ do: 'fresh', on: false });
    await text(page.getByRole('main'), /The cached price is .* old/).waitFor();
    await refuseLostInput(panel(page, 'Order'), 'Size', SIZE);
    await go(page, 'Status');
    await text(panel(page, 'At a glance'), /BTC-PERP: the price is too old/).waitFor();
    await stage.tell({ do: 'fresh', on: true });
    await stage.tell({ do: 'cache' });
    await text(panel(page, 'At a glance'), /BTC-PERP: the price is too old/).waitFor({ state: 'detached' });
  });
}

async function limitIsPassed({ step, stage }, { page }) {
  await step(
    'a limit that the price has passed: the ticket warns, and the order ends with the reason',
    async () => {
      const { prices } = await local(stage);
      const limit = (Number(prices[0].price) * 0.9).toFixed(2);
      await stage.tell({ do: 'keeper', on: true, liquidate: false });
      await go(page, 'Trade');
      const ticket = await fillTicket(page, { dollars: SIZE, limit });
      await text(ticket, /limit/i).waitFor();
      await ticket.getByRole('alert').first().waitFor();
      await refuseLostInput(ticket, 'Limit', limit);
      await button(ticket, /^Buy .* at the next price$/).click();
      const orders = panel(page, 'Orders');
      await text(orders, /^Ended without a fill/).waitFor();
      await text(orders, /limit/i).waitFor();
      await refuseLostInput(ticket, 'Limit', limit);
      await stage.tell({ do: 'keeper', on: false });
      await ticket.getByLabel('Limit').fill('');
    },
  );
}

async function amountIsTooLarge({ step }, { page }) {
  await step('an order that is too large: the ticket says why at its size', async () => {
    const ticket = await fillTicket(page, { dollars: '900000' });
    await ticket.getByRole('alert').or(ticket.locator('.notice')).first().waitFor();
    await text(ticket, /initial requirement|reduce the size|deposit/i).waitFor();
    await refuseLostInput(ticket, 'Size', '900000');
    await ticket.getByLabel('Size').fill('');
  });
  await step('a deposit over what the wallet holds: the field says how much there is', async () => {
    await go(page, 'Account');
    const money = panel(page, 'Deposit and withdraw');
    await money.getByRole('tab', { name: 'Deposit' }).click();
    await money.getByLabel('Amount').fill('99999999');
    await text(money.getByRole('alert'), /more than there is: at most/).waitFor();
    await refuseLostInput(money, 'Amount', '99999999');
    if (await money.getByRole('button', { name: 'Deposit', exact: true }).isEnabled())
      throw new Error('a deposit that cannot be paid may be sent');
    await money.getByLabel('Amount').fill('');
  });
}

async function somebodyWasFaster({ step, stage }, { page }) {
  await step('an account that was liquidated a moment ago: the keeper’s page stays calm', async () => {
    const { prices } = await local(stage);
    const price = Number(prices[1].price);
    const { account } = await stage.tell({
      do: 'trader',
      name: 'zoe',
      market: 'ETH',
      deposit: 2000,
      leverage: 9,
    });
    await go(page, 'Keepers');
    await stage.price({ ETH: (price * 0.92).toFixed(2) });
    await stage.tell({ do: 'cache' });
    for (let at = 0.915; ; at -= 0.003) {
      if (at < 0.88) throw new Error('zoe is not under maintenance');
      await stage.price({ ETH: (price * at).toFixed(2) });
      await stage.tell({ do: 'cache' });
      if ((await stage.tell({ do: 'look' })).under > 0) break;
    }
    await stage.tell({ do: 'flag', account });
    await askBeforeSigning(page, true);
    const liquidate = button(queueRow(page), /^Liquidate account/);
    await confirming(stage);
    await until('newer prices can confirm the flag', () => liquidate.isEnabled());
    await liquidate.click();
    const asked = page.getByRole('dialog', { name: 'Sign this transaction?' });
    await asked.waitFor();
    await stage.tell({ do: 'liquidate', account });
    await button(asked, 'Approve').click();
    await text(panel(page, 'Queue'), /^Somebody was faster/).waitFor();
    await askBeforeSigning(page, false);
  });
}

async function wrongNetwork({ step, stage, browser }) {
  await step(
    'a node on another network: the page says which one it expects, and shows no prices as live',
    async () => {
      const lost = await browser.person('lost');
      await lost.page.route('**/config.json', (route) =>
        route.fulfill({ json: { ...stage.config, genesisHash: OTHER_GENESIS } }),
      );
      await lost.page.goto(stage.url);
      await text(lost.page.getByRole('banner'), 'wrong network').waitFor();
      await text(lost.page.getByRole('alert'), new RegExp(`expected is ${OTHER_GENESIS}`)).waitFor();
      await browser.leave(lost);
    },
  );
}
