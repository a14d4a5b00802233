// Tokens from the wallet into the account; the first deposit opens it.
import { useState, type SubmitEvent } from 'react';
import { useActions } from '../../chain/actions';
import { useTransaction, type Failure } from '../../chain/send';
import type { BankView } from '../../risk/types';
import { useBalances } from '../../state';
import { amount, percent } from '../../ui/format';
import { Button, Field, Notice } from '../../ui/kit';
import { BankSelect } from './bank-select';
import { useTypedAmount, wrongAt } from './typed';

export function DepositForm(props: {
  /** Null: it is opened by this deposit. */
  account: string | null;
  subId: number;
  banks: readonly BankView[];
}) {
  const { account, subId, banks } = props;
  const [chosen, setChosen] = useState<number | null>(null);
  const [text, setText] = useState('');
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  const { tokens } = useBalances();
  const { run } = useTransaction();
  const actions = useActions();
  const bank = banks.find((it) => it.index === chosen) ?? banks[0];
  const balance = bank === undefined ? '0' : (tokens[bank.mint]?.amount ?? '0');
  const typed = useTypedAmount(text, bank?.index ?? 0, balance);
  if (bank === undefined) return <Notice tone="warn">This exchange takes no token yet.</Notice>;

  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    const asked = typed.answer;
    if (asked === null) return;
    setBusy(true);
    const moved = { bank: bank.index, atoms: asked.atoms };
    const outcome = await run({
      title: `Deposit ${amount(asked.amount, bank.symbol)}`,
      done: account === null ? 'Your account is open.' : 'It counts at once.',
      build: () =>
        account === null
          ? actions.openAndDeposit({ ...moved, subId })
          : actions.deposit({ ...moved, account }),
    });
    setBusy(false);
    setFailure(outcome.ok ? null : outcome.failure);
    if (outcome.ok) setText('');
  };

  return (
    <form className="stack" onSubmit={(event) => void send(event)}>
      <BankSelect
        label="Token to deposit"
        banks={banks}
        value={bank.index}
        onChange={(index) => {
          setChosen(index);
          setFailure(null);
        }}
      />
      <Field
        label="Amount"
        unit={bank.symbol}
        inputMode="decimal"
        value={text}
        error={wrongAt('amount', typed.problem, failure)}
        hint={`In the wallet: ${amount(balance, bank.symbol)}`}
        action={
          <button
            type="button"
            className="link"
            onClick={() => {
              setText(balance);
              setFailure(null);
            }}
          >
            max
          </button>
        }
        onChange={(event) => {
          setText(event.target.value);
          setFailure(null);
        }}
      />
      <Counts bank={bank} />
      {failure !== null && failure.field !== 'amount' && (
        <Notice tone={failure.kind === 'rejected' ? 'info' : 'bad'}>{failure.message}</Notice>
      )}
      <Button
        type="submit"
        tone="primary"
        className="button-wide"
        busy={busy}
        disabled={typed.answer === null}
      >
        {account === null ? 'Open the account and deposit' : 'Deposit'}
      </Button>
    </form>
  );
}

function Counts(props: { bank: BankView }) {
  const { bank } = props;
  // The quote token has no price of its own: it is cash.
  if (bank.oracleKind === null) return null;
  return (
    <p className="said">
      {percent(bank.weight)} of its value counts as margin
      {bank.weightTarget !== bank.weight && <>, on the way to {percent(bank.weightTarget)}</>}.
      {bank.depositCap !== null && (
        <>
          {' '}
          The exchange holds {amount(bank.deposits)} of at most {amount(bank.depositCap, bank.symbol)}.
        </>
      )}
      {bank.stale && <> Its price is old at present.</>}
    </p>
  );
}
