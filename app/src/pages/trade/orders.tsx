import { useActions } from '../../chain/actions';
import { useHistory } from '../../chain/history';
import { useOverview } from '../../state';
import type { AccountView, MarketView, OrderView } from '../../risk/types';
import { amount } from '../../ui/format';
import { Badge, Button, Notice, Panel, Waiting } from '../../ui/kit';
import { endedOf, lifeOf, type OrderLife } from './order-life';
import { useRun } from './use-run';

const ENDED = 4;

/** Orders that wait, and how the last ones ended. */
export function Orders(props: { view: AccountView | null; markets: readonly MarketView[] }) {
  const { view, markets } = props;
  const delay = useOverview()?.exchange?.orderDelaySecs ?? 0;
  const history = useHistory(view?.address ?? null);
  const ended = endedOf(history.items, ENDED);
  const assetOf = (symbol: string) => markets.find((it) => it.symbol === symbol)?.asset;
  const nothing = (view?.orders.length ?? 0) === 0 && ended.length === 0;
  return (
    <Panel title="Orders">
      {history.problem !== null && <Notice tone="warn">{history.problem}</Notice>}
      {nothing &&
        (history.loading ? (
          <Waiting what="Reading past orders" />
        ) : (
          <p className="empty">No orders yet. Those that wait stand here, and how the last ones ended.</p>
        ))}
      <ul className="orders" aria-live="polite" aria-relevant="additions">
        {view?.orders.map((order) => (
          <Life key={order.place} life={lifeOf(order, delay)} asset={assetOf(order.symbol)}>
            <OrderButton account={view.address} order={order} />
          </Life>
        ))}
        {ended.map((life) => (
          <Life key={life.key} life={life} asset={assetOf(life.symbol)} />
        ))}
      </ul>
    </Panel>
  );
}

function Life(props: { life: OrderLife; asset: string | undefined; children?: React.ReactNode }) {
  const { life } = props;
  const sells = life.size?.startsWith('-') ?? false;
  return (
    <li className="order">
      <div className="row row-between">
        <span>
          {life.size === null ? (
            'An order'
          ) : (
            <>
              <strong className={sells ? 'down' : 'up'}>{sells ? 'Sell' : 'Buy'}</strong>{' '}
              {amount(life.size.replace('-', ''), props.asset ?? life.symbol)}
            </>
          )}{' '}
          {life.reduceOnly && <Badge tone="plain">reduce only</Badge>}
        </span>
        {props.children}
      </div>
      <ol className="steps">
        {life.steps.map((step) => (
          <li
            key={step.title}
            className={`step step-${step.state}`}
            aria-current={step.state === 'current' ? 'step' : undefined}
          >
            {step.title}
          </li>
        ))}
      </ol>
      {life.reason !== null && <p className="said">{life.reason}</p>}
    </li>
  );
}

/** Takes an order back, where that is possible. */
function OrderButton(props: { account: string; order: OrderView }) {
  const { account, order } = props;
  const actions = useActions();
  const { start, pending } = useRun();
  if (order.life === 'waitsForPrice') return null;
  const expired = order.life === 'expired';
  const title = expired ? 'Take back' : 'Cancel';
  return (
    <Button
      className="button-small"
      busy={pending}
      aria-label={`${title} the order in ${order.symbol}`}
      onClick={() => {
        void start({
          title: expired ? 'Take back an expired order' : 'Cancel a waiting order',
          build: () =>
            expired
              ? actions.expireOrder({ account, place: order.place })
              : actions.cancelStop({ account, place: order.place }),
          done: 'The order is gone; its reward returned',
        });
      }}
    >
      {title}
    </Button>
  );
}
