// What happened to the account, newest first.
import { useHistory, type HistoryEntry } from '../../chain/history';
import type { AccountView, HistoryItem } from '../../risk/types';
import { useConfig, useNow } from '../../state';
import { Addr, Ago, Badge, Button, Facts, Notice, Panel, Waiting } from '../../ui/kit';
import { FactValue } from './fact';
import { ReceiptCard } from './receipt-card';

export function HistoryPanel(props: { view: AccountView }) {
  const { view } = props;
  const { items, loading, more, problem } = useHistory(view.address);
  const shown = items.filter((it) => isAbout(it.item, view.address));
  const { receipt } = view;
  const reached =
    receipt === null || shown.some((it) => it.item.receipt !== null && it.slot.toString() === receipt.slot);
  return (
    <Panel title="History">
      <div className="stack">
        {problem !== null && <Notice tone="warn">{problem}</Notice>}
        {!reached && !loading && <StoredReceipt view={view} />}
        {shown.length > 0 && (
          <ul className="history">
            {shown.map((it, place) => (
              <Entry key={`${it.signature}:${place}`} entry={it} of={view.address} />
            ))}
          </ul>
        )}
        {loading && <Waiting what="Reading the history" />}
        {!loading && problem === null && shown.length === 0 && (
          <p className="empty">
            {more === null
              ? 'Nothing happened to this account yet, as far as the node remembers.'
              : 'Nothing of this account in what was read so far.'}
          </p>
        )}
        {more !== null && (
          <div>
            <Button busy={loading} onClick={more}>
              More
            </Button>
          </div>
        )}
      </div>
    </Panel>
  );
}

/** A transaction may tell of others too, and of markets whose prices it brought. */
function isAbout(item: HistoryItem, account: string): boolean {
  const names = item.facts.some((it) => it.kind === 'address' && it.value === account);
  return names || item.account === account;
}

function Entry(props: { entry: HistoryEntry; of: string }) {
  const { signature, slot, time, item } = props.entry;
  const now = useNow();
  return (
    <li>
      <div className="row row-between">
        <div className="row">
          <strong>{item.title}</strong>
          {item.symbol !== null && <Badge tone="plain">{item.symbol}</Badge>}
          {item.account !== null && item.account !== props.of && (
            <span className="muted">
              of account <Addr address={item.account} />
            </span>
          )}
        </div>
        <div className="row muted">
          {time === null ? `slot ${slot}` : <Ago at={time} now={now} />}
          <Explorer signature={signature} title={item.title} />
        </div>
      </div>
      {item.receiptView !== null ? (
        <ReceiptCard receipt={item.receiptView} event={item.receipt} />
      ) : (
        <Facts rows={item.facts.map((it) => [it.label, <FactValue key="value" fact={it} />] as const)} />
      )}
    </li>
  );
}

function Explorer(props: { signature: string; title: string }) {
  const { explorer } = useConfig();
  if (explorer === undefined) return null;
  return (
    <a href={explorer.replace('{signature}', props.signature)} target="_blank" rel="noreferrer">
      Transaction<span className="sr-only"> of “{props.title}” in the explorer</span>
    </a>
  );
}

/** The account keeps its last one, also when the node has forgotten the transaction. */
function StoredReceipt(props: { view: AccountView }) {
  const { receipt } = props.view;
  const now = useNow();
  if (receipt === null) return null;
  return (
    <div>
      <div className="row row-between">
        <strong>Last receipt, as the account keeps it</strong>
        <span className="muted">
          <Ago at={receipt.at} now={now} />
        </span>
      </div>
      <ReceiptCard receipt={receipt} event={null} />
      <p className="said">
        Its transaction is not among those read so far. With it the receipt can be checked again.
      </p>
    </div>
  );
}
