// What would be due at other prices of one market, while all others stay.
import { useState } from 'react';
import type { Rung } from '../../risk/types';
import { useAsk, useNow, useOverview } from '../../state';
import { count, price, signedPercent, usd } from '../../ui/format';
import { Choice, Notice, Panel, Table, Waiting, type Column } from '../../ui/kit';
import { MarketSelect } from '../../ui/market-select';
import { LadderChart, ladderSpan } from './ladder-chart';

const RANGES = [
  { name: '1000', title: '±10 %' },
  { name: '2500', title: '±25 %' },
  { name: '5000', title: '±50 %' },
] as const;
type Range = (typeof RANGES)[number]['name'];

const STEPS_EACH_WAY = 20;
// Every account is judged at every price, so not each second.
const EVERY_SECS = 5;

const COLUMNS: Column<Rung>[] = [
  { title: 'Change', cell: (it) => signedPercent(it.change, 1) },
  { title: 'Price', numeric: true, cell: (it) => price(it.price) },
  { title: 'Under maintenance', numeric: true, cell: (it) => count(it.under) },
  { title: 'Held back', numeric: true, cell: (it) => count(it.heldBack) },
  { title: 'Insolvent', numeric: true, cell: (it) => count(it.insolvent) },
  { title: 'Would close', numeric: true, cell: (it) => usd(it.closed) },
  { title: 'Closing everything', numeric: true, cell: (it) => usd(it.whole) },
  { title: 'Missing', numeric: true, cell: (it) => usd(it.missing) },
];

export function LadderPanel() {
  const overview = useOverview();
  const now = useNow();
  const [chosen, setChosen] = useState<number | null>(null);
  const [range, setRange] = useState<Range>('5000');
  const markets = overview?.markets ?? [];
  const market = markets.find((it) => it.index === chosen) ?? markets[0];
  const bps = Number(range);
  const { answer, problem } = useAsk(
    'ladder',
    market === undefined
      ? null
      : {
          market: market.index,
          fromBps: -bps,
          toBps: bps,
          stepBps: bps / STEPS_EACH_WAY,
          now: now - (now % EVERY_SECS),
        },
  );
  if (market === undefined)
    return (
      <Panel title="Ladder">
        <p className="empty">No market is listed.</p>
      </Panel>
    );
  return (
    <Panel
      title="Ladder"
      actions={
        <>
          <MarketSelect
            label={<span className="muted">Price of</span>}
            markets={markets}
            value={market.index}
            onChange={setChosen}
          />
          <Choice label="Range of the price" value={range} options={RANGES} onChange={setRange} />
        </>
      }
    >
      {problem !== null && <Notice tone="warn">{problem.message}</Notice>}
      {answer === null && problem === null && <Waiting what="Judging all accounts at each price" />}
      {answer !== null && <Drawn symbol={market.symbol} rungs={answer} />}
    </Panel>
  );
}

function Drawn(props: { symbol: string; rungs: Rung[] }) {
  const { rungs, symbol } = props;
  return (
    <>
      <ul className="ladder-legend" aria-hidden="true">
        <li className="ladder-key-closed">what liquidations would close</li>
        <li className="ladder-key-whole">what closing everything would sell</li>
        <li className="ladder-key-under">accounts under maintenance</li>
        <li className="ladder-key-insolvent">insolvent accounts</li>
      </ul>
      <LadderChart symbol={symbol} rungs={rungs} />
      <p className="said">
        All accounts as they are now, at another price of {symbol} and the present price of every other
        market.
      </p>
      <details>
        <summary>As a table</summary>
        <Table
          caption={`Ladder of ${symbol}, ${ladderSpan(rungs)}`}
          columns={COLUMNS}
          rows={rungs}
          rowKey={(it) => it.change}
          empty="No account has a position."
        />
      </details>
    </>
  );
}
