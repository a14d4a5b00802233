// Orders of everybody that wait: for their price, or for the price that triggers them.
import { useActions } from '../../chain/actions';
import type { PendingOrder } from '../../risk/types';
import { useAsk, useNow } from '../../state';
import { amount, price, shortAddress, usd } from '../../ui/format';
import { Addr, Button, Notice, Panel, Table, Until, Waiting, type Column } from '../../ui/kit';
import { useAct } from './use-act';

export function OrdersPanel(props: { connected: boolean }) {
  const now = useNow();
  const { answer, problem } = useAsk('pendingOrders', { now });
  const { act, running, said } = useAct();
  const actions = useActions();
  const key = (it: PendingOrder) => `${it.account}:${it.place}`;
  const send = (it: PendingOrder) => {
    const triggers = it.life === 'waitsForTrigger';
    const of = `${it.symbol} order of ${shortAddress(it.account)}`;
    const where = { account: it.account, place: it.place };
    return act(key(it), {
      title: `${triggers ? 'Trigger' : 'Fill'} the ${of}`,
      done: triggers
        ? 'Triggered: it waits for its price now.'
        : 'Done. The reward is in your margin account.',
      faster: 'Somebody was faster: the order is filled or gone.',
      build: () => (triggers ? actions.triggerOrder(where) : actions.fillOrder(where)),
    });
  };

  const columns: Column<PendingOrder>[] = [
    {
      title: 'Order',
      cell: (it) => (
        <span>
          {Number(it.size) < 0 ? 'Sell' : 'Buy'} {amount(it.size.replace(/^-/, ''))} {it.symbol}
          <br />
          <span className="muted">
            of <Addr address={it.account} />
          </span>
        </span>
      ),
    },
    { title: 'Limit', numeric: true, cell: (it) => price(it.limit) },
    {
      title: 'Due',
      numeric: true,
      cell: (it) =>
        it.life === 'expired' ? (
          'expired'
        ) : it.life === 'waitsForTrigger' ? (
          it.trigger === null ? (
            'waits'
          ) : (
            `${it.triggerAbove ? 'over' : 'under'} ${price(it.trigger)}`
          )
        ) : (
          <Until at={it.dueAt} now={now} />
        ),
    },
    { title: 'Reward', numeric: true, cell: (it) => usd(it.reward) },
    {
      title: 'Do',
      cell: (it) => (
        <Button
          className="button-small"
          busy={running === key(it)}
          disabled={
            !props.connected || it.life === 'expired' || (it.life === 'waitsForPrice' && it.dueAt > now)
          }
          onClick={() => void send(it)}
          aria-label={`${it.life === 'waitsForTrigger' ? 'Trigger' : 'Fill'} order of ${shortAddress(it.account)}`}
        >
          {it.life === 'waitsForTrigger' ? 'Trigger' : 'Fill'}
        </Button>
      ),
    },
  ];
  return (
    <Panel title="Pending orders">
      {said !== null && <Notice tone={said.tone}>{said.text}</Notice>}
      {problem !== null && <Notice tone="bad">{problem.message}</Notice>}
      {answer === null && problem === null && <Waiting what="Looking for orders" />}
      {answer !== null && (
        <Table
          caption="Orders that wait to be filled"
          columns={columns}
          rows={answer}
          rowKey={key}
          empty="No order waits."
        />
      )}
      <p className="said">
        An order is filled by the first price published after its due time and no other. If that one was
        missed, it is removed once it has expired.
      </p>
    </Panel>
  );
}
