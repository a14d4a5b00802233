// Pauses end by themselves and cannot follow one another closely.
import type { PauseView } from '../../risk/types';
import { useNow } from '../../state';
import { Badge, Panel, Table, Until, type Column } from '../../ui/kit';
import { PAUSES } from './unusual';

export function PausesPanel(props: { pauses: readonly PauseView[] }) {
  const now = useNow();
  const columns: Column<PauseView>[] = [
    { title: 'What', cell: (it) => PAUSES[it.what] },
    {
      title: 'State',
      cell: (it) => (it.until > now ? <Badge tone="warn">paused</Badge> : <Badge tone="good">running</Badge>),
    },
    {
      title: 'Ends',
      numeric: true,
      cell: (it) => (it.until > now ? <Until at={it.until} now={now} /> : '–'),
    },
    {
      title: 'May be paused again',
      numeric: true,
      cell: (it) => (it.againAt > now ? <Until at={it.againAt} now={now} /> : 'at any time'),
    },
  ];
  return (
    <Panel title="Pauses">
      <Table
        caption="Pauses and when they end"
        columns={columns}
        rows={props.pauses}
        rowKey={(it) => it.what}
        empty="Nothing is paused."
      />
    </Panel>
  );
}
