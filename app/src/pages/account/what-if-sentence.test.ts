import { beforeEach, describe, expect, it } from 'vitest';
import type { HealthView, PlanView, WhatIfPoint } from '../../risk/types';
import { setLocale } from '../../ui/format';
import { whatIfSentence } from './what-if-sentence';

const HEALTH: HealthView = {
  state: 'liquidatable',
  equity: '180',
  maintenance: '200',
  target: '220',
  call: '240',
  emergency: '100',
  forced: '50',
  ratio: '0.9',
  initialEquity: null,
  initial: null,
  excess: null,
  why: null,
};

const PLAN: PlanView = {
  kind: 'exact',
  closes: [],
  closed: '1240',
  notional: '8000',
  share: '0.155',
  cost: '6.2',
  bonus: '2',
  equityAfter: '173.8',
  maintenanceAfter: '158',
  writes: [0],
};

function pointOf(changed: Partial<WhatIfPoint>): WhatIfPoint {
  return {
    price: '11200',
    change: '-0.2',
    health: HEALTH,
    plan: PLAN,
    heldBack: null,
    closeAll: { closed: '8000', cost: '40', equityAfter: '140' },
    ...changed,
  };
}

const POSITION = { symbol: 'BTC-PERP', liquidationPrice: '11350.5' };

describe('the sentence about another price', () => {
  beforeEach(() => {
    setLocale('en-US');
  });

  it('sets just enough against closing all', () => {
    expect(whatIfSentence(pointOf({}), POSITION)).toBe(
      'At $11,200.00 (-20%) the account would be under maintenance. $1,240.00 of $8,000.00 (15.5%) would be closed, costing $6.20; closing all would cost $40.00 and leave nothing open.',
    );
  });

  it('says where a liquidation begins when there is none at this price', () => {
    const health: HealthView = { ...HEALTH, state: 'healthy', equity: '1800' };
    expect(whatIfSentence(pointOf({ health, plan: null }), POSITION)).toBe(
      'At $11,200.00 (-20%) the account would be healthy, with equity of $1,800.00. A liquidation would begin at $11,350.50.',
    );
  });

  it('says when no price of the market alone leads to a liquidation', () => {
    const health: HealthView = { ...HEALTH, state: 'healthy', equity: '1800' };
    expect(
      whatIfSentence(pointOf({ health, plan: null }), { ...POSITION, liquidationPrice: null }),
    ).toContain('No price of BTC-PERP alone brings it to a liquidation while all else stays.');
  });

  it('says what a margin call forbids', () => {
    const health: HealthView = { ...HEALTH, state: 'marginCall', equity: '230' };
    expect(whatIfSentence(pointOf({ health, plan: null }), POSITION)).toBe(
      'At $11,200.00 (-20%) the account would be in margin call: equity of $230.00 is under $240.00, and only orders that reduce are filled. A liquidation would begin at $11,350.50.',
    );
  });

  it('compares nothing where everything is closed anyway', () => {
    const health: HealthView = { ...HEALTH, state: 'insolvent', equity: '-35' };
    const plan: PlanView = { ...PLAN, kind: 'unhealable', closed: '8000', share: '1', cost: '0' };
    expect(whatIfSentence(pointOf({ health, plan }), POSITION)).toBe(
      'At $11,200.00 (-20%) nothing would be left: equity of -$35.00. All $8,000.00 would be closed, costing $0.00.',
    );
  });

  it('does not call a close whole because its share rounds to one', () => {
    const plan: PlanView = { ...PLAN, closed: '7999.9', share: '0.99999' };
    expect(whatIfSentence(pointOf({ plan }), POSITION)).toContain(
      '$7,999.90 of $8,000.00 (100%) would be closed',
    );
  });

  it('gives the reason when a liquidation is held back', () => {
    const heldBack = { field: null, code: 6215, name: 'PriceShock', message: 'The price is in a shock.' };
    expect(whatIfSentence(pointOf({ plan: null, heldBack }), POSITION)).toBe(
      'At $11,200.00 (-20%) the account would be under maintenance. Nothing would be closed yet. The price is in a shock.',
    );
  });
});
