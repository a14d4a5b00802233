// Asks to enter or to leave. It is filled later, at prices that nobody knows yet.
import { useState, type SubmitEvent } from 'react';
import { useActions } from '../../chain/actions';
import { useTransaction, type Failure } from '../../chain/send';
import type { Overview, PoolView, Problem } from '../../risk/types';
import { useAsk, useBalances, useLiquidityRequests } from '../../state';
import { amount, duration } from '../../ui/format';
import { Button, Choice, Field, Notice, Panel } from '../../ui/kit';
import { useWallet } from '../../wallet';

const KINDS = [
  { name: 'deposit', title: 'Deposit' },
  { name: 'withdraw', title: 'Withdraw' },
] as const;
type Kind = (typeof KINDS)[number]['name'];

const QUOTE_BANK = 0;

/** What is typed in one field, as the engine reads it. Nothing is asked of an empty field. */
function useTyped(field: string, text: string, bank: number | null, most: string | null) {
  return useAsk('parseAmount', text.trim() === '' ? null : { field, text, bank, most });
}

export function RequestPanel(props: { pool: PoolView; overview: Overview }) {
  const { pool, overview } = props;
  const [kind, setKind] = useState<Kind>('deposit');
  return (
    <Panel title="Enter or leave">
      <div className="stack">
        <Choice label="What to ask for" value={kind} options={KINDS} onChange={setKind} />
        {/* Each kind keeps what was typed while the other one is looked at. */}
        {KINDS.map((it) => (
          <div key={it.name} hidden={it.name !== kind}>
            <RequestForm kind={it.name} pool={pool} overview={overview} />
          </div>
        ))}
      </div>
    </Panel>
  );
}

function RequestForm(props: { kind: Kind; pool: PoolView; overview: Overview }) {
  const { kind, pool, overview } = props;
  const deposits = kind === 'deposit';
  const quote = overview.banks.find((it) => it.index === QUOTE_BANK);
  const owner = useWallet().connected?.address;
  const { tokens } = useBalances();
  const waits = useLiquidityRequests().some((it) => it.owner === owner);
  const { run } = useTransaction();
  const actions = useActions();
  const [text, setText] = useState('');
  const [least, setLeast] = useState('');
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);

  const [given, received] = deposits ? [QUOTE_BANK, null] : [null, QUOTE_BANK];
  const most = quote === undefined ? null : (tokens[deposits ? quote.mint : pool.shareMint]?.amount ?? '0');
  const typed = useTyped('amount', text, given, owner === undefined ? null : most);
  const typedLeast = useTyped('least', least, received, null);
  const ready = typed.answer !== null && (least.trim() === '' || typedLeast.answer !== null);

  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    const asked = typed.answer;
    if (asked === null || !ready) return;
    setBusy(true);
    const outcome = await run({
      title: deposits
        ? `Deposit ${amount(asked.amount, quote?.symbol)}`
        : `Withdraw ${amount(asked.amount)} shares`,
      done: 'Asked. It is filled at prices from after the delay.',
      build: () =>
        actions.requestLiquidity({ kind, atoms: asked.atoms, minAtoms: typedLeast.answer?.atoms ?? '0' }),
    });
    setBusy(false);
    setFailure(outcome.ok ? null : outcome.failure);
    if (!outcome.ok) return;
    setText('');
    setLeast('');
  };

  const unit = deposits ? quote?.symbol : 'shares';
  const otherUnit = deposits ? 'shares' : quote?.symbol;
  return (
    <form className="stack" onSubmit={(event) => void send(event)}>
      <Field
        label={deposits ? 'Amount to deposit' : 'Shares to give back'}
        {...(unit === undefined ? {} : { unit })}
        inputMode="decimal"
        value={text}
        error={wrong(typed.problem, failure, 'amount')}
        hint={owner !== undefined && most !== null ? `In the wallet: ${amount(most, unit)}` : undefined}
        action={
          most !== null &&
          owner !== undefined && (
            <button
              type="button"
              className="link"
              onClick={() => {
                setText(most);
              }}
            >
              max
            </button>
          )
        }
        onChange={(event) => {
          setText(event.target.value);
          setFailure(null);
        }}
      />
      <Field
        label="Least to receive (optional)"
        {...(otherUnit === undefined ? {} : { unit: otherUnit })}
        inputMode="decimal"
        value={least}
        error={wrong(typedLeast.problem, failure, 'least')}
        hint="When less would come back, the request is not filled, and you take back what you gave."
        onChange={(event) => {
          setLeast(event.target.value);
          setFailure(null);
        }}
      />
      <Explained kind={kind} delay={overview.exchange?.orderDelaySecs ?? 0} />
      {failure !== null && failure.field !== 'amount' && failure.field !== 'least' && (
        <Notice tone={failure.kind === 'rejected' ? 'info' : 'bad'}>{failure.message}</Notice>
      )}
      {waits && <Notice tone="info">A request of yours waits already. One at a time.</Notice>}
      <Button
        type="submit"
        tone="primary"
        className="button-wide"
        busy={busy}
        disabled={!ready || waits || owner === undefined}
      >
        {owner === undefined ? 'Connect a wallet first' : deposits ? 'Ask to deposit' : 'Ask to withdraw'}
      </Button>
    </form>
  );
}

function Explained(props: { kind: Kind; delay: number }) {
  const wait = duration(props.delay);
  return (
    <p className="said">
      {props.kind === 'deposit'
        ? `You enter at the higher of the pool’s two values. `
        : `You leave at the lower of the pool’s two values. `}
      It is filled at the first prices published at least {wait} after you ask, which nobody knows yet, so
      that nobody enters or leaves at the cost of the others. When it was not filled within a minute after
      that, you take back what you gave.
    </p>
  );
}

function wrong(problem: Problem | null, failure: Failure | null, field: string): string | null {
  return problem?.message ?? (failure?.field === field ? failure.message : null);
}
