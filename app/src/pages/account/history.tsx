import { useHistory } from '../../chain/history';
import { useConfig, useMyAccount } from '../../state';
import type { HistoryItem } from '../../risk/types';
import { moment, shortAddress } from '../../ui/format';
import { Button, Facts, Notice, Panel, Waiting } from '../../ui/kit';
import { Fact } from './fact';
import { ReceiptCard } from './receipt-card';

/** What happened to the account, newest first. */
export function History(props: { address: string }) {
  const history = useHistory(props.address);
  const { view } = useMyAccount();
  // A transaction also logs what happened to others and to the markets.
  const own = history.items.filter(({ item }) => item.account === null || item.account === props.address);
  const shown = own.filter(({ item }) => item.price === null);
  const last = shown.findIndex(({ item }) => item.receipt !== null);
  return (
    <Panel title="History">
      {history.problem !== null && <Notice tone="warn">{history.problem}</Notice>}
      {shown.length === 0 && !history.loading && history.problem === null && (
        <p className="empty">Nothing has happened to this account yet.</p>
      )}
      <ul className="history">
        {shown.map((it, at) => (
          <li key={`${it.signature}${shown.length - at}`}>
            <div className="row row-between">
              <strong>
                {it.item.title}
                {it.item.symbol !== null && ` · ${it.item.symbol}`}
              </strong>
              <span className="muted history-when">
                {it.time === null ? '' : moment(it.time)} <Transaction signature={it.signature} />
              </span>
            </div>
            {it.item.receipt !== null ? (
              <ReceiptCard
                item={it.item}
                event={it.item.receipt}
                certificate={at === last ? certificateOf(view?.receipt ?? null, it.item) : null}
              />
            ) : (
              <FactLine item={it.item} />
            )}
          </li>
        ))}
      </ul>
      {history.loading && <Waiting what="Reading the history" />}
      {history.more !== null && (
        <Button onClick={history.more} disabled={history.loading}>
          More
        </Button>
      )}
    </Panel>
  );
}

type Stored = NonNullable<ReturnType<typeof useMyAccount>['view']>['receipt'];

/** The event does not spell its certificate out; the account keeps that of the last one. */
export function certificateOf(stored: Stored, item: HistoryItem) {
  const value = (label: string) => item.facts.find((it) => it.label === label)?.value;
  const isSame =
    stored !== null &&
    value('Equity before') === stored.equityBefore &&
    value('Equity after') === stored.equityAfter &&
    value('Closed') === stored.closed;
  return isSame ? stored.certificate : null;
}

function FactLine(props: { item: HistoryItem }) {
  if (props.item.facts.length === 0) return null;
  return (
    <details>
      <summary>
        {props.item.facts.slice(0, 2).map((it, at) => (
          <span key={it.label}>
            {at > 0 && ' · '}
            {it.label} {it.kind === 'address' ? shortAddress(it.value) : <Fact fact={it} />}
          </span>
        ))}
      </summary>
      <Facts rows={props.item.facts.map((it) => [it.label, <Fact key={it.label} fact={it} />] as const)} />
    </details>
  );
}

function Transaction(props: { signature: string }) {
  const { explorer } = useConfig();
  const short = shortAddress(props.signature);
  if (explorer === undefined) return <span className="mono">{short}</span>;
  return (
    <a href={explorer.replace('{signature}', props.signature)} target="_blank" rel="noreferrer">
      {short}
    </a>
  );
}
