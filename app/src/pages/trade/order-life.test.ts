import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HistoryItem, OrderView } from '../../risk/types';
import { setLocale } from '../../ui/format';
import { endedOf, lifeOf, type Logged } from './order-life';

beforeEach(() => {
  setLocale('en-US');
});
afterEach(() => {
  setLocale(undefined);
});

function event(
  name: string,
  facts: [string, HistoryItem['facts'][number]['kind'], string][],
  time: number,
): Logged {
  const item: HistoryItem = {
    name,
    title: name === 'OrderPlaced' ? 'Buy ordered' : name,
    account: 'account',
    market: 0,
    symbol: 'BTC-PERP',
    facts: facts.map(([label, kind, value]) => ({ label, kind, value })),
    receipt: null,
    receiptView: null,
    price: null,
  };
  return { signature: `${name}${time}`, time, item };
}

const placed = (size: string, time: number) => event('OrderPlaced', [['Size', 'size', size]], time);
const filled = (size: string, time: number) =>
  event(
    'OrderFilled',
    [
      ['Size', 'size', size],
      ['Fill price', 'price', '60010.5'],
      ['Price published', 'time', String(time - 1)],
    ],
    time,
  );
const killed = (size: string, time: number) =>
  event(
    'OrderKilled',
    [
      ['Size', 'size', size],
      ['Why', 'text', 'The price is beyond the limit.'],
    ],
    time,
  );

const waiting: OrderView = {
  place: 0,
  market: 0,
  symbol: 'BTC-PERP',
  size: '0.1',
  limit: '61000',
  reduceOnly: false,
  trigger: null,
  triggerAbove: false,
  placedAt: 1_000,
  dueAt: 1_002,
  expiresAt: 1_300,
  life: 'waitsForPrice',
  reward: '0.05',
};

const states = (of: { steps: { state: string }[] }) => of.steps.map((it) => it.state);

describe('an order that the account holds', () => {
  it('waits for a price after its delay', () => {
    const life = lifeOf(waiting, 2);
    expect(states(life)).toEqual(['done', 'current', 'next']);
    expect(life.steps[1]?.title).toMatch(/^Waits for a price published after /);
  });

  it('names the trigger that it waits for and on which side', () => {
    const life = lifeOf({ ...waiting, life: 'waitsForTrigger', trigger: '55000' }, 2);
    expect(life.steps[1]).toEqual({ title: 'Waits for a fall to $55,000.00', state: 'current' });
  });

  it('says to take it back once it expired', () => {
    const life = lifeOf({ ...waiting, life: 'expired' }, 2);
    expect(states(life)).toEqual(['done', 'done', 'bad']);
    expect(life.steps[2]?.title).toMatch(/take it back$/);
  });
});

describe('orders that ended', () => {
  it('a fill is joined with the order of its size, and says its price', () => {
    const ended = endedOf([filled('0.2', 30), placed('0.2', 20), placed('0.1', 10)], 4);
    expect(ended).toHaveLength(1);
    expect(ended[0]?.size).toBe('0.2');
    expect(states({ steps: ended[0]?.steps ?? [] })).toEqual(['done', 'done', 'done']);
    expect(ended[0]?.steps[2]?.title).toMatch(/^Filled at \$60,010\.50/);
  });

  it('a kill says why in words', () => {
    const [life] = endedOf([killed('0.1', 30), placed('0.1', 10)], 4);
    expect(life?.reason).toBe('The price is beyond the limit.');
    expect(life?.steps.at(-1)?.state).toBe('bad');
  });

  it('a reduction filled with less than was asked is joined with the oldest of its market', () => {
    const [life] = endedOf([filled('-0.05', 30), placed('-0.1', 10)], 4);
    expect(life?.steps[0]?.title).toMatch(/^Placed .+/);
  });

  it('the newest stand first, and only so many', () => {
    const all = [killed('0.3', 40), filled('0.2', 30), filled('0.1', 20)];
    expect(endedOf(all, 2).map((it) => it.size)).toEqual(['0.3', '0.2']);
  });

  it('an order whose placing is older than what was read is shown all the same', () => {
    const [life] = endedOf([filled('0.1', 20)], 4);
    expect(life?.steps[0]?.title).toBe('Placed');
  });
});
