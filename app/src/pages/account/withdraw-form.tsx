// What may leave the account, exactly, and why it is not all.
import { useState, type SubmitEvent } from 'react';
import { useActions } from '../../chain/actions';
import { useTransaction, type Failure } from '../../chain/send';
import type { AccountView, BankView } from '../../risk/types';
import { useAsk, useNow } from '../../state';
import { amount, usd } from '../../ui/format';
import { Button, Facts, Field, Notice, Waiting } from '../../ui/kit';
import { BankSelect } from './bank-select';
import { useTypedAmount, wrongAt } from './typed';

export function WithdrawForm(props: { view: AccountView; banks: readonly BankView[] }) {
  const { view, banks } = props;
  const now = useNow();
  const [chosen, setChosen] = useState<number | null>(null);
  const [text, setText] = useState('');
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  const { run } = useTransaction();
  const actions = useActions();
  const bank = banks.find((it) => it.index === chosen) ?? banks[0];
  const most = useAsk(
    'withdrawable',
    bank === undefined ? null : { account: view.address, bank: bank.index, now },
  );
  const typed = useTypedAmount(text, bank?.index ?? 0, most.answer?.amount ?? null);
  if (bank === undefined) return <Notice tone="warn">This exchange takes no token yet.</Notice>;
  const free = most.answer;

  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    const asked = typed.answer;
    if (asked === null) return;
    setBusy(true);
    const outcome = await run({
      title: `Withdraw ${amount(asked.amount, bank.symbol)}`,
      done: 'It is in your wallet.',
      build: () => actions.withdraw({ account: view.address, bank: bank.index, atoms: asked.atoms }),
    });
    setBusy(false);
    setFailure(outcome.ok ? null : outcome.failure);
    if (outcome.ok) setText('');
  };

  return (
    <form className="stack" onSubmit={(event) => void send(event)}>
      <BankSelect
        label="Token to withdraw"
        banks={banks}
        value={bank.index}
        onChange={(index) => {
          setChosen(index);
          setFailure(null);
        }}
      />
      <Facts
        rows={[
          ['In the account', amount(heldOf(view, bank), bank.symbol)],
          free !== null && ['May leave now', <strong key="free">{amount(free.amount, bank.symbol)}</strong>],
        ]}
      />
      {free === null && most.problem === null && <Waiting what="Working out what may leave" />}
      {most.problem !== null && <Notice tone="warn">{most.problem.message}</Notice>}
      {free !== null && free.why !== null && <Why view={view} message={free.why.message} />}
      <Field
        label="Amount"
        unit={bank.symbol}
        inputMode="decimal"
        value={text}
        error={wrongAt('amount', typed.problem, failure)}
        action={
          <button
            type="button"
            className="link"
            disabled={free === null}
            onClick={() => {
              if (free !== null) setText(free.amount);
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
      {failure !== null && failure.field !== 'amount' && (
        <Notice tone={failure.kind === 'rejected' ? 'info' : 'bad'}>{failure.message}</Notice>
      )}
      <Button
        type="submit"
        tone="primary"
        className="button-wide"
        busy={busy}
        disabled={typed.answer === null || free === null}
      >
        Withdraw
      </Button>
    </form>
  );
}

/** What the account holds of the token. The quote token is its cash. */
function heldOf(view: AccountView, bank: BankView): string {
  if (bank.oracleKind === null) return view.cash;
  return view.collaterals.find((it) => it.bank === bank.index)?.amount ?? '0';
}

function Why(props: { view: AccountView; message: string }) {
  const { health } = props.view;
  return (
    <div className="said">
      <p>Not more, because: {props.message}</p>
      {props.view.positions.length > 0 && health.initial !== null && health.initialEquity !== null && (
        <p>
          Equity for new risk is {usd(health.initialEquity)}, and {usd(health.initial)} of it must stay as the
          initial margin of your positions. Profit that is not realised and paid does not leave.
        </p>
      )}
    </div>
  );
}
