import { useId, useState } from 'react';
import { Link } from 'wouter';
import { useActions } from '../../chain/actions';
import { useAsk, useMyAccount, useNow, useOverview } from '../../state';
import type { MarketView, TicketView } from '../../risk/types';
import { amount, duration, price } from '../../ui/format';
import { Button, Choice, Field, Notice, Panel } from '../../ui/kit';
import { WalletButton } from '../../ui/wallet-button';
import { Estimate } from './estimate';
import { EMPTY_FORM, hinders, placed, requestOf, type TicketForm } from './ticket-form';
import { useDebounced } from './use-debounced';
import { useRun } from './use-run';

const REST_MS = 150;

/** An order before it is placed. */
export function Ticket(props: { market: MarketView }) {
  const { market } = props;
  const now = useNow();
  const mine = useMyAccount();
  const actions = useActions();
  const { start, pending, failure, forget } = useRun();
  const [form, setForm] = useState(EMPTY_FORM);
  const account = mine.exists ? mine.address : null;
  const settled = useDebounced(form, REST_MS);
  const asked = useAsk('ticket', requestOf(settled, { account, market: market.index, now }));
  const ticket = settled === form ? asked.answer : null;
  const change = (part: Partial<TicketForm>) => {
    forget();
    setForm((before) => ({ ...before, ...part }));
  };
  const problem = asked.problem ?? asked.answer?.problem ?? null;
  const message = placed(failure ?? problem);

  const submit = async () => {
    if (ticket === null || account === null) return;
    const outcome = await start({
      title: submitLabel(form, market, ticket),
      build: () => actions.placeOrder({ account, market: market.index, args: ticket.args }),
      done:
        form.kind === 'trigger' ? 'The order waits for its trigger' : 'The order waits for the next price',
    });
    if (outcome.ok) setForm((before) => ({ ...before, size: '' }));
  };

  return (
    <Panel title="Order" className="ticket">
      <form
        className="stack ticket-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Inputs form={form} market={market} change={change} errors={message.at} />
        {message.rest !== null && <Notice tone={failure ? 'bad' : 'warn'}>{message.rest}</Notice>}
        <Submit
          label={submitLabel(form, market, ticket)}
          side={form.side}
          owner={mine.owner}
          exists={mine.exists}
          pending={pending}
          ready={ticket !== null && !hinders(problem)}
        />
        {asked.answer !== null && <Estimate ticket={asked.answer} symbol={market.symbol} />}
        <Explanation kind={form.kind} />
      </form>
    </Panel>
  );
}

