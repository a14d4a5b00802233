import { describe, expect, it } from 'vitest';
import type { HistoryItem } from '../../risk/types';
import { setLocale } from '../../ui/format';
import { factOf } from './facts';
import { requestState } from './request';

describe('a request', () => {
  const of = (now: number) => requestState({ dueAt: 10, expiresAt: 70, now });
  it('waits, can be filled, and has expired, in this order', () => {
    expect([of(9), of(10), of(70), of(71)]).toEqual(['early', 'due', 'due', 'expired']);
  });
});

describe('a fact of an event', () => {
  const item: HistoryItem = {
    name: 'PartiallyLiquidated',
    title: 'Liquidated in part',
    account: null,
    market: 0,
    symbol: 'BTC-PERP',
    facts: [
      { label: 'Closed share', kind: 'share', value: '0.25' },
      { label: 'Closed', kind: 'usd', value: '1234.5' },
    ],
    receipt: null,
    receiptView: null,
    price: null,
  };
  it('is found by its whole label before one that only begins so', () => {
    setLocale('en-US');
    expect(factOf(item, 'closed')).toBe('$1,234.50');
    expect(factOf(item, 'bonus')).toBeNull();
  });
});
