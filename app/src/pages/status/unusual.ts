// What is not as it is on a quiet day. The rows below it on the page have the numbers.
import type { BankView, MarketView, Overview, PauseView } from '../../risk/types';
import type { FeedStatus } from '../../chain/book';

export interface Unusual {
  key: string;
  tone: 'warn' | 'bad';
  text: string;
  /** When it ends by itself, Unix seconds. */
  until: number | null;
}

export const PAUSES: Record<PauseView['what'], string> = {
  newRisk: 'New risk',
  withdrawals: 'Withdrawals',
  liquidations: 'Liquidations',
  liquidity: 'Liquidity requests',
};

export function unusualOf(overview: Overview, feed: FeedStatus, now: number): Unusual[] {
  return [
    ...ofFeed(feed),
    ...(overview.exchange?.pauses ?? []).flatMap((it) => ofPause(it, now)),
    ...overview.markets.flatMap((it) => ofMarket(it, now)),
    ...overview.banks.flatMap(ofBank),
    ...ofInsurance(overview, now),
    ...(overview.pool?.lowerValue === null
      ? [warn('pool', 'The pool’s value is not known: a market with positions has no price.')]
      : []),
  ];
}

function warn(key: string, text: string, until: number | null = null): Unusual {
  return { key, tone: 'warn', text, until };
}

function bad(key: string, text: string, until: number | null = null): Unusual {
  return { key, tone: 'bad', text, until };
}

function ofFeed(feed: FeedStatus): Unusual[] {
  if (feed === 'down') return [bad('feed', 'The node does not answer: all of this may be old.')];
  if (feed === 'wrongNetwork') return [bad('feed', 'The node is on another network than this page is for.')];
  return [];
}

function ofPause(pause: PauseView, now: number): Unusual[] {
  if (pause.until <= now) return [];
  return [
    warn(
      `pause-${pause.what}`,
      `${PAUSES[pause.what]} are paused`.replace('risk are', 'risk is'),
      pause.until,
    ),
  ];
}

function ofMarket(it: MarketView, now: number): Unusual[] {
  const { symbol } = it;
  const key = (what: string) => `${symbol}-${what}`;
  const found: (Unusual | false)[] = [
    it.windDown !== null &&
      warn(key('end'), `${symbol} is being wound down`, ahead(it.windDown.settlesAt, now)),
    it.price === null
      ? bad(key('price'), `${symbol} has no price yet`)
      : it.stale && bad(key('price'), `${symbol}: the price is too old to trade or liquidate at`),
    it.uncertain && warn(key('confidence'), `${symbol}: the price is too uncertain to trade at`),
    it.shockSince !== null && warn(key('shock'), `${symbol}: a price shock waits for confirmation`),
    it.graceUntil !== null &&
      it.graceUntil > now &&
      warn(key('grace'), `${symbol}: grace after a gap in prices`, it.graceUntil),
    it.regime !== 'calm' &&
      warn(key('regime'), `${symbol}: volatility is ${it.regime}, more margin is required for new risk`),
    it.breakerRoom !== null &&
      Number(it.breakerRoom) <= 0 &&
      it.shockSince === null &&
      !(it.graceUntil !== null && it.graceUntil > now) &&
      warn(key('breaker'), `${symbol}: the circuit breaker has no room for liquidations at present`),
    it.reduceOnly &&
      it.windDown === null &&
      warn(key('reduce'), `${symbol}: only orders that reduce are accepted`),
    Number(it.claimsUnpaid) > 0 && warn(key('claims'), `${symbol}: profits wait for the pool’s cash`),
    Number(it.deficit) > 0 && bad(key('deficit'), `${symbol}: a loss is booked that nobody has borne yet`),
  ];
  return found.filter((one) => one !== false);
}

function ofBank(it: BankView): Unusual[] {
  const key = (what: string) => `${it.symbol}-token-${what}`;
  const found: (Unusual | false)[] = [
    it.pegBroken && bad(key('peg'), `${it.symbol} has lost its peg: no deposits of it`),
    it.stale && warn(key('price'), `${it.symbol}: the token’s price is too old`),
    it.uncertain && warn(key('confidence'), `${it.symbol}: the token’s price is too uncertain`),
    it.weight !== it.weightTarget &&
      warn(key('weight'), `${it.symbol}: what counts of its value is changing`),
  ];
  return found.filter((one) => one !== false);
}

function ofInsurance({ insurance }: Overview, now: number): Unusual[] {
  if (insurance?.drawn !== true) return [];
  const until = insurance.drawnUntil === null ? null : ahead(insurance.drawnUntil, now);
  return [bad('insurance', 'The insurance fund lost much: new risk waits and withdrawals are slowed', until)];
}

function ahead(at: number, now: number): number | null {
  return at > now ? at : null;
}
