import type { HealthView, PlanView, TicketView } from '../../risk/types';
import { percent, price, ratio, signedUsd, times, usd } from '../../ui/format';
import { Facts, Notice, Term } from '../../ui/kit';
import { StateBadge } from '../../ui/health-bar';

/** What an order would cost and what it would make of the account. */
export function Estimate(props: { ticket: TicketView; symbol: string }) {
  const { ticket, symbol } = props;
  return (
    <div className="estimate" aria-label="Estimate of the order" role="group">
      <Facts
        rows={[
          [
            <Term
              key="fill"
              meaning="At the present price. The real one is the first price published after the delay."
            >
              Estimated fill
            </Term>,
            price(ticket.fill),
          ],
          ['Worst price accepted', price(ticket.limit)],
          ['Notional', usd(ticket.notional)],
          [
            <Term
              key="spread"
              meaning="The fill is worse than the oracle's price by its confidence, and more where it adds to the market's skew."
            >
              Spread and impact
            </Term>,
            `${usd(ticket.spreadCost)} + ${usd(ticket.impactCost)}`,
          ],
          ['Fee', usd(ticket.fee)],
          [
            <Term key="reward" meaning="Paid to whoever brings the price that fills or ends the order.">
              Fill reward
            </Term>,
            usd(ticket.reward),
          ],
          [
            'Margin required',
            ticket.margin === null ? 'unknown: a price is too old' : signedUsd(ticket.margin),
          ],
          ['Leverage after', ticket.leverageAfter === null ? 'none' : times(ticket.leverageAfter)],
        ]}
      />
      <HealthChange before={ticket.before} after={ticket.after} />
      <AtLiquidation price={ticket.liquidationPrice} plan={ticket.atLiquidation} symbol={symbol} />
    </div>
  );
}

function HealthChange(props: { before: HealthView | null; after: HealthView | null }) {
  const { before, after } = props;
  if (after === null) return null;
  const rows: { name: string; of: (health: HealthView) => React.ReactNode }[] = [
    { name: 'State', of: (it) => <StateBadge state={it.state} /> },
    { name: 'Equity', of: (it) => usd(it.equity) },
    { name: 'Initial margin', of: (it) => (it.initial === null ? 'unknown' : usd(it.initial)) },
    { name: 'Maintenance margin', of: (it) => usd(it.maintenance) },
    { name: 'Equity / maintenance', of: (it) => (it.ratio === null ? 'nothing required' : ratio(it.ratio)) },
  ];
  return (
    <dl className="before-after">
      <div className="before-after-head" aria-hidden="true">
        <span />
        <span>now</span>
        <span>after</span>
      </div>
      {rows.map((row) => (
        <div key={row.name}>
          <dt>{row.name}</dt>
          <dd>
            <span className="sr-only">now </span>
            {before === null ? '–' : row.of(before)}
          </dd>
          <dd>
            <span className="sr-only">after </span>
            {row.of(after)}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function AtLiquidation(props: { price: string | null; plan: PlanView | null; symbol: string }) {
  if (props.price === null)
    return <p className="said">After this order no price of {props.symbol} leads to a liquidation.</p>;
  return (
    <Notice tone="info">
      A liquidation would start at <strong>{price(props.price)}</strong>.{' '}
      {props.plan !== null && closesSentence(props.plan)}
    </Notice>
  );
}

/** "It closes 12 % ($1,240) and leaves 88 %." */
export function closesSentence(plan: PlanView): string {
  if (plan.share === '1') return `It closes everything (${usd(plan.closed)}).`;
  // The rest of a share, for reading alone.
  const left = (1 - Number(plan.share)).toFixed(4);
  return `It closes ${percent(plan.share, 1)} (${usd(plan.closed)}) and leaves ${percent(left, 1)}.`;
}
