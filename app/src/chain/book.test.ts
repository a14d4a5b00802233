import { address, getAddressDecoder, type Address } from '@solana/kit';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Book, type Keeper } from './book';
import type { Seen, Source } from './source';

const A = address('6jqQuV2QFN6b7KZdDrk4pUhz6XuX8kCeMXYDQhbL2Hf4');
const B = address('Fgjj2TjznRfQm6aR2sZUBdL2DyhTfnBnKmB49bfwpyEw');

/** Keeps the first byte of each account. */
class Shelf implements Keeper {
  readonly held = new Map<Address, number>();
  private readonly decode = getAddressDecoder();
  take(key: Uint8Array, data: Uint8Array) {
    this.held.set(this.decode.decode(key), data[0] ?? 0);
    return 'account' as const;
  }
  forget(key: Uint8Array) {
    this.held.delete(this.decode.decode(key));
  }
}

interface Told {
  slot: bigint;
  account: Seen;
}

/** A node whose answers and notifications are scripted. */
class ScriptedNode implements Source {
  slot = 10n;
  accounts = new Map<Address, number>([[A, 1]]);
  wrong: string | null = null;
  down = false;
  connections = 0;
  readings = 0;
  /** Runs while a reading is under way, after the node took its picture. */
  meanwhile: () => void = () => undefined;
  private queue: Told[] = [];
  private wake: () => void = () => undefined;
  private broken: Error | null = null;

  check() {
    return this.down ? Promise.reject(new Error('fetch failed')) : Promise.resolve(this.wrong);
  }

  async all() {
    this.readings += 1;
    const accounts = [...this.accounts].map(([it, value]) => seen(it, value));
    const { slot } = this;
    this.meanwhile();
    await Promise.resolve();
    return { slot, accounts };
  }

  some(addresses: readonly Address[]) {
    const accounts = addresses.map((it) => seen(it, this.accounts.get(it) ?? null));
    return Promise.resolve({ slot: this.slot, accounts });
  }

  changes(signal: AbortSignal) {
    if (this.down) return Promise.reject(new Error('fetch failed'));
    this.connections += 1;
    this.broken = null;
    this.queue = [];
    signal.addEventListener('abort', () => {
      this.wake();
    });
    return Promise.resolve(this.stream(signal));
  }

  tell(slot: bigint, at: Address, value: number | null) {
    this.queue.push({ slot, account: seen(at, value) });
    this.wake();
  }

  cut() {
    this.broken = new Error('the WebSocket closed');
    this.wake();
  }

  private async *stream(signal: AbortSignal): AsyncGenerator<Told> {
    for (;;) {
      const next = this.queue.shift();
      if (next !== undefined) yield next;
      else if (signal.aborted) return;
      else if (this.broken !== null) throw this.broken;
      else await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}

function seen(at: Address, value: number | null): Seen {
  return { address: at, data: value === null ? null : Uint8Array.of(value, 0, 0) };
}

let node: ScriptedNode;
let shelf: Shelf;
let book: Book;
let stop: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  node = new ScriptedNode();
  shelf = new Shelf();
  book = new Book(node, shelf, () => 1_000);
  stop = () => undefined;
});

afterEach(() => {
  stop();
  vi.useRealTimers();
});

const begin = () => {
  stop = book.start();
};

/** Lets everything happen that is due within so many milliseconds. */
const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

