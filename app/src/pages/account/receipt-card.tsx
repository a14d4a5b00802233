import { useState } from 'react';
import { useAsk } from '../../state';
import type { HistoryItem, ReceiptView } from '../../risk/types';
import { amount, price, usd } from '../../ui/format';
import { Button, Facts, Notice } from '../../ui/kit';
import { Fact } from './fact';

/** What a liquidation wrote down of itself, and its check by the engine of this page. */
export function ReceiptCard(props: {
  item: HistoryItem;
  event: string;
  certificate: ReceiptView['certificate'];
}) {
  const { item, event, certificate } = props;
  const [asked, setAsked] = useState(false);
  const value = (label: string) => item.facts.find((it) => it.label === label);
  const known = (label: string) => {
    const fact = value(label);
    return fact === undefined ? '–' : <Fact fact={fact} />;
  };
  const paired = ['Equity before', 'Equity after', 'Maintenance margin before', 'Maintenance margin after'];
  const others = item.facts.filter((it) => !paired.includes(it.label));
  return (
    <div className="receipt">
      <Facts
        rows={[
          [
            'Equity',
            <span key="equity">
              {known('Equity before')} → {known('Equity after')}
            </span>,
          ],
          [
            'Maintenance margin',
            <span key="maintenance">
              {known('Maintenance margin before')} → {known('Maintenance margin after')}
            </span>,
          ],
          ...others.map((it) => [it.label, <Fact key={it.label} fact={it} />] as const),
        ]}
      />
      {certificate !== null && <Certificate certificate={certificate} />}
      <Button
        className="button-small"
        onClick={() => {
          setAsked(true);
        }}
      >
        Re-check in this browser
      </Button>
      {asked && <Checks event={event} />}
    </div>
  );
}

/** "Closing 0.1 BTC reached the target with $0.20 to spare; one lot less would have missed it by $0.40." */
export function Certificate(props: { certificate: NonNullable<ReceiptView['certificate']> }) {
  const { certificate: it } = props;
  return (
    <p>
      Closing {amount(it.size.replace('-', ''))} {it.symbol} at {price(it.price)} reached the target with{' '}
      {usd(it.surplus)} to spare; one lot less would have missed it by {usd(it.shortfallOneLess)}.
    </p>
  );
}

function Checks(props: { event: string }) {
  const { answer, problem } = useAsk('checkReceipt', { event: props.event });
  if (problem !== null) return <Notice tone="bad">{problem.message}</Notice>;
  if (answer === null) return null;
  return (
    <div className="stack" style={{ gap: 8 }}>
      <Notice tone={answer.holds ? 'good' : 'bad'}>
        {answer.holds
          ? 'The receipt holds: computed again from what it names, here, by the program’s own code.'
          : 'The receipt does not hold. What fails is named below.'}
      </Notice>
      <ul className="checks">
        {answer.checks.map((it) => (
          <li key={it.name}>
            <span aria-hidden="true" className={it.holds === null ? 'muted' : it.holds ? 'up' : 'down'}>
              {it.holds === null ? '?' : it.holds ? '✓' : '✗'}
            </span>
            <span>
              <span className="sr-only">
                {it.holds === null ? 'Not known: ' : it.holds ? 'Holds: ' : 'Fails: '}
              </span>
              {it.name}
              {it.detail !== '' && <span className="said"> – {it.detail}</span>}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
