// What a plan would do, position by position, against a liquidation.
import type { PlanView, RecoveryView } from '../../risk/types';
import { percent, price, usd } from '../../ui/format';
import { Table, type Column } from '../../ui/kit';
import { Standing } from './standing';

type Row = RecoveryView['at'][number];

function closes(plan: PlanView | null): string {
  return plan === null ? '–' : `${usd(plan.closed)} (${percent(plan.share, 1)})`;
}

const at = (value: string | null) => (value === null ? 'at no price' : price(value));

const COLUMNS: Column<Row>[] = [
  { title: 'Market', cell: (it) => it.symbol },
  { title: 'Plan acts at', numeric: true, cell: (it) => at(it.price) },
  { title: 'It closes', numeric: true, cell: (it) => closes(it.plan) },
  { title: 'It costs', numeric: true, cell: (it) => (it.plan === null ? '–' : usd(it.plan.cost)) },
  { title: 'Liquidation at', numeric: true, cell: (it) => at(it.liquidationPrice) },
  { title: 'Liquidation closes', numeric: true, cell: (it) => closes(it.liquidation) },
  {
    title: 'Liquidation costs',
    numeric: true,
    cell: (it) => (it.liquidation === null ? '–' : usd(it.liquidation.cost)),
  },
];

export function RecoveryEffect(props: { effect: RecoveryView }) {
  const { effect } = props;
  return (
    <div className="stack">
      {effect.now !== null && (
        <Standing tone="info" said="The plan could be carried out at once.">
          At present prices it could be carried out at once: it would close {usd(effect.now.closed)} of{' '}
          {usd(effect.now.notional)} ({percent(effect.now.share, 1)}) and cost {usd(effect.now.cost)}.
        </Standing>
      )}
      <Table
        caption="What the plan would do in each market while all else stays, against a liquidation there"
        columns={COLUMNS}
        rows={effect.at}
        rowKey={(it) => String(it.market)}
        empty="Without positions there is nothing to reduce. The plan holds for positions that you open later."
      />
    </div>
  );
}
