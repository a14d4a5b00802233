// The price of one market: moved by a share, or set.
import { useState, type SubmitEvent } from 'react';
import { price as shown, signedPercent } from '../../ui/format';
import { Button, Field } from '../../ui/kit';

const CHANGES = ['-0.1', '-0.05', '-0.01', '0.01', '0.05'] as const;

export function PriceRow(props: {
  symbol: string;
  price: string;
  tell: (what: 'price', body: object) => Promise<string | null>;
}) {
  const { symbol, tell } = props;
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState<string | null>(null);
  const send = async (key: string, body: object) => {
    setBusy(key);
    const why = await tell('price', { symbol, ...body });
    setProblem(why);
    setBusy(null);
    return why === null;
  };
  const set = async (event: SubmitEvent) => {
    event.preventDefault();
    // A comma of thousands or a sign of dollars is no part of the number.
    if (await send('set', { price: text.replace(/[$,\s]/g, '') })) setText('');
  };
  return (
    <section className="local-price" aria-label={`Price of ${symbol}`}>
      <div className="row row-between">
        <strong>{symbol}</strong>
        <span className="local-now">{shown(props.price)}</span>
      </div>
      <div className="local-changes">
        {CHANGES.map((change) => (
          <Button
            key={change}
            className="button-small"
            busy={busy === change}
            onClick={() => void send(change, { change })}
            aria-label={`Move ${symbol} by ${signedPercent(change, 0)}`}
          >
            {signedPercent(change, 0)}
          </Button>
        ))}
      </div>
      <form className="local-set" onSubmit={(event) => void set(event)}>
        <Field
          label={`Set ${symbol} to`}
          unit="USD"
          inputMode="decimal"
          value={text}
          error={problem}
          onChange={(event) => {
            setText(event.target.value);
            setProblem(null);
          }}
        />
        <Button type="submit" busy={busy === 'set'} disabled={text.trim() === ''}>
          Set
        </Button>
      </form>
    </section>
  );
}
