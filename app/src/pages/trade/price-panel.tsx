import { lazy, Suspense } from 'react';
import { usePriceHistory } from '../../chain/history';
import type { AccountView, MarketView } from '../../risk/types';
import { price } from '../../ui/format';
import { Panel, Waiting } from '../../ui/kit';
import { levelsOf } from './levels';

const Chart = lazy(() => import('./chart'));

/** The price over time with the account's levels, drawn and in words. */
export function PricePanel(props: { market: MarketView; view: AccountView | null }) {
  const { market, view } = props;
  const { points, loading } = usePriceHistory(market.index);
  const levels = levelsOf(view, market.index);
  const now = market.price === null ? 'unknown' : price(market.price);
  const spoken = [
    `Price of ${market.asset} over time, now ${now}.`,
    ...levels.map((it) => `${it.title} ${price(it.price)}.`),
  ].join(' ');
  return (
    <Panel title={`${market.symbol}: price`}>
      <div className="price-chart-room">
        {points.length === 0 ? (
          loading ? (
            <Waiting what="Reading past prices" />
          ) : (
            <p className="empty">No past prices were found. The line begins with the next price.</p>
          )
        ) : (
          <Suspense fallback={<Waiting what="Loading the chart" />}>
            <Chart key={market.index} points={points} levels={levels} label={spoken} />
          </Suspense>
        )}
      </div>
      <ul className="levels" aria-label="Levels of the chart">
        <li>
          <span className="level-key" aria-hidden="true" style={{ borderColor: 'var(--accent)' }} /> Now{' '}
          <strong>{now}</strong>
        </li>
        {levels.map((it) => (
          <li key={it.key}>
            <span
              className="level-key"
              aria-hidden="true"
              style={{ borderColor: `var(${it.colour})`, borderTopStyle: it.dashed ? 'dashed' : 'solid' }}
            />{' '}
            {it.title} <strong>{price(it.price)}</strong>
          </li>
        ))}
      </ul>
      {levels.length === 0 && (
        <p className="said">With a position, the prices of its margin call and liquidation stand here.</p>
      )}
    </Panel>
  );
}
