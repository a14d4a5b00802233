import { useState } from 'react';
import { useActions } from '../../chain/actions';
import { useAsk, useNow, useOverview } from '../../state';
import type { AccountView, RecoveryView } from '../../risk/types';
import { percent, price, ratio, usd } from '../../ui/format';
import { Badge, Button, Facts, Field, Notice, Panel } from '../../ui/kit';
import { inPercent } from '../trade/lots';
import { useDebounced } from '../trade/use-debounced';
import { useRun } from '../trade/use-run';

const REST_MS = 200;

type Form = { triggerRatio: string; targetRatio: string; mostFee: string };

/** What the account's plan is, as it would be typed; a beginning where there is none. */
function formOf(plan: AccountView['recovery']): Form {
  if (plan === null) return { triggerRatio: '1.1', targetRatio: '1.5', mostFee: '0.1' };
  return {
    triggerRatio: plan.triggerRatio,
    targetRatio: plan.targetRatio,
    mostFee: inPercent(plan.mostFee),
  };
}

/** Arranges in advance that the account is reduced before a liquidation has to. */
export function RecoveryPlanPanel(props: { view: AccountView }) {
  const { view } = props;
  const now = useNow();
  const exchange = useOverview()?.exchange ?? null;
  const actions = useActions();
  const save = useRun();
  const remove = useRun();
  const [form, setForm] = useState(() => formOf(view.recovery));
  const settled = useDebounced(form, REST_MS);
  const { answer, problem } = useAsk('recovery', { account: view.address, ...settled, now });
  const said = save.failure ?? problem;
  const at = (field: keyof Form) => (said?.field === field ? said.message : null);
  const rest = said !== null && !Object.keys(form).includes(said.field ?? '') ? said.message : null;
  const change = (part: Partial<Form>) => {
    save.forget();
    setForm((before) => ({ ...before, ...part }));
  };
  return (
    <Panel
      title="Recovery plan"
      actions={view.recovery === null ? <Badge tone="plain">none</Badge> : <Badge tone="good">set</Badge>}
    >
      <form
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (answer === null) return;
          void save.start({
            title: 'Save the recovery plan',
            build: () => actions.setRecoveryPlan({ account: view.address, args: answer.args }),
            done: 'The plan may be carried out from now on',
          });
        }}
      >
        <p className="said">
          With a plan anybody may reduce the account for the fee you name, before a liquidation takes a bonus
          and a premium. It acts in margin call only.
        </p>
        <div className="recovery-fields">
          <Field
            label="Acts under"
            unit="× maintenance"
            name="triggerRatio"
            inputMode="decimal"
            value={form.triggerRatio}
            error={at('triggerRatio')}
            hint={
              exchange === null
                ? 'Equity, over 1'
                : `Equity, over 1; the margin call is ${percent(exchange.callBuffer)} over it`
            }
            onChange={(event) => {
              change({ triggerRatio: event.target.value });
            }}
          />
          <Field
            label="Reduces until"
            unit="× maintenance"
            name="targetRatio"
            inputMode="decimal"
            value={form.targetRatio}
            error={at('targetRatio')}
            hint="Over the trigger, at most 4. Higher closes more"
            onChange={(event) => {
              change({ targetRatio: event.target.value });
            }}
          />
          <Field
            label="Most fee"
            name="mostFee"
            inputMode="decimal"
            unit="%"
            value={form.mostFee}
            error={at('mostFee')}
            hint="Of what is closed, for whoever carries it out. Too little, and nobody does"
            onChange={(event) => {
              change({ mostFee: event.target.value });
            }}
          />
        </div>
        {rest !== null && <Notice tone="bad">{rest}</Notice>}
        {answer !== null && <Effect effect={answer} />}
        <div className="row">
          <Button
            type="submit"
            tone="primary"
            busy={save.pending}
            disabled={answer === null || settled !== form}
          >
            Save the plan
          </Button>
          {view.recovery !== null && (
            <Button
              busy={remove.pending}
              onClick={() => {
                void remove.start({
                  title: 'Remove the recovery plan',
                  build: () => actions.setRecoveryPlan({ account: view.address, args: null }),
                  done: 'The account has no plan',
                });
              }}
            >
              Remove
            </Button>
          )}
        </div>
      </form>
      {view.recovery !== null && (
        <p className="said">
          Set now: under {ratio(view.recovery.triggerRatio)}, until {ratio(view.recovery.targetRatio)}, for at
          most {percent(view.recovery.mostFee, 3)}.
        </p>
      )}
    </Panel>
  );
}

/** When the plan would act and what it would close, against a liquidation. */
function Effect(props: { effect: RecoveryView }) {
  const { effect } = props;
  if (effect.at.length === 0)
    return <p className="said">Nothing is open: the plan waits until there is something to reduce.</p>;
  return (
    <div className="stack" aria-label="Effect of the plan" role="group">
      {effect.now !== null && (
        <Notice tone="warn">
          It could be carried out now: {usd(effect.now.closed)} ({percent(effect.now.share, 1)}) would be
          closed, costing {usd(effect.now.cost)}.
        </Notice>
      )}
      {effect.at.map((it) => (
        <div key={it.market}>
          <h3 className="sub-title">{it.symbol}</h3>
          <Facts
            rows={[
              ['The plan acts at', it.price === null ? 'no price of this market' : price(it.price)],
              it.plan !== null && [
                'and closes',
                `${usd(it.plan.closed)} (${percent(it.plan.share, 1)}), costing ${usd(it.plan.cost)} of which fee ${usd(it.plan.bonus)}`,
              ],
              [
                'Without it, a liquidation begins at',
                it.liquidationPrice === null ? 'no price of this market' : price(it.liquidationPrice),
              ],
              it.liquidation !== null && [
                'and closes',
                `${usd(it.liquidation.closed)} (${percent(it.liquidation.share, 1)}), costing ${usd(it.liquidation.cost)}`,
              ],
            ]}
          />
        </div>
      ))}
    </div>
  );
}
