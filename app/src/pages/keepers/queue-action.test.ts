import { describe, expect, it } from 'vitest';
import type { QueueEntry } from '../../risk/types';
import { actionOf, somebodyWasFaster } from './queue-action';

const NOW = 1_000;

function entry(change: Partial<QueueEntry>): QueueEntry {
  return {
    address: 'account',
    owner: 'owner',
    state: 'liquidatable',
    equity: '90',
    maintenance: '100',
    ratio: '0.9',
    notional: '1000',
    flaggedAt: null,
    confirmsAt: null,
    bonusRate: null,
    bonusNow: null,
    bonusMost: null,
    plan: null,
    refusal: null,
    due: 'flag',
    ...change,
  };
}

const refusal = { field: null, code: 6302, name: 'NotConfirmed', message: 'Prices must be newer.' };

describe('the button of a row', () => {
  it('follows what is due', () => {
    const pressed = (due: QueueEntry['due']) => {
      const { act, label, ready } = actionOf(entry({ due }), NOW);
      return [act, label, ready];
    };
    expect(pressed('marginCall')).toEqual(['issueMarginCall', 'Call', true]);
    expect(pressed('flag')).toEqual(['flag', 'Flag', true]);
    expect(pressed('liquidate')).toEqual(['liquidate', 'Liquidate', true]);
    expect(pressed('resolve')).toEqual([null, '', false]);
  });

  it('waits until newer prices can confirm the flag, and says when that is', () => {
    const flagged = entry({ due: 'wait', flaggedAt: NOW - 2, confirmsAt: NOW + 3, refusal });
    expect(actionOf(flagged, NOW)).toMatchObject({
      act: 'liquidate',
      ready: false,
      readyAt: NOW + 3,
      says: refusal.message,
    });
  });

  it('can be pressed once confirmation is due, because the transaction brings newer prices along', () => {
    const flagged = entry({ due: 'wait', flaggedAt: NOW - 9, confirmsAt: NOW, refusal });
    expect(actionOf(flagged, NOW)).toMatchObject({ act: 'liquidate', ready: true, readyAt: null });
  });

  it('leaves a called account to its owner', () => {
    const called = entry({ due: 'wait', state: 'marginCall' });
    expect(actionOf(called, NOW)).toMatchObject({ act: null, ready: false });
  });
});

describe('a refusal', () => {
  it('is calm when somebody else did the same, and only then', () => {
    expect(somebodyWasFaster('AccountHealthy')).toBe(true);
    expect(somebodyWasFaster('AlreadyFlagged')).toBe(true);
    expect(somebodyWasFaster('PriceTooOld')).toBe(false);
    expect(somebodyWasFaster(null)).toBe(false);
  });
});
