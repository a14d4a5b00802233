// A trader opens a position, the price falls, a keeper closes just enough, and the rest goes on.
import { until } from './browser.mjs';
import { button, connect, deposit, fact, fillTicket, fund, go, open, panel, text } from './moves.mjs';

const DEPOSIT = '1000';
const NOTIONAL = '8500';
// Small enough to stop between a margin call and a liquidation.
const STEP = 0.998;
const MOST_STEPS = 80;

export async function story(means) {
  const { stage, browser, step } = means;
  const trader = await browser.person('trader');
  const keeper = await browser.person('keeper');
  const { page } = trader;
  const start = Number((await local(stage)).prices[0].price);

  await step('the page opens and is live', () => open(page, stage.url));
  await step('connect the burner wallet', () => connect(page));
  await step('get test funds', () => fund(page));
  await step('deposit; that opens the account', async () => {
    await deposit(page, DEPOSIT);
    await text(panel(page, 'Health'), '$1,000.00').waitFor();
  });

  await step('the ticket shows margin, fee, new health and where a liquidation would start', async () => {
    await go(page, 'Trade');
    const ticket = await fillTicket(page, { dollars: NOTIONAL });
    const estimate = ticket.getByRole('group', { name: 'Estimate of the order' });
    for (const name of ['Margin required', 'Fee', 'Spread and impact'])
      await expectText(fact(estimate, name), /\$\d/);
    await text(estimate, 'Equity / maintenance').waitFor();
    await text(estimate, /A liquidation would start at \$[\d,.]+/).waitFor();
    await text(estimate, /It closes [\d.]+\s?% \(\$[\d,.]+\) and leaves/).waitFor();
  });
  await step('a keeper looks at the queue without a wallet, then connects one', async () => {
    await open(keeper.page, stage.url);
    await go(keeper.page, 'Keepers');
    await text(panel(keeper.page, 'Queue'), /^The queue is empty/).waitFor();
    await connect(keeper.page);
    await fund(keeper.page);
  });
  await step('the order is placed and waits for its price; a keeper fills it at that price', async () => {
    // The program of keepers: a person may come too late for the one price that fills an order.
    await stage.tell({ do: 'keeper', on: true, liquidate: false });
    await button(panel(page, 'Order'), /^Buy .* at the next price$/).click();
    const orders = panel(page, 'Orders');
    await text(orders, /Waits for a price published after/).waitFor();
    await text(panel(keeper.page, 'Pending orders'), /^Buy [\d.]+ BTC-PERP/).waitFor();
    await text(orders, /^Filled at \$/).waitFor();
    await panel(page, 'Positions').getByRole('row').filter({ hasText: 'BTC-PERP' }).waitFor();
    await stage.tell({ do: 'keeper', on: false });
  });

  await step('"what if" shows what a fall would close, and what closing all would cost', async () => {
    await go(page, 'Account');
    const whatIf = panel(page, 'What if the price moves');
    const slider = whatIf.getByRole('slider');
    await slider.press('Home');
    await text(whatIf, /\(-60(\.0)?\s?%\)/).waitFor();
    await whatIf.getByLabel('Price of one BTC').fill((start * 0.895).toFixed(2));
    await text(whatIf, /would be closed, costing \$[\d,.]+; closing all would cost/).waitFor();
  });

  await step('the price falls until a margin call shows', async () => {
    await fall(stage, start * 0.93, 'called');
    await text(panel(page, 'Health'), /^Margin call\.?/).waitFor();
  });
  await step('the price falls until the account is under maintenance', async () => {
    const { prices } = await local(stage);
    await fall(stage, Number(prices[0].price), 'under');
    await text(panel(page, 'Health'), /^Under maintenance\.?/).waitFor();
  });

  await step('the keeper flags the account, and its bonus grows', async () => {
    await button(queueRow(keeper.page), /^Flag account/).click();
    await text(panel(keeper.page, 'Queue'), /^Flagged\. The bonus grows/).waitFor();
    const shown = () => queueRow(keeper.page).getByRole('cell').nth(5).innerText();
    const first = await until('a bonus shows', async () => /\$[\d,.]+/.exec(await shown())?.[0]);
    await until('the bonus grows', async () => (/\$[\d,.]+/.exec(await shown())?.[0] ?? first) !== first);
  });
  await step('the keeper liquidates it, and the queue is empty again', async () => {
    const liquidate = button(queueRow(keeper.page), /^Liquidate account/);
    await confirming(stage);
    await until('newer prices can confirm the flag', () => liquidate.isEnabled());
    await liquidate.click();
    await text(panel(keeper.page, 'Queue'), /^Liquidated\. The bonus/).waitFor();
    await button(queueRow(keeper.page), /^Liquidate account/).waitFor({ state: 'detached' });
  });

  await step('the history shows the receipt, and the browser checks it again', async () => {
    const history = panel(page, 'History');
    await text(history, /^Certificate: closing/).waitFor();
    await button(history, 'Re-check in this browser').first().click();
    await text(history, 'No check failed.').waitFor();
  });
  await step('the price recovers, and the excess is withdrawn to the cent that is shown', async () => {
    await stage.price({ BTC: start.toFixed(2) });
    await stage.tell({ do: 'cache' });
    await text(panel(page, 'Health'), /^Healthy$/).waitFor();
    const money = panel(page, 'Deposit and withdraw');
    await money.getByRole('tab', { name: 'Withdraw' }).click();
    const shown = fact(money, 'May leave now');
    await expectText(shown, /[1-9]/);
    await button(money, 'max').click();
    const typed = await money.getByLabel('Amount').inputValue();
    await button(money, 'Withdraw').click();
    await expectText(shown, /^0 USDC$/);
    await text(panel(page, 'History'), 'Withdrawn').waitFor();
    if (!(Number(typed) > 0)) throw new Error(`the excess that was withdrawn is ${typed}`);
  });
  await step('the pool’s page lists the liquidation', async () => {
    await go(page, 'Pool');
    const row = panel(page, 'Past liquidations').getByRole('row').nth(1);
    await expectText(row, /\$[\d,.]+/);
  });
  return { trader, keeper };
}

/** Publishes prices until one can confirm a flag that was set before. */
export async function confirming(stage) {
  // The exchange asks for two seconds between; one more for the second in which the flag was set.
  const { publishedAt: first } = await stage.price({});
  await until('prices are newer', async () => (await stage.price({})).publishedAt >= first + 3);
}

export const queueRow = (page) => panel(page, 'Queue').getByRole('row').nth(1);

/** What the drawer of the page is told. */
export async function local(stage) {
  return (await fetch(new URL(stage.config.local, stage.url))).json();
}

/** Lowers the price of BTC until accounts are called or under maintenance on chain. */
async function fall(stage, from, what) {
  let price = from;
  for (let steps = 0; steps < MOST_STEPS; steps += 1) {
    await stage.price({ BTC: price.toFixed(2) });
    await stage.tell({ do: 'cache' });
    if ((await stage.tell({ do: 'look' }))[what] > 0) return price;
    price *= STEP;
  }
  throw new Error(`no account is ${what} at ${price}`);
}

export async function expectText(locator, pattern) {
  await locator.waitFor();
  await until(`${locator} says ${pattern}`, async () => pattern.test((await locator.innerText()).trim()));
}
