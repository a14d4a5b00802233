import { describe, expect, it } from 'vitest';
import { getReceiptEncoder } from '../../program';
import type { MarketView } from '../../risk/types';
import { receiptOf } from './receipt';

// Only what reading a receipt needs of a market.
const MARKETS = [{ index: 1, symbol: 'SOL-PERP', lotExponent: -2 }] as MarketView[];

/** The worked example of docs/liquidation.md, as its event carries it. */
function eventOf(kind: number): string {
  const receipt = getReceiptEncoder().encode({
    at: 1_700_000_000,
    slot: 42,
    flaggedAt: 1_699_999_980,
    latchedRatioQ32: 0,
    bonusRateQ32: 0,
    equityBeforeUsdAtoms: -3_027_343_750,
    maintenanceBeforeUsdAtoms: 4_843_750_000,
    targetUsdAtoms: 5_449_218_750,
    equityAfterUsdAtoms: 2_582_624_512,
    maintenanceAfterUsdAtoms: 2_295_648_438,
    closedUsdAtoms: 88_719_000_000,
    costUsdAtoms: 444_719_238,
    bonusUsdAtoms: 173_279_296,
    certifiedLots: 19_146,
    surplusUsdAtoms: 20_019,
    shortfallOneLessUsdAtoms: 8_545,
    certifiedPriceQ32: 0,
    certifiedPublishTime: 0,
    certifiedMarket: 1,
    kind,
    hasCertificate: 1,
    padding: new Uint8Array(getReceiptEncoder().fixedSize),
  });
  return btoa(String.fromCharCode(...new Uint8Array(72), ...receipt));
}

describe('the receipt in an event', () => {
  it('is read with every amount exact', () => {
    expect(receiptOf(eventOf(1), MARKETS)).toEqual({
      at: 1_700_000_000,
      slot: '42',
      kind: 'exact',
      equityBefore: '-3027.34375',
      maintenanceBefore: '4843.75',
      target: '5449.21875',
      equityAfter: '2582.624512',
      maintenanceAfter: '2295.648438',
      closed: '88719',
      cost: '444.719238',
      bonus: '173.279296',
      certificate: { symbol: 'SOL-PERP', size: '191.46', surplus: '0.020019', shortfallOneLess: '0.008545' },
    });
  });

  it('is none when the bytes end early', () => {
    expect(receiptOf(btoa('too short'), MARKETS)).toBeNull();
  });

  it('is none when its kind is newer than the page', () => {
    expect(receiptOf(eventOf(8), MARKETS)).toBeNull();
  });
});
