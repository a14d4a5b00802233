// The plan that reduces the account before a liquidation has to.
import { useState, type SubmitEvent } from 'react';
import { useActions } from '../../chain/actions';
import { useTransaction, type Failure } from '../../chain/send';
import type { AccountView, ExchangeView } from '../../risk/types';
import { useAsk, useNow } from '../../state';
import { percent } from '../../ui/format';
import { Badge, Button, Field, Notice, Panel } from '../../ui/kit';
import { inPercent } from '../../decimal';
import { RecoveryEffect } from './recovery-effect';
import { wrongAt } from './typed';

interface Terms {
  triggerRatio: string;
  targetRatio: string;
  mostFee: string;
}

const EMPTY: Terms = { triggerRatio: '', targetRatio: '', mostFee: '' };

function termsOf(view: AccountView): Terms {
  const { recovery } = view;
  return recovery === null ? EMPTY : { ...recovery, mostFee: inPercent(recovery.mostFee) };
}

export function RecoveryPanel(props: { view: AccountView; exchange: ExchangeView | null }) {
  const { view, exchange } = props;
  const now = useNow();
  // Null follows what the account has.
  const [typed, setTyped] = useState<Terms | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState<'save' | 'remove' | null>(null);
  const { run } = useTransaction();
  const actions = useActions();
  const terms = typed ?? termsOf(view);
  const complete = Object.values(terms).every((it: string) => it.trim() !== '');
  const { answer, problem } = useAsk('recovery', complete ? { account: view.address, ...terms, now } : null);
  const changed = typed !== null && JSON.stringify(typed) !== JSON.stringify(termsOf(view));

  const send = async (what: 'save' | 'remove') => {
    const args = what === 'save' ? answer?.args : null;
    if (args === undefined) return;
    setBusy(what);
    const outcome = await run({
      title: what === 'save' ? 'Set the recovery plan' : 'Remove the recovery plan',
      done: what === 'save' ? 'Anybody may now carry it out when it is due.' : 'There is no plan any more.',
      build: () => actions.setRecoveryPlan({ account: view.address, args }),
    });
    setBusy(null);
    setFailure(outcome.ok ? null : outcome.failure);
    if (outcome.ok) setTyped(null);
  };
  const field = (name: keyof Terms) => ({
    value: terms[name],
    inputMode: 'decimal' as const,
    error: wrongAt(name, problem?.field === name ? problem : null, failure),
    onChange: (event: { target: { value: string } }) => {
      setTyped({ ...terms, [name]: event.target.value });
      setFailure(null);
    },
  });
  const elsewhere = problem !== null && !(problem.field !== null && problem.field in EMPTY);
  return (
    <Panel
      title="Recovery plan"
      actions={
        <Badge tone={view.recovery === null ? 'plain' : 'good'}>
          {view.recovery === null ? 'No plan' : 'Plan set'}
        </Badge>
      }
    >
      <form
        className="stack"
        onSubmit={(event: SubmitEvent) => {
          event.preventDefault();
          void send('save');
        }}
      >
        <p className="said">
          Under its trigger, anybody may reduce your positions to the target, for the fee that you name. That
          comes before a liquidation and costs no insurance premium. When nobody wants the fee, the
          liquidation comes as usual.
        </p>
        <div className="account-field-row">
          <Field
            label="Trigger, equity / maintenance"
            hint={`Under this it may act. Over 1 and at most the margin call${exchange === null ? '' : `, ${percent(exchange.callBuffer)} over maintenance`}. Nearer to 1 acts later and leaves less room.`}
            placeholder="1.1"
            {...field('triggerRatio')}
          />
          <Field
            label="Target, equity / maintenance"
            hint="Where it stops. Over the trigger, at most 4. A higher target closes more."
            placeholder="1.5"
            {...field('targetRatio')}
          />
          <Field
            label="Most fee"
            unit="%"
            hint={`Of what is closed, to whoever carries it out${exchange === null ? '' : `: at most ${percent(exchange.bonusMax)}`}. The pool’s spread and impact come on top.`}
            placeholder="0.1"
            {...field('mostFee')}
          />
        </div>
        {elsewhere && <Notice tone="warn">{problem.message}</Notice>}
        {failure !== null && !(failure.field !== null && failure.field in EMPTY) && (
          <Notice tone={failure.kind === 'rejected' ? 'info' : 'bad'}>{failure.message}</Notice>
        )}
        {answer !== null && <RecoveryEffect effect={answer} />}
        <div className="row">
          <Button
            type="submit"
            tone="primary"
            busy={busy === 'save'}
            disabled={busy !== null || answer === null || !changed}
          >
            Save the plan
          </Button>
          {changed && (
            <Button
              disabled={busy !== null}
              onClick={() => {
                setTyped(null);
                setFailure(null);
              }}
            >
              Undo changes
            </Button>
          )}
          {view.recovery !== null && (
            <Button busy={busy === 'remove'} disabled={busy !== null} onClick={() => void send('remove')}>
              Remove the plan
            </Button>
          )}
        </div>
      </form>
    </Panel>
  );
}
