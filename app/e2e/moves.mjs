// What a person does on the page: by the names that a screen reader says.

export const PAGES = ['Trade', 'Account', 'Pool', 'Keepers', 'Status'];

export const panel = (page, name) => page.getByRole('region', { name, exact: true });
export const button = (place, name) => place.getByRole('button', { name, exact: typeof name === 'string' });
export const text = (place, what) => place.getByText(what).first();

/** The value beside a name in a list of facts. */
export const fact = (place, name) =>
  place.getByRole('term').filter({ hasText: name }).first().locator('xpath=following-sibling::dd[1]');

/** Opens the page at its first address. */
export async function open(page, url) {
  await page.goto(`${url}#/trade`);
  await page.getByRole('heading', { level: 1, name: 'Trade' }).waitFor();
  await page.getByText('local: live').waitFor();
}

export async function go(page, name) {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name, exact: true }).click();
  await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
}

export async function connect(page) {
  await button(page.getByRole('banner'), 'Connect wallet').click();
  const dialog = page.getByRole('dialog', { name: 'Connect a wallet' });
  await button(dialog, /burner/i).click();
  await dialog.waitFor({ state: 'hidden' });
}

/** Works in the drawer of the local exchange and closes it again. */
export async function locally(page, work) {
  await button(page.getByRole('banner'), 'Local').click();
  const drawer = page.getByRole('dialog', { name: 'Local exchange' });
  await work(drawer);
  await button(drawer, 'Close').click();
  await drawer.waitFor({ state: 'hidden' });
}

export function fund(page) {
  return locally(page, async (drawer) => {
    await button(drawer, 'Get test funds').click();
    await text(drawer, 'Test funds are in the wallet.').waitFor();
  });
}

export async function askBeforeSigning(page, asks) {
  await locally(page, (drawer) =>
    drawer.getByRole('checkbox', { name: 'The burner wallet asks before each signature' }).setChecked(asks),
  );
}

export async function deposit(page, amount) {
  await go(page, 'Account');
  const first = panel(page, 'Open your account');
  await first.getByLabel('Amount').fill(amount);
  await button(first, 'Open the account and deposit').click();
  await panel(page, 'Health').waitFor();
}

/** To an account that is open. */
export async function depositMore(page, amount) {
  await go(page, 'Account');
  const money = panel(page, 'Deposit and withdraw');
  await money.getByRole('tab', { name: 'Deposit' }).click();
  await money.getByLabel('Amount').fill(amount);
  await button(money, 'Deposit').click();
  await toast(page, 'It counts at once.').waitFor();
}

/** Fills the ticket; the caller presses. */
export async function fillTicket(page, { side = 'Buy', dollars, limit = '' }) {
  const ticket = panel(page, 'Order');
  await ticket.getByText(side, { exact: true }).click();
  const toDollars = button(ticket, 'In USD');
  if (await toDollars.isVisible()) await toDollars.click();
  await ticket.getByLabel('Size').fill(dollars);
  await ticket.getByLabel('Limit').fill(limit);
  return ticket;
}

/** The last toast that says something of a transaction. */
export const toast = (page, what) =>
  page
    .getByRole('region', { name: /notifications/i })
    .getByText(what)
    .last();

/** What a label's input holds. */
export async function refuseLostInput(place, label, typed) {
  const holds = await place.getByLabel(label).inputValue();
  if (holds !== typed)
    throw new Error(`${label} held ${JSON.stringify(typed)} and lost it: ${JSON.stringify(holds)}`);
}
