import { useState, type ReactNode } from 'react';
import { useAsk, useOverview } from '../../state';
import type { BankView } from '../../risk/types';
import { amount } from '../../ui/format';
import { Button, Field } from '../../ui/kit';
import { useRun, type Step } from '../trade/use-run';

const QUOTE = 0;

/** Which token and how much of it. Keeps what was typed until it worked. */
export function AmountForm(props: {
  /** Most of a bank's token that can go; null while it is not known. */
  mostOf: (bank: BankView) => string | null;
  /** Said under the amount. */
  hint: (bank: BankView, most: string | null) => ReactNode;
  label: string;
  step: (moved: { bank: BankView; atoms: string; shown: string }) => Step;
  onBank?: (bank: number) => void;
}) {
  const banks = useOverview()?.banks ?? [];
  const { start, pending, failure, forget } = useRun();
  const [index, setIndex] = useState(QUOTE);
  const [text, setText] = useState('');
  const bank = banks.find((it) => it.index === index) ?? banks[0];
  const most = bank === undefined ? null : props.mostOf(bank);
  const typed = text.trim();
  const parsed = useAsk(
    'parseAmount',
    bank === undefined || typed === '' ? null : { field: 'amount', text: typed, bank: bank.index, most },
  );
  if (bank === undefined) return <p className="empty">The exchange accepts no token yet.</p>;
  const shown = parsed.answer === null ? null : amount(parsed.answer.amount, bank.symbol);
  const submit = async () => {
    if (parsed.answer === null || shown === null) return;
    const outcome = await start(props.step({ bank, atoms: parsed.answer.atoms, shown }));
    if (outcome.ok) setText('');
  };
  return (
    <form
      className="stack amount-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {banks.length > 1 && (
        <label className="field">
          <span className="field-head">Token</span>
          <select
            className="select"
            value={bank.index}
            onChange={(event) => {
              forget();
              setText('');
              setIndex(Number(event.target.value));
              props.onBank?.(Number(event.target.value));
            }}
          >
            {banks.map((it) => (
              <option key={it.index} value={it.index}>
                {it.symbol}
              </option>
            ))}
          </select>
        </label>
      )}
      <Field
        label="Amount"
        name="amount"
        inputMode="decimal"
        placeholder="0.0"
        unit={bank.symbol}
        value={text}
        error={failure?.message ?? parsed.problem?.message ?? null}
        hint={props.hint(bank, most)}
        action={
          <button
            type="button"
            className="link"
            disabled={most === null || Number(most) === 0}
            onClick={() => {
              forget();
              setText(most ?? '');
            }}
          >
            Max
          </button>
        }
        onChange={(event) => {
          forget();
          setText(event.target.value);
        }}
      />
      <Button type="submit" tone="primary" busy={pending} disabled={parsed.answer === null}>
        {shown === null ? props.label : `${props.label} ${shown}`}
      </Button>
    </form>
  );
}
