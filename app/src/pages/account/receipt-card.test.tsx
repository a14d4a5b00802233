import { cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ReceiptCheck, ReceiptView } from '../../risk/types';
import { setLocale } from '../../ui/format';
import { ReceiptCard } from './receipt-card';

const engine = vi.hoisted(() => ({
  ask: vi.fn<(method: string, request: unknown) => { answer: unknown; problem: unknown }>(),
}));
vi.mock('../../state', () => ({ useAsk: engine.ask }));

const RECEIPT: ReceiptView = {
  at: 1_700_000_000,
  slot: '42',
  kind: 'exact',
  equityBefore: '3027.34375',
  maintenanceBefore: '4843.75',
  target: '5449.21875',
  equityAfter: '2582.624512',
  maintenanceAfter: '2295.648438',
  closed: '88719',
  cost: '444.719238',
  bonus: '173.279296',
  certificate: {
    market: 2,
    symbol: 'SOL-PERP',
    size: '191.46',
    price: '116.25',
    publishTime: 1_700_000_000,
    surplus: '0.020019',
    shortfallOneLess: '0.008545',
  },
};

const CHECKS: ReceiptCheck = {
  holds: false,
  checks: [
    { name: 'the account was under maintenance', holds: true, detail: '' },
    { name: 'equity changed only by the cost', holds: false, detail: 'it changed by something else' },
    { name: 'the target was reached', holds: null, detail: 'cannot be told: the terms changed' },
  ],
};

/** What the engine finds, once it is asked for this event. */
function finds(found: ReceiptCheck, event = 'AAAA') {
  engine.ask.mockImplementation((method, request) => {
    const asked = method === 'checkReceipt' && JSON.stringify(request) === JSON.stringify({ event });
    return { answer: asked ? found : null, problem: null };
  });
}

const recheck = () => userEvent.click(screen.getByRole('button', { name: 'Re-check in this browser' }));

describe('the card of a receipt', () => {
  beforeEach(() => {
    setLocale('en-US');
    finds(CHECKS);
  });
  afterEach(cleanup);

  it('shows what was done and what proves it', () => {
    render(<ReceiptCard receipt={RECEIPT} event="AAAA" />);
    expect(screen.getByText('Just enough')).toBeDefined();
    expect(screen.getByText('$88,719.00')).toBeDefined();
    expect(
      screen.getByText(
        'Certificate: closing 191.46 of SOL-PERP reached the target with $0.02 to spare; one lot less would have missed it by $0.008545.',
      ),
    ).toBeDefined();
  });

  it('checks nothing before it is asked to', () => {
    render(<ReceiptCard receipt={RECEIPT} event="AAAA" />);
    expect(screen.queryByRole('listitem')).toBeNull();
  });

  it('lists the checks, with what became of each in words', async () => {
    render(<ReceiptCard receipt={RECEIPT} event="AAAA" />);
    await recheck();
    const said = screen.getAllByRole('listitem').map((it) => it.textContent);
    expect(said).toEqual([
      '✓Holds: the account was under maintenance',
      '✗Fails: equity changed only by the cost (it changed by something else)',
      '?Cannot be checked: the target was reached (cannot be told: the terms changed)',
    ]);
  });

  it('raises an alert when a check fails', async () => {
    render(<ReceiptCard receipt={RECEIPT} event="AAAA" />);
    await recheck();
    expect(screen.getByRole('alert').textContent).toBe('At least one check failed.');
  });

  it('says that no check failed only when none did', async () => {
    finds({ holds: true, checks: CHECKS.checks.slice(0, 1) });
    render(<ReceiptCard receipt={RECEIPT} event="AAAA" />);
    await recheck();
    expect(screen.queryByRole('alert')).toBeNull();
    expect(
      within(screen.getAllByRole('status')[0] ?? document.body).getByText('No check failed.'),
    ).toBeDefined();
  });

  it('offers no check where the event is not at hand', () => {
    render(<ReceiptCard receipt={RECEIPT} event={null} />);
    expect(screen.queryByRole('button')).toBeNull();
  });

  it('says why there is no certificate', () => {
    render(<ReceiptCard receipt={{ ...RECEIPT, kind: 'forced', certificate: null }} event={null} />);
    expect(screen.getByText('More than just enough, because it was an emergency')).toBeDefined();
    expect(screen.getByText(/^It has no certificate/)).toBeDefined();
  });
});
