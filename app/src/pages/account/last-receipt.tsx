import type { PlanKind, ReceiptView } from '../../risk/types';
import { moment, usd } from '../../ui/format';
import { Facts, Panel } from '../../ui/kit';
import { Certificate } from './receipt-card';

const KINDS: Record<PlanKind, string> = {
  recovered: 'Nothing had to be closed',
  exact: 'Just enough to reach the target',
  dust: 'Just enough, and a rest too small to keep',
  minimum: 'The least that may be closed',
  forced: 'All of it, because equity was too small to heal',
  unhealable: 'All of it, because no part of it would have healed the account',
  throttled: 'As much as the market’s breaker let through',
  recovery: 'By the account’s recovery plan',
};

/** The last receipt, which the account itself keeps. */
export function LastReceipt(props: { receipt: ReceiptView }) {
  const { receipt: it } = props;
  return (
    <Panel title="Last liquidation">
      <Facts
        rows={[
          ['When', moment(it.at)],
          ['What was closed', KINDS[it.kind]],
          ['Equity', `${usd(it.equityBefore)} → ${usd(it.equityAfter)}`],
          ['Maintenance margin', `${usd(it.maintenanceBefore)} → ${usd(it.maintenanceAfter)}`],
          ['Target', usd(it.target)],
          ['Closed', usd(it.closed)],
          ['Cost', usd(it.cost)],
          ['Of which bonus', usd(it.bonus)],
        ]}
      />
      {it.certificate !== null && <Certificate certificate={it.certificate} />}
      <p className="said">The history below has the event itself, with a check of it.</p>
    </Panel>
  );
}
