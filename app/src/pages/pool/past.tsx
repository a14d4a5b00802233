// Liquidations that the pool was the other side of, by market.
import { useState } from 'react';
import { useHistory, type HistoryEntry } from '../../chain/history';
import type { MarketView } from '../../risk/types';
import { useNow } from '../../state';
import { Addr, Ago, Button, Notice, Panel, Table, Waiting, type Column } from '../../ui/kit';
import { MarketSelect } from '../../ui/market-select';
import { factOf, isLiquidation } from './facts';

const COLUMNS = [
  ['Kind', 'kind', false],
  ['Closed', 'closed', true],
  ['Cost', 'cost', true],
  ['Bonus', 'bonus', true],
] as const;

export function PastPanel(props: { markets: readonly MarketView[] }) {
  const { markets } = props;
  const now = useNow();
  const [chosen, setChosen] = useState<number | null>(null);
  const market = markets.find((it) => it.index === chosen) ?? markets[0];
  const { items, loading, more, problem } = useHistory(market?.address ?? null);
  const rows = items.filter((it) => isLiquidation(it.item));
  const columns: Column<HistoryEntry>[] = [
    {
      title: 'When',
      cell: (it) => (it.time === null ? `slot ${it.slot}` : <Ago at={it.time} now={now} />),
    },
    { title: 'Account', cell: (it) => (it.item.account === null ? '–' : <Addr address={it.item.account} />) },
    ...COLUMNS.map(([title, word, numeric]) => ({
      title,
      numeric,
      cell: (it: HistoryEntry) => factOf(it.item, word) ?? '–',
    })),
  ];
  return (
    <Panel
      title="Past liquidations"
      actions={
        market !== undefined && (
          <MarketSelect
            label={<span className="sr-only">Market of the liquidations</span>}
            markets={markets}
            value={market.index}
            onChange={setChosen}
          />
        )
      }
    >
      {problem !== null && <Notice tone="warn">{problem}</Notice>}
      {loading && <Waiting what="Reading the market’s history" />}
      {(!loading || rows.length > 0) && (
        <Table
          caption={`Past liquidations in ${market?.symbol ?? 'no market'}`}
          columns={columns}
          rows={rows}
          rowKey={(it) => `${it.signature}:${it.item.account ?? ''}`}
          empty={
            more === null
              ? 'Nobody was ever liquidated in this market, as far as the node remembers.'
              : 'Nobody was liquidated in what was read so far.'
          }
        />
      )}
      {more !== null && (
        <Button className="button-small" busy={loading} onClick={more}>
          Look further back
        </Button>
      )}
    </Panel>
  );
}
