// The life of an order from placed to its end, from what the account holds and what it logged.
import type { HistoryItem, OrderView } from '../../risk/types';
import { moment, price } from '../../ui/format';

export interface LifeStep {
  title: string;
  state: 'done' | 'current' | 'bad' | 'next';
}

export interface OrderLife {
  key: string;
  symbol: string;
  /** Signed units. */
  size: string | null;
  reduceOnly: boolean;
  steps: LifeStep[];
  /** Why it ended without a fill. */
  reason: string | null;
}

export interface Logged {
  signature: string;
  time: number | null;
  item: HistoryItem;
}

const done = (title: string): LifeStep => ({ title, state: 'done' });

/** Of an order that the account holds. */
export function lifeOf(order: OrderView, delaySecs: number): OrderLife {
  const steps = [done(`Placed ${moment(order.placedAt)}`)];
  const trigger = order.trigger;
  if (order.life === 'waitsForTrigger') {
    const words =
      trigger === null ? 'its trigger' : `${order.triggerAbove ? 'a rise' : 'a fall'} to ${price(trigger)}`;
    steps.push(
      { title: `Waits for ${words}`, state: 'current' },
      { title: `Then filled at the first price ${delaySecs} s later`, state: 'next' },
    );
  } else if (order.life === 'waitsForPrice')
    steps.push(
      { title: `Waits for a price published after ${moment(order.dueAt)}`, state: 'current' },
      { title: 'Filled, or ended by its limit', state: 'next' },
    );
  else
    steps.push(done(`Waited for a price published after ${moment(order.dueAt)}`), {
      title: `Expired ${moment(order.expiresAt)}: take it back`,
      state: 'bad',
    });
  return {
    key: `place${order.place}`,
    symbol: order.symbol,
    size: order.size,
    reduceOnly: order.reduceOnly,
    steps,
    reason: null,
  };
}

function fact(item: HistoryItem, label: string): string | null {
  return item.facts.find((it) => it.label === label)?.value ?? null;
}

const at = (time: number | null) => (time === null ? '' : ` ${moment(time)}`);

/**
 * The last orders that ended, newest first. An end is joined with the order that was placed before it
 * in the same market with the same size, else with the oldest of that market: a reduction is filled
 * with less when less is left to reduce.
 */
export function endedOf(newestFirst: readonly Logged[], most: number): OrderLife[] {
  const waiting: Logged[] = [];
  const triggered: Logged[] = [];
  const ended: OrderLife[] = [];
  for (const [place, logged] of [...newestFirst].reverse().entries()) {
    const { item } = logged;
    if (item.name === 'OrderPlaced') waiting.push(logged);
    else if (item.name === 'OrderTriggered') triggered.push(logged);
    else if (item.name === 'OrderFilled' || item.name === 'OrderKilled')
      ended.push(end(logged, place, take(waiting, item), takeTrigger(triggered, item)));
    else if (item.name === 'OrderRemoved') ended.push(removed(logged, place));
  }
  return ended.reverse().slice(0, most);
}

function take(waiting: Logged[], ending: HistoryItem): Logged | null {
  const size = fact(ending, 'Size');
  const same = waiting.findIndex(({ item }) => item.market === ending.market && fact(item, 'Size') === size);
  const found = same >= 0 ? same : waiting.findIndex(({ item }) => item.market === ending.market);
  return found < 0 ? null : (waiting.splice(found, 1)[0] ?? null);
}

function takeTrigger(triggered: Logged[], ending: HistoryItem): Logged | null {
  const found = triggered.findIndex(({ item }) => item.market === ending.market);
  return found < 0 ? null : (triggered.splice(found, 1)[0] ?? null);
}

function end(logged: Logged, place: number, before: Logged | null, trigger: Logged | null): OrderLife {
  const { item, time, signature } = logged;
  const steps = [done(`Placed${before === null ? '' : at(before.time)}`)];
  const waited = before !== null && before.item.facts.some((it) => it.label.startsWith('Waits for'));
  if (waited && trigger !== null) steps.push(done(`Triggered${at(trigger.time)}`));
  const filled = item.name === 'OrderFilled';
  const published = Number(fact(item, 'Price published'));
  steps.push(
    done(published > 0 ? `Met the price of ${moment(published)}` : 'Met the first price after its delay'),
  );
  const fillPrice = fact(item, 'Fill price');
  if (filled) steps.push(done(`Filled${fillPrice === null ? '' : ` at ${price(fillPrice)}`}${at(time)}`));
  else steps.push({ title: `Ended without a fill${at(time)}`, state: 'bad' });
  return {
    key: `${signature}${place}`,
    symbol: item.symbol ?? '',
    size: fact(item, 'Size'),
    reduceOnly: before?.item.title === 'Reduction ordered',
    steps,
    reason: filled ? null : fact(item, 'Why'),
  };
}

/** One that was taken back, or had expired: the event names its place alone. */
function removed({ signature, time }: Logged, place: number): OrderLife {
  return {
    key: `${signature}${place}`,
    symbol: '',
    size: null,
    reduceOnly: false,
    steps: [done('Placed'), { title: `Taken back${at(time)}`, state: 'bad' }],
    reason:
      'It was removed before a price met it: expired, or a stop that was cancelled. Its reward returned.',
  };
}
