import { useNow, useOverview } from '../../state';
import type { MarketView } from '../../risk/types';
import { percent, price, shortUsd, signedPercent, usd } from '../../ui/format';
import { Ago, Badge, Notice, Signed, Term } from '../../ui/kit';
import { warningsOf } from './warnings';

const REGIMES = {
  calm: { title: 'Calm', tone: 'good' },
  elevated: { title: 'Elevated', tone: 'warn' },
  extreme: { title: 'Extreme', tone: 'bad' },
} as const;

/** Which market, and what it is like at present. */
export function MarketBar(props: {
  market: MarketView;
  markets: MarketView[];
  onChoose: (index: number) => void;
}) {
  const { market } = props;
  const now = useNow();
  const exchange = useOverview()?.exchange ?? null;
  const regime = REGIMES[market.regime];
  return (
    <section className="panel market-bar" aria-label="Market">
      <div className="market-head">
        <select
          className="select market-choice"
          aria-label="Market"
          value={market.index}
          onChange={(event) => {
            props.onChoose(Number(event.target.value));
          }}
        >
          {props.markets.map((it) => (
            <option key={it.index} value={it.index}>
              {it.symbol}
            </option>
          ))}
        </select>
        <span className="figure">{market.price === null ? 'No price' : price(market.price)}</span>
        <span className="muted market-age">
          {market.publishTime > 0 && <Ago at={market.publishTime} now={now} />}
        </span>
        <Badge tone={regime.tone}>
          <Term meaning="How much the price moves. In elevated and extreme times more margin is required.">
            {regime.title}
          </Term>
        </Badge>
      </div>
      <dl className="market-facts">
        <div>
          <dt>
            <Term meaning="What longs pay shorts in an hour, of the notional. Negative: longs are paid.">
              Funding / h
            </Term>
          </dt>
          <dd>
            <Signed value={market.fundingHour}>{signedPercent(market.fundingHour, 4)}</Signed>
          </dd>
        </div>
        <div>
          <dt>Long interest</dt>
          <dd title={usd(market.longNotional)}>{shortUsd(market.longNotional)}</dd>
        </div>
        <div>
          <dt>Short interest</dt>
          <dd title={usd(market.shortNotional)}>{shortUsd(market.shortNotional)}</dd>
        </div>
        <div>
          <dt>
            <Term meaning="Longs less shorts. The pool holds the other side. Orders that add to it pay impact.">
              Skew
            </Term>
          </dt>
          <dd title={usd(market.skew)}>{shortUsd(market.skew)}</dd>
        </div>
        <div>
          <dt>
            <Term meaning="Open interest is limited to this on each side.">Cap a side</Term>
          </dt>
          <dd title={usd(market.openInterestCap)}>{shortUsd(market.openInterestCap)}</dd>
        </div>
        <div>
          <dt>
            <Term meaning="Initial and maintenance margin of the first size tier, as they count now.">
              Margin
            </Term>
          </dt>
          <dd>
            {percent(market.initialRate)} / {percent(market.maintenanceRate)}
          </dd>
        </div>
      </dl>
      {warningsOf(market, exchange, now).map((it) => (
        <Notice key={it.name} tone={it.tone}>
          <strong>{it.name}.</strong> {it.text}
        </Notice>
      ))}
    </section>
  );
}
