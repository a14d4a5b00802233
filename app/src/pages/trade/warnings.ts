// What a trader should know of a market before an order, in words.
import type { ExchangeView, MarketView } from '../../risk/types';
import { duration, moment } from '../../ui/format';

export interface Warning {
  tone: 'info' | 'warn' | 'bad';
  name: string;
  text: string;
}

export function warningsOf(market: MarketView, exchange: ExchangeView | null, now: number): Warning[] {
  const found: Warning[] = [];
  const tell = (tone: Warning['tone'], name: string, text: string) => {
    found.push({ tone, name, text });
  };
  const pause = exchange?.pauses.find((it) => it.what === 'newRisk' && it.until > now);
  if (pause)
    tell('warn', 'New risk paused', `Only orders that reduce are accepted until ${moment(pause.until)}.`);
  if (market.price === null) tell('bad', 'No price', 'The exchange has no price of this market yet.');
  else if (market.stale)
    tell(
      'warn',
      'Stale price',
      `The cached price is ${duration(market.ageSecs)} old. An order waits for the next one all the same.`,
    );
  if (market.uncertain)
    tell('warn', 'Uncertain price', 'The oracle doubts its price: only orders that reduce are filled.');
  if (market.shockSince !== null)
    tell(
      'warn',
      'Price shock',
      'The price left its average suddenly. Until it is confirmed, orders that add risk are not filled.',
    );
  if (market.graceUntil !== null && market.graceUntil > now)
    tell(
      'info',
      'Grace',
      `Prices were missing for a while: liquidations are held back until ${moment(market.graceUntil)}.`,
    );
  if (market.windDown !== null) tell(...windDown(market.windDown));
  else if (market.reduceOnly) tell('warn', 'Reduce only', 'Only orders that reduce a position are accepted.');
  return found;
}

function windDown(
  wind: NonNullable<MarketView['windDown']>,
): [tone: Warning['tone'], name: string, text: string] {
  return wind.settledAt === null
    ? [
        'warn',
        'Wind-down',
        `This market ends. Positions that are still open are settled from ${moment(wind.settlesAt)}; only reductions are accepted.`,
      ]
    : ['warn', 'Settled', 'This market has ended. What is still open is settled at its last price.'];
}
