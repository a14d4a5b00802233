import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HealthView, PlanView, StateName, WhatIfPoint } from '../../risk/types';
import { setLocale } from '../../ui/format';
import { permilleOf, pricesOf } from './what-if';
import { whatIfSentence } from './what-if-words';

beforeEach(() => {
  setLocale('en-US');
});
afterEach(() => {
  setLocale(undefined);
});

const health = (state: StateName): HealthView => ({
  state,
  equity: '300',
  maintenance: '320',
  target: '330',
  call: '384',
  emergency: '160',
  forced: '32',
  ratio: '0.94',
  initialEquity: null,
  initial: null,
  excess: null,
  why: null,
});

const plan: PlanView = {
  kind: 'exact',
  closes: [],
  closed: '1240',
  notional: '8000',
  share: '0.155',
  cost: '6.2',
  bonus: '3.1',
  equityAfter: '293.8',
  maintenanceAfter: '270',
  writes: [0],
};

const point = (part: Partial<WhatIfPoint>): WhatIfPoint => ({
  price: '11200',
  change: '-0.2',
  health: health('liquidatable'),
  plan,
  heldBack: null,
  closeAll: { closed: '8000', cost: '40', equityAfter: '260' },
  ...part,
});

describe('what if, in a sentence', () => {
  it('compares what a liquidation would close with closing all', () => {
    expect(whatIfSentence(point({}), '12000')).toBe(
      'At $11,200.00 (-20%) the account would be under maintenance. $1,240.00 of $8,000.00 (15.5%) would be closed, costing $6.20; closing all would cost $40.00 and leave nothing open.',
    );
  });

  it('says where a liquidation begins when none would happen', () => {
    const calm = point({ health: health('healthy'), plan: null, price: '13000', change: '-0.0714' });
    expect(whatIfSentence(calm, '12000')).toBe(
      'At $13,000.00 (-7.14%) the account would be healthy. Nothing would be closed. A liquidation begins at $12,000.00.',
    );
  });

  it('says so when no price of the market leads to one', () => {
    const calm = point({ health: health('healthy'), plan: null });
    expect(whatIfSentence(calm, null)).toMatch(/No price of this market alone leads to a liquidation\.$/);
  });

  it('says what holds a liquidation back', () => {
    const heldBack = { field: null, code: 6215, name: 'PriceShock', message: 'The price is in a shock.' };
    expect(whatIfSentence(point({ plan: null, heldBack }), null)).toMatch(
      /under maintenance\. Nothing would be closed: the price is in a shock\.$/,
    );
  });
});

describe('a typed change', () => {
  it('is read in percent, with a point or a comma', () => {
    expect(permilleOf('-20')).toBe(-200);
    expect(permilleOf('+1.5')).toBe(15);
    expect(permilleOf('-0,5')).toBe(-5);
  });

  it('is refused beyond the range or when it is no number', () => {
    expect(permilleOf('-61')).toBeNull();
    expect(permilleOf('')).toBeNull();
    expect(permilleOf('-')).toBeNull();
  });
});

describe('the prices of the chart', () => {
  it('rise over the whole range, with more of them where a liquidation begins', () => {
    const prices = pricesOf('10000', '9000').map(Number);
    expect(prices[0]).toBe(4000);
    expect(prices.at(-1)).toBe(16000);
    expect(prices).toEqual([...prices].sort((a, b) => a - b));
    expect(prices.filter((it) => it > 8900 && it < 9100).length).toBeGreaterThan(8);
    expect(pricesOf('10000', null)).toHaveLength(61);
  });
});