describe('the book', () => {
  test('is loading, then live with every account', async () => {
    begin();
    expect(book.feed().status).toBe('loading');
    expect(book.version()).toBe(0);
    await pass(200);
    expect(book.feed()).toEqual({ status: 'live', reason: null, since: null });
    expect(shelf.held).toEqual(new Map([[A, 1]]));
    expect(book.version()).toBe(1);
  });

  test('takes over a change, and leaves one of an older slot', async () => {
    begin();
    await pass();
    node.tell(12n, A, 2);
    node.tell(11n, A, 3);
    await pass();
    expect(shelf.held.get(A)).toBe(2);
  });

  test('asks for an account of which a change with an old slot is told', async () => {
    node.slot = 20n;
    begin();
    await pass();
    // The slot is that of a subscription, as Surfpool tells it, and not that of the change.
    node.slot = 21n;
    node.accounts.set(A, 7);
    node.tell(11n, A, 7);
    await pass(100);
    expect(shelf.held.get(A)).toBe(7);
  });

  test('takes the later of two changes in one slot', async () => {
    begin();
    await pass();
    node.tell(12n, A, 2);
    node.tell(12n, A, 3);
    await pass();
    expect(shelf.held.get(A)).toBe(3);
  });

  test('keeps a change that overtook the reading it was asked before', async () => {
    node.meanwhile = () => {
      node.tell(10n, A, 9);
    };
    begin();
    await pass();
    expect(shelf.held.get(A)).toBe(9);
  });

  test('does not let a reading of an older slot overwrite a change', async () => {
    begin();
    await pass();
    node.tell(20n, A, 5);
    await pass();
    await book.look([A]);
    expect(shelf.held.get(A)).toBe(5);
  });

  test('forgets an account that closes, and does not bring it back for an older change', async () => {
    begin();
    await pass();
    node.tell(12n, A, null);
    node.tell(11n, A, 7);
    await pass();
    expect(shelf.held.has(A)).toBe(false);
  });

  test('forgets an account that the next reading no longer has', async () => {
    node.accounts.set(B, 2);
    begin();
    await pass();
    expect(shelf.held.get(B)).toBe(2);
    node.accounts.delete(B);
    node.slot = 30n;
    await pass(300_000);
    expect([...shelf.held.keys()]).toEqual([A]);
  });

  test('stays usable while the node is gone, says since when, and reads all again after', async () => {
    begin();
    await pass(200);
    node.down = true;
    node.cut();
    await pass(200);
    expect(book.feed()).toEqual({
      status: 'down',
      reason: 'the WebSocket closed',
      since: 1_000,
    });
    expect(shelf.held.get(A)).toBe(1);

    // What happened meanwhile is only in the next reading.
    node.accounts.set(A, 4);
    node.slot = 40n;
    node.down = false;
    await pass(10_000);
    expect(book.feed().status).toBe('live');
    expect(shelf.held.get(A)).toBe(4);
    expect(node.connections).toBe(2);
  });

  test('doubles the time between two tries up to half a minute', async () => {
    begin();
    await pass();
    const check = vi.spyOn(node, 'check');
    node.down = true;
    node.cut();
    const tries: number[] = [];
    for (let second = 1; second <= 64; second += 1) {
      const before = check.mock.calls.length;
      await pass(1_000);
      if (check.mock.calls.length > before) tries.push(second);
    }
    expect(tries).toEqual([1, 3, 7, 15, 31, 61]);
  });

  test('tries at once when it is asked to', async () => {
    begin();
    await pass();
    node.down = true;
    node.cut();
    await pass(8_000);
    node.down = false;
    book.retry();
    await pass(200);
    expect(book.feed().status).toBe('live');
  });

  test('is down at once when the chain does not tell the time either', async () => {
    begin();
    await pass(200);
    node.down = true;
    book.doubt(new TypeError('Failed to fetch'));
    await pass(200);
    expect(book.feed()).toMatchObject({ status: 'down', reason: 'The node does not answer.' });
    node.down = false;
    await pass(3_000);
    expect(book.feed().status).toBe('live');
  });

  test('says what is wrong on another network and reads nothing', async () => {
    node.wrong = 'The node is on another network.';
    const other = new Book(node, new Shelf(), () => 1_000);
    const end = other.start();
    await pass(200);
    expect(other.feed()).toEqual({
      status: 'wrongNetwork',
      reason: 'The node is on another network.',
      since: null,
    });
    expect(other.version()).toBe(0);
    end();
  });

  test('connects anew when a silent connection turns out to have missed a change', async () => {
    begin();
    await pass();
    node.accounts.set(A, 8);
    node.slot = 50n;
    await pass(40_000);
    expect(node.connections).toBe(2);
    expect(shelf.held.get(A)).toBe(8);
    expect(book.feed().status).toBe('live');
  });

  test('keeps a silent connection on which nothing was missed', async () => {
    begin();
    await pass();
    await pass(70_000);
    expect(node.connections).toBe(1);
    expect(node.readings).toBe(3);
  });

  test('tells of many changes a few times a second at most', async () => {
    begin();
    await pass(200);
    const told = vi.fn();
    book.subscribe(told);
    for (let change = 0; change < 100; change += 1) {
      node.tell(BigInt(100 + change), A, change);
      await pass(10);
    }
    expect(told.mock.calls.length).toBeLessThanOrEqual(6);
    await pass(200);
    expect(shelf.held.get(A)).toBe(99);
  });

  test('is told again of an account that could not be kept', async () => {
    const picky = new Shelf();
    const take = vi.spyOn(picky, 'take').mockImplementationOnce(() => {
      throw new TypeError('detached');
    });
    const other = new Book(node, picky, () => 1_000);
    const end = other.start();
    await pass(100);
    expect(other.feed().reason).toBe(`The page could not read the account ${A}. Reload the page.`);
    await pass(2_000);
    expect(take).toHaveBeenCalledTimes(2);
    expect(picky.held.get(A)).toBe(1);
    end();
  });
});