function Inputs(props: {
  form: TicketForm;
  market: MarketView;
  change: (part: Partial<TicketForm>) => void;
  errors: ReturnType<typeof placed>['at'];
}) {
  const { form, market, change, errors } = props;
  const exchange = useOverview()?.exchange ?? null;
  const said = useId();
  const longest = form.kind === 'trigger' ? exchange?.stopLifeSecs : exchange?.orderLifeSecs;
  const beyond = form.kind === 'trigger' ? '5 % beyond the trigger' : '1 % beyond the price';
  return (
    <>
      <Choice
        label="Side"
        value={form.side}
        options={[
          { name: 'buy', title: 'Buy', tone: 'buy' },
          { name: 'sell', title: 'Sell', tone: 'sell' },
        ]}
        onChange={(side) => {
          change({ side });
        }}
      />
      <Field
        label="Size"
        name="size"
        inputMode="decimal"
        placeholder="0.0"
        value={form.size}
        unit={form.unit === 'asset' ? market.asset : 'USD'}
        error={errors.size ?? null}
        hint={form.unit === 'asset' ? `In steps of ${amount(market.lotSize, market.asset)}` : 'Notional'}
        action={
          <button
            type="button"
            className="link"
            onClick={() => {
              change({ unit: form.unit === 'asset' ? 'usd' : 'asset' });
            }}
          >
            {form.unit === 'asset' ? 'In USD' : `In ${market.asset}`}
          </button>
        }
        onChange={(event) => {
          change({ size: event.target.value });
        }}
      />
      <Choice
        label="When"
        value={form.kind}
        options={[
          { name: 'next', title: 'Next price' },
          { name: 'trigger', title: 'Stop / take profit' },
        ]}
        onChange={(kind) => {
          change({ kind });
        }}
      />
      {form.kind === 'trigger' && (
        <Field
          label="Trigger price"
          name="trigger"
          inputMode="decimal"
          value={form.trigger}
          unit="USD"
          error={errors.trigger ?? null}
          hint={
            market.price === null
              ? 'The order waits until the price reaches it'
              : `The order waits until the price, now ${price(market.price)}, reaches it`
          }
          onChange={(event) => {
            change({ trigger: event.target.value });
          }}
        />
      )}
      <div className="two-fields">
        <Field
          label="Limit"
          name="limit"
          inputMode="decimal"
          placeholder={beyond}
          value={form.limit}
          error={errors.limit ?? null}
          hint={`Worst price; empty: ${beyond}`}
          onChange={(event) => {
            change({ limit: event.target.value });
          }}
        />
        <Field
          label="Life"
          name="life"
          inputMode="numeric"
          unit="s"
          placeholder={longest === undefined ? '' : String(longest)}
          value={form.life}
          error={errors.life ?? null}
          hint={longest === undefined ? 'Empty: the longest' : `Empty: ${duration(longest)}`}
          onChange={(event) => {
            change({ life: event.target.value });
          }}
        />
      </div>
      <label className="check">
        <input
          type="checkbox"
          checked={form.reduceOnly}
          aria-invalid={errors.reduceOnly ? true : undefined}
          aria-describedby={errors.reduceOnly ? said : undefined}
          onChange={(event) => {
            change({ reduceOnly: event.target.checked });
          }}
        />
        Reduce only
      </label>
      {errors.reduceOnly && (
        <p id={said} className="said said-error" role="alert">
          {errors.reduceOnly}
        </p>
      )}
    </>
  );
}

/** The button, or what has to come before it. */
function Submit(props: {
  label: string;
  side: TicketForm['side'];
  owner: string | null;
  exists: boolean;
  pending: boolean;
  ready: boolean;
}) {
  if (props.owner === null)
    return (
      <div className="ticket-before">
        <p className="said">Connect a wallet to place orders.</p>
        <WalletButton />
      </div>
    );
  if (!props.exists)
    return (
      <Notice tone="info">
        An order needs margin. <Link href="/account">Deposit first</Link>; that opens your margin account.
      </Notice>
    );
  return (
    <Button
      type="submit"
      tone={props.side}
      className="button-wide"
      busy={props.pending}
      disabled={!props.ready}
    >
      {props.label}
    </Button>
  );
}

/** "Buy 0.1 BTC at the next price" */
export function submitLabel(
  form: TicketForm,
  market: Pick<MarketView, 'asset'>,
  ticket: Pick<TicketView, 'size'> | null,
): string {
  const verb = form.side === 'buy' ? 'Buy' : 'Sell';
  const what = ticket === null ? market.asset : amount(ticket.size, market.asset);
  if (form.kind === 'next') return `${verb} ${what} at the next price`;
  return `${verb} ${what} once the trigger is reached`;
}

function Explanation(props: { kind: TicketForm['kind'] }) {
  const exchange = useOverview()?.exchange ?? null;
  if (exchange === null) return null;
  const delay = duration(exchange.orderDelaySecs);
  return (
    <p className="said">
      {props.kind === 'trigger'
        ? `It waits for its trigger and can be taken back until then. Once triggered it is filled at the first price published ${delay} later, or ended by its limit.`
        : `It is filled at the first price published ${delay} after it is placed, or ended by its limit. It cannot be cancelled before it expires.`}
    </p>
  );
}
