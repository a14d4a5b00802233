// What a liquidation would close of an account, in a few words.
import type { PlanView } from '../../risk/types';
import { amount, percent, usd } from '../../ui/format';

export function Closes(props: { plan: PlanView | null }) {
  const { plan } = props;
  if (plan === null) return <span className="muted">nothing</span>;
  return (
    <span className="queue-closes">
      {plan.closes.map((it) => (
        <span key={it.market}>
          {amount(it.size.replace(/^-/, ''))} of {amount(it.of.replace(/^-/, ''))} {it.symbol}
        </span>
      ))}
      <span className="said">
        {usd(plan.closed)}, {percent(plan.share, 1)} of all, at a cost of {usd(plan.cost)}
      </span>
    </span>
  );
}
