// The picture's numbers, for those who read rather than look.
import type { WhatIfPoint } from '../../risk/types';
import { percent, price, signedPercent, usd } from '../../ui/format';
import { STATES } from '../../ui/health-bar';
import { Table, type Column } from '../../ui/kit';

const COLUMNS: Column<WhatIfPoint>[] = [
  { title: 'Price', numeric: true, cell: (it) => `${price(it.price)} (${signedPercent(it.change, 0)})` },
  { title: 'State', cell: (it) => STATES[it.health.state].title },
  { title: 'Equity', numeric: true, cell: (it) => usd(it.health.equity) },
  {
    title: 'Closed',
    numeric: true,
    cell: (it) => (it.plan === null ? 'nothing' : `${usd(it.plan.closed)} (${percent(it.plan.share, 1)})`),
  },
  { title: 'Cost', numeric: true, cell: (it) => (it.plan === null ? '–' : usd(it.plan.cost)) },
  { title: 'Equity after', numeric: true, cell: (it) => (it.plan === null ? '–' : usd(it.plan.equityAfter)) },
  {
    title: 'Cost of closing all',
    numeric: true,
    cell: (it) => (it.plan === null || it.closeAll === null ? '–' : usd(it.closeAll.cost)),
  },
];

export function WhatIfTable(props: { symbol: string; points: readonly WhatIfPoint[] }) {
  return (
    <details>
      <summary>The same as a table</summary>
      <Table
        caption={`Your account over prices of ${props.symbol}`}
        columns={COLUMNS}
        rows={props.points}
        rowKey={(it) => it.price}
        empty="There is no price to start from."
      />
    </details>
  );
}
