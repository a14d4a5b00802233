import { Link } from 'wouter';
import type { AccountView, MarketView, PositionView } from '../../risk/types';
import { amount, price, signedUsd, usd } from '../../ui/format';
import { Badge, Panel, Signed, Table, type Column } from '../../ui/kit';
import { ReduceButton } from './reduce-button';

function columnsOf(account: string, markets: readonly MarketView[]): Column<PositionView>[] {
  const marketOf = (index: number) => markets.find((it) => it.index === index);
  const orNone = (value: string | null) => (value === null ? 'none' : price(value));
  return [
    {
      title: 'Market',
      cell: (it) => (
        <span>
          {it.symbol} {it.stale && <Badge tone="warn">stale</Badge>}
        </span>
      ),
    },
    {
      title: 'Size',
      numeric: true,
      cell: (it) => <Signed value={it.size}>{amount(it.size, marketOf(it.market)?.asset)}</Signed>,
    },
    {
      title: 'Entry, mark',
      numeric: true,
      cell: (it) => (
        <span className="two-lines">
          <span>{price(it.entry)}</span> <span>{price(it.mark)}</span>
        </span>
      ),
    },
    { title: 'Notional', numeric: true, cell: (it) => usd(it.notional) },
    {
      title: 'Profit, funding',
      numeric: true,
      cell: (it) => (
        <span className="two-lines">
          <Signed value={it.profit}>{signedUsd(it.profit)}</Signed>{' '}
          <Signed value={it.funding}>{signedUsd(it.funding)}</Signed>
        </span>
      ),
    },
    { title: 'Margin', numeric: true, cell: (it) => usd(it.maintenance) },
    { title: 'Liquidation at', numeric: true, cell: (it) => orNone(it.liquidationPrice) },
    {
      title: 'Reduce',
      cell: (it) => {
        const market = marketOf(it.market);
        return market === undefined ? null : (
          <span className="row reduce-buttons">
            <ReduceButton account={account} position={it} market={market} part="half" />
            <ReduceButton account={account} position={it} market={market} part="all" />
          </span>
        );
      },
    },
  ];
}

/** What is open, and one click to have less of it. */
export function Positions(props: { view: AccountView | null; markets: readonly MarketView[] }) {
  const { view } = props;
  return (
    <Panel title="Positions" actions={<Link href="/account">What if the price falls?</Link>}>
      <Table
        caption="Open positions"
        columns={columnsOf(view?.address ?? '', props.markets)}
        rows={view?.positions.filter((it) => it.lots !== '0') ?? []}
        rowKey={(it) => String(it.market)}
        empty="Nothing is open. Place an order and its position stands here."
      />
    </Panel>
  );
}
