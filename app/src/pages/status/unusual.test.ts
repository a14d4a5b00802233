import { describe, expect, it } from 'vitest';
import type { BankView, MarketView, Overview } from '../../risk/types';
import { unusualOf } from './unusual';

const NOW = 10_000;

const market: MarketView = {
  index: 0,
  address: 'market',
  symbol: 'BTC-PERP',
  asset: 'BTC',
  lotSize: '0.0001',
  lotExponent: -4,
  oracleKind: 'pythPull',
  oracleKey: 'feed',
  price: '20000',
  priceQ32: '1',
  confidence: '5',
  ema: '20010',
  publishTime: NOW - 2,
  ageSecs: 2,
  maxAgeSecs: 10,
  stale: false,
  uncertain: false,
  regime: 'calm',
  volatilityDay: '0.03',
  multiplier: '1',
  multiplierTarget: '1',
  rampEndsAt: null,
  shockSince: null,
  graceUntil: null,
  breakerRoom: '1000',
  breakerCapacity: '2000',
  longSize: '1',
  shortSize: '1',
  longNotional: '20000',
  shortNotional: '20000',
  openInterestCap: '1000000',
  skew: '0',
  fundingHour: '0',
  spread: '0.0001',
  openFee: '0.0005',
  closeFee: '0.0005',
  initialRate: '0.1',
  maintenanceRate: '0.05',
  minPosition: '10',
  poolLine: '100',
  insuranceLine: '10',
  claimsUnpaid: '0',
  deficit: '0',
  windDown: null,
  reduceOnly: false,
};

const bank: BankView = {
  index: 1,
  address: 'bank',
  mint: 'mint',
  vault: 'vault',
  tokenProgram: 'program',
  symbol: 'SOL',
  decimals: 9,
  oracleKind: 'pythPull',
  oracleKey: 'feed',
  price: '30',
  publishTime: NOW - 2,
  ageSecs: 2,
  stale: false,
  uncertain: false,
  weight: '0.8',
  weightTarget: '0.8',
  deposits: '10',
  depositCap: '100',
  pegBroken: false,
};

function overview(
  part: { market?: Partial<MarketView>; bank?: Partial<BankView> } & Partial<Overview>,
): Overview {
  const { market: changedMarket, bank: changedBank, ...rest } = part;
  return {
    exchange: null,
    markets: [{ ...market, ...changedMarket }],
    banks: [{ ...bank, ...changedBank }],
    pool: null,
    insurance: null,
    proposals: [],
    ...rest,
  };
}

const keys = (of: Overview) => unusualOf(of, 'live', NOW).map((it) => it.key);

describe('what is unusual', () => {
  it('is nothing on a quiet day', () => {
    expect(unusualOf(overview({}), 'live', NOW)).toEqual([]);
  });

  it('is a price that is old, missing or uncertain', () => {
    expect(keys(overview({ market: { stale: true } }))).toEqual(['BTC-PERP-price']);
    expect(unusualOf(overview({ market: { price: null, stale: true } }), 'live', NOW)).toEqual([
      { key: 'BTC-PERP-price', tone: 'bad', text: 'BTC-PERP has no price yet', until: null },
    ]);
    expect(keys(overview({ market: { uncertain: true } }))).toEqual(['BTC-PERP-confidence']);
  });

  it('is a breaker without room, but not when a shock or grace says so already', () => {
    expect(keys(overview({ market: { breakerRoom: '0' } }))).toEqual(['BTC-PERP-breaker']);
    expect(keys(overview({ market: { breakerRoom: '0', shockSince: NOW - 5 } }))).toEqual(['BTC-PERP-shock']);
    expect(keys(overview({ market: { breakerRoom: '0', graceUntil: NOW + 5 } }))).toEqual(['BTC-PERP-grace']);
    expect(keys(overview({ market: { breakerRoom: '0', graceUntil: NOW - 5 } }))).toEqual([
      'BTC-PERP-breaker',
    ]);
    expect(keys(overview({ market: { breakerRoom: null, breakerCapacity: null } }))).toEqual([]);
  });

  it('is a wilder regime, a market that ends, unpaid claims and a deficit', () => {
    expect(keys(overview({ market: { regime: 'extreme' } }))).toEqual(['BTC-PERP-regime']);
    const ends = { since: NOW, settlesAt: NOW + 60, settledAt: null };
    // A market that ends accepts reductions alone; that is not said twice.
    expect(unusualOf(overview({ market: { windDown: ends, reduceOnly: true } }), 'live', NOW)).toEqual([
      { key: 'BTC-PERP-end', tone: 'warn', text: 'BTC-PERP is being wound down', until: NOW + 60 },
    ]);
    expect(keys(overview({ market: { claimsUnpaid: '0.01', deficit: '3' } }))).toEqual([
      'BTC-PERP-claims',
      'BTC-PERP-deficit',
    ]);
  });

  it('is a token without its peg or with a weight that moves', () => {
    expect(keys(overview({ bank: { pegBroken: true, weight: '0.7' } }))).toEqual([
      'SOL-token-peg',
      'SOL-token-weight',
    ]);
  });

  it('is a fund that lost much, until that has passed', () => {
    const insurance = {
      address: 'fund',
      cash: '1',
      worth: '2',
      drawn: true,
      drawnUntil: NOW + 100,
      eventCap: '1',
      dayCap: '1',
    };
    expect(unusualOf(overview({ insurance }), 'live', NOW)).toMatchObject([
      { key: 'insurance', tone: 'bad', until: NOW + 100 },
    ]);
    expect(keys(overview({ insurance: { ...insurance, drawn: false } }))).toEqual([]);
  });

  it('is a node that does not answer or is another network’s', () => {
    expect(unusualOf(overview({}), 'down', NOW).map((it) => it.tone)).toEqual(['bad']);
    expect(unusualOf(overview({}), 'wrongNetwork', NOW).map((it) => it.tone)).toEqual(['bad']);
    expect(unusualOf(overview({}), 'resyncing', NOW)).toEqual([]);
  });
});
