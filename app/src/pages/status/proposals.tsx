// Changes that governance has announced. Nobody can apply one before its time.
import type { ProposalView } from '../../risk/types';
import { useNow } from '../../state';
import { moment } from '../../ui/format';
import { Addr, Ago, Panel, Table, Until, type Column } from '../../ui/kit';

export function ProposalsPanel(props: { proposals: readonly ProposalView[] }) {
  const now = useNow();
  const columns: Column<ProposalView>[] = [
    { title: 'Change', cell: (it) => it.text },
    { title: 'Proposed', numeric: true, cell: (it) => <Ago at={it.proposedAt} now={now} /> },
    {
      title: 'Due',
      numeric: true,
      cell: (it) =>
        it.dueAt > now ? (
          <span>
            <Until at={it.dueAt} now={now} /> <span className="muted">({moment(it.dueAt)})</span>
          </span>
        ) : (
          'now: anyone may apply it'
        ),
    },
    {
      title: 'Lapses',
      numeric: true,
      cell: (it) => (it.expiresAt > now ? <Until at={it.expiresAt} now={now} /> : 'lapsed'),
    },
    { title: 'Proposal', cell: (it) => <Addr address={it.address} name={`number ${it.number}`} /> },
  ];
  return (
    <Panel title="Pending governance changes">
      <Table
        caption="Changes that wait for their time"
        columns={columns}
        rows={props.proposals}
        rowKey={(it) => it.address}
        empty="No change is pending."
      />
    </Panel>
  );
}
