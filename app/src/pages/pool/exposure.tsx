// What the pool holds against traders, market by market.
import type { ExposureView, PoolView } from '../../risk/types';
import { amount, usd } from '../../ui/format';
import { Panel, Signed, Table, Term, type Column } from '../../ui/kit';

export function ExposurePanel(props: { pool: PoolView }) {
  const rows = props.pool.exposures;
  const mostNotional = most(rows, (it) => it.notional);
  const mostPayout = most(rows, (it) => it.worstPayout);
  const columns: Column<ExposureView>[] = [
    { title: 'Market', cell: (it) => it.symbol },
    {
      title: 'The pool is',
      cell: (it) => {
        const size = Number(it.size);
        const side = size > 0 ? 'long' : size < 0 ? 'short' : null;
        return side === null ? 'even' : `${side} ${amount(it.size.replace(/^-/, ''))}`;
      },
    },
    {
      title: 'Notional',
      numeric: true,
      cell: (it) => (
        <Barred part={Math.abs(Number(it.notional)) / mostNotional}>
          <Signed value={it.notional}>{usd(it.notional)}</Signed>
        </Barred>
      ),
    },
    {
      title: 'Worst payout',
      numeric: true,
      cell: (it) => (
        <Barred part={Math.abs(Number(it.worstPayout)) / mostPayout}>{usd(it.worstPayout)}</Barred>
      ),
    },
  ];
  return (
    <Panel title="Exposure">
      <Table
        caption="Exposure of the pool in each market"
        columns={columns}
        rows={rows}
        rowKey={(it) => it.symbol}
        empty="No market is listed, or a market with positions has no price yet."
      />
      <p className="said">
        The pool is the other side of what traders hold net.{' '}
        <Term meaning="What the winners of this market could take out at present prices, with nothing from the losers: their profits and what waits for cash.">
          Worst payout
        </Term>{' '}
        is what it may owe at present prices.
      </p>
    </Panel>
  );
}

/** A number over a bar, for comparing rows by eye. */
function Barred(props: { part: number; children: React.ReactNode }) {
  return (
    <span className="pool-barred">
      {props.children}
      <span className="pool-bar" aria-hidden="true">
        <span style={{ width: `${Math.min(100, props.part * 100).toFixed(1)}%` }} />
      </span>
    </span>
  );
}

function most(rows: readonly ExposureView[], of: (row: ExposureView) => string): number {
  return Math.max(...rows.map((it) => Math.abs(Number(of(it)))), 1);
}
