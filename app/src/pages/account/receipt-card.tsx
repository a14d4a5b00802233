// What a liquidation did and its proof, which this browser checks again on demand.
import { useState } from 'react';
import type { PlanKind, ReceiptView } from '../../risk/types';
import { useAsk } from '../../state';
import { amount, usd } from '../../ui/format';
import { Button, Facts, Notice } from '../../ui/kit';

export const KINDS: Record<PlanKind, string> = {
  recovered: 'Nothing closed: the account had recovered',
  exact: 'Just enough',
  dust: 'Just enough, and a remainder too small to stay open',
  minimum: 'Enlarged to the market’s minimum close',
  forced: 'More than just enough, because it was an emergency',
  unhealable: 'All that could be closed; the target was out of reach',
  throttled: 'Less than enough: a circuit breaker held the rest back',
  recovery: 'The owner’s recovery plan',
};

export function ReceiptCard(props: {
  receipt: ReceiptView;
  /** Base 64 of the event; without it there is nothing to check. */
  event: string | null;
}) {
  const { receipt, event } = props;
  return (
    <div className="receipt stack">
      <Facts
        rows={[
          ['Kind', KINDS[receipt.kind]],
          ['Equity', <Change key="equity" before={receipt.equityBefore} after={receipt.equityAfter} />],
          [
            'Maintenance margin',
            <Change key="maintenance" before={receipt.maintenanceBefore} after={receipt.maintenanceAfter} />,
          ],
          ['Target before', usd(receipt.target)],
          ['Closed', usd(receipt.closed)],
          ['Cost to the account', usd(receipt.cost)],
          ['Paid to the keeper', usd(receipt.bonus)],
        ]}
      />
      <p className="said">{certificateSentence(receipt)}</p>
      {event === null ? null : <Recheck event={event} />}
    </div>
  );
}

function Change(props: { before: string; after: string }) {
  return (
    <>
      {usd(props.before)} <span aria-hidden="true">→</span>
      <span className="sr-only">, afterwards</span> {usd(props.after)}
    </>
  );
}

export function certificateSentence({ certificate, kind }: ReceiptView): string {
  if (certificate === null)
    return 'It has no certificate, because it did not close just enough: see its kind.';
  const { size, symbol, surplus, shortfallOneLess } = certificate;
  const minima =
    kind === 'dust' || kind === 'minimum' ? ' The market’s minimum then asked for a larger close.' : '';
  return `Certificate: closing ${amount(size)} of ${symbol} reached the target with ${usd(surplus)} to spare; one lot less would have missed it by ${usd(shortfallOneLess)}.${minima}`;
}

function Recheck(props: { event: string }) {
  const [asked, setAsked] = useState(false);
  const { answer, problem } = useAsk('checkReceipt', asked ? { event: props.event } : null);
  return (
    <>
      <div>
        <Button
          className="button-small"
          onClick={() => {
            setAsked(!asked);
          }}
        >
          {asked ? 'Hide the checks' : 'Re-check in this browser'}
        </Button>
      </div>
      <div role="status">
        {problem !== null && <Notice tone="warn">{problem.message}</Notice>}
        {answer !== null && (
          <>
            <Notice tone={answer.holds ? 'good' : 'bad'}>
              {answer.holds ? 'No check failed.' : 'At least one check failed.'}
            </Notice>
            <ul className="receipt-checks">
              {answer.checks.map((it) => (
                <li key={it.name}>
                  <Mark holds={it.holds} />
                  <span>
                    {it.name}
                    {it.detail !== '' && <span className="muted"> ({it.detail})</span>}
                  </span>
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </>
  );
}

function Mark(props: { holds: boolean | null }) {
  const [sign, word, tone] =
    props.holds === null
      ? ['?', 'Cannot be checked:', 'muted']
      : props.holds
        ? ['✓', 'Holds:', 'up']
        : ['✗', 'Fails:', 'down'];
  return (
    <>
      <span className={tone} aria-hidden="true">
        {sign}
      </span>
      <span className="sr-only">{word} </span>
    </>
  );
}
