// Accounts for which something is due, the most urgent first as the engine orders them.
import { useActions } from '../../chain/actions';
import type { QueueEntry } from '../../risk/types';
import { useAsk, useNow } from '../../state';
import { StateBadge } from '../../ui/health-bar';
import { percent, ratio, shortAddress, usd } from '../../ui/format';
import { Addr, Button, Notice, Panel, Table, Term, Until, Waiting, type Column } from '../../ui/kit';
import { Closes } from './closes';
import { actionOf, type Act } from './queue-action';
import { useAct } from './use-act';

const TITLES: Record<Act, { title: string; done: string }> = {
  issueMarginCall: { title: 'Call', done: 'The margin call stands on chain.' },
  flag: { title: 'Flag', done: 'Flagged. The bonus grows from now on, and newer prices have to confirm it.' },
  liquidate: { title: 'Liquidate', done: 'Liquidated. The bonus is in your margin account.' },
};
const FASTER = 'Somebody was faster, or the account has recovered. Nothing was lost; the list is up to date.';

export function QueuePanel(props: { connected: boolean }) {
  const now = useNow();
  const { answer, problem } = useAsk('queue', { now });
  const { act, running, said } = useAct();
  const actions = useActions();
  const send = (entry: QueueEntry, what: Act) =>
    act(entry.address, {
      title: `${TITLES[what].title} ${shortAddress(entry.address)}`,
      done: TITLES[what].done,
      faster: FASTER,
      liquidation: what === 'liquidate',
      build: () => actions[what]({ account: entry.address }),
    });

  const columns: Column<QueueEntry>[] = [
    {
      title: 'Account',
      cell: (it) => (
        <span className="queue-account">
          <Addr address={it.address} /> <StateBadge state={it.state} />
        </span>
      ),
    },
    { title: 'Equity', numeric: true, cell: (it) => usd(it.equity) },
    { title: 'Maintenance', numeric: true, cell: (it) => usd(it.maintenance) },
    { title: 'E / M', numeric: true, cell: (it) => (it.ratio === null ? '–' : ratio(it.ratio)) },
    { title: 'Notional', numeric: true, cell: (it) => usd(it.notional) },
    { title: 'Bonus', numeric: true, cell: (it) => <Bonus entry={it} /> },
    { title: 'Would close', cell: (it) => <Closes plan={it.plan} /> },
    {
      title: 'Due',
      cell: (it) => (
        <Due
          entry={it}
          connected={props.connected}
          busy={running === it.address}
          press={(what) => void send(it, what)}
        />
      ),
    },
  ];
  return (
    <Panel title="Queue">
      {said !== null && <Notice tone={said.tone}>{said.text}</Notice>}
      {problem !== null && <Notice tone="bad">{problem.message}</Notice>}
      {answer === null && problem === null && <Waiting what="Judging all accounts" />}
      {answer !== null && (
        <Table
          caption="Accounts under their margin-call or maintenance level"
          columns={columns}
          rows={answer}
          rowKey={(it) => it.address}
          empty="The queue is empty: every account is over its margin-call level, or was called and waits for its owner."
        />
      )}
    </Panel>
  );
}

function Bonus({ entry }: { entry: QueueEntry }) {
  if (entry.bonusNow === null)
    return entry.bonusMost === null ? (
      <>–</>
    ) : (
      <span className="muted">up to {usd(entry.bonusMost)} once flagged</span>
    );
  return (
    <span className="queue-bonus">
      <strong>{usd(entry.bonusNow)}</strong>
      <span className="said">
        {entry.bonusRate !== null && (
          <Term meaning="Of the notional that is closed. It grows each second from the flag on until it is at its most.">
            {percent(entry.bonusRate, 3)}
          </Term>
        )}
        {entry.bonusMost !== null && <> of at most {usd(entry.bonusMost)}</>}
      </span>
    </span>
  );
}

function Due(props: { entry: QueueEntry; connected: boolean; busy: boolean; press: (what: Act) => void }) {
  const now = useNow();
  const { act, label, ready, says, readyAt } = actionOf(props.entry, now);
  const press = () => {
    if (act !== null) props.press(act);
  };
  return (
    <span className="queue-due">
      {act !== null && (
        <Button
          tone={act === 'liquidate' ? 'danger' : 'primary'}
          className="button-small"
          busy={props.busy}
          disabled={!ready || !props.connected}
          onClick={press}
          aria-label={`${label} account ${shortAddress(props.entry.address)}`}
        >
          {label}
        </Button>
      )}
      <span className="said">
        {readyAt !== null && (
          <>
            Can be confirmed <Until at={readyAt} now={now} />.{' '}
          </>
        )}
        {says}
        {act !== null && !props.connected && ' Connect a wallet to do it.'}
      </span>
    </span>
  );
}
