// Cached prices with their ages. Whoever updates them pays a fee and gets nothing; liquidations need it.
import { useActions } from '../../chain/actions';
import { useNow, useOverview } from '../../state';
import { duration, price } from '../../ui/format';
import { Ago, Badge, Button, Notice, Panel, Table, type Column } from '../../ui/kit';
import { useAct } from './use-act';

interface Row {
  key: string;
  symbol: string;
  price: string | null;
  publishTime: number;
  stale: boolean;
  uncertain: boolean;
  limit: number | null;
}

export function PricesPanel(props: { connected: boolean }) {
  const now = useNow();
  const overview = useOverview();
  const { act, running, said } = useAct();
  const actions = useActions();
  if (overview === null) return null;
  const rows: Row[] = [
    ...overview.markets.map((it) => ({ ...it, key: it.address, limit: it.maxAgeSecs })),
    // The quote token counts as a dollar and has no feed.
    ...overview.banks
      .filter((it) => it.oracleKind !== null)
      .map((it) => ({ ...it, key: it.address, limit: null })),
  ];
  const columns: Column<Row>[] = [
    { title: 'Feed', cell: (it) => it.symbol },
    { title: 'Price', numeric: true, cell: (it) => (it.price === null ? 'none yet' : price(it.price)) },
    {
      title: 'Published',
      numeric: true,
      cell: (it) => (
        <span>
          {it.publishTime > 0 ? <Ago at={it.publishTime} now={now} /> : 'never'}
          {it.limit !== null && <span className="muted"> (at most {duration(it.limit)})</span>}
        </span>
      ),
    },
    {
      title: 'State',
      cell: (it) =>
        it.stale ? (
          <Badge tone="warn">too old</Badge>
        ) : it.uncertain ? (
          <Badge tone="warn">uncertain</Badge>
        ) : (
          <Badge tone="good">fresh</Badge>
        ),
    },
  ];
  return (
    <Panel
      title="Cached prices"
      actions={
        <Button
          className="button-small"
          busy={running === 'prices'}
          disabled={!props.connected}
          onClick={() =>
            void act('prices', {
              title: 'Update prices',
              done: 'The newest published prices are cached.',
              faster: 'Somebody else has just cached them.',
              build: () => actions.updatePrices(),
            })
          }
        >
          Update prices
        </Button>
      }
    >
      {said !== null && <Notice tone={said.tone}>{said.text}</Notice>}
      <Table
        caption="Cached prices and their ages"
        columns={columns}
        rows={rows}
        rowKey={(it) => it.key}
        empty="No market is listed."
      />
    </Panel>
  );
}
