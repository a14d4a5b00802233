import { act, renderHook, waitFor } from '@testing-library/react';
import { createSolanaRpcFromTransport, getBase58Decoder, type RpcTransport } from '@solana/kit';
import type { ReactNode } from 'react';
import { beforeEach, describe, expect, test } from 'vitest';
import { WorldContext, type World } from '../world';
import { useHistory, usePriceHistory } from './history';

const ACCOUNT = '6jqQuV2QFN6b7KZdDrk4pUhz6XuX8kCeMXYDQhbL2Hf4';

interface Transaction {
  signature: string;
  slot: number;
  err: unknown;
  logs: string[];
}

/** A node with the transactions of one account, newest first. */
class ScriptedNode {
  transactions: Transaction[] = [];
  down = false;
  fetched: string[] = [];

  readonly transport = (async ({ payload }: { payload: unknown }) => {
    const { method, params } = payload as { method: string; params: unknown[] };
    await Promise.resolve();
    if (this.down) throw new TypeError('Failed to fetch');
    const result =
      method === 'getSignaturesForAddress' ? this.list(params[1] as Range) : this.one(params[0] as string);
    return { jsonrpc: '2.0', id: 1, result };
  }) as RpcTransport;

  add(count: number, err: unknown = null, log = 'event') {
    for (let made = 0; made < count; made += 1) {
      const slot = this.transactions.length + 1;
      const signature = getBase58Decoder().decode(new Uint8Array(64).fill(slot));
      this.transactions.unshift({ signature, slot, err, logs: [`${log} ${slot}`] });
    }
  }

  private list({ before, until, limit }: Range) {
    const at = (signature: string | undefined, otherwise: number) =>
      signature === undefined ? otherwise : this.transactions.findIndex((it) => it.signature === signature);
    const from = before === undefined ? 0 : at(before, 0) + 1;
    const part = this.transactions.slice(from, at(until, this.transactions.length)).slice(0, limit);
    return part.map(({ signature, slot, err }) => ({
      signature,
      slot,
      err,
      blockTime: 1_000 + slot,
      memo: null,
      confirmationStatus: 'confirmed',
    }));
  }

  private one(signature: string) {
    this.fetched.push(signature);
    const found = this.transactions.find((it) => it.signature === signature);
    if (found === undefined) return null;
    const meta = { err: found.err, logMessages: found.logs };
    return { slot: found.slot, blockTime: 1_000 + found.slot, meta, transaction: ['', 'base64'] };
  }
}

interface Range {
  before?: string;
  until?: string;
  limit: number;
}

let node: ScriptedNode;
let changes: number;
let price: string;
let listeners: Set<() => void>;

/** The engine reads one event of each log; the book counts changes as it is told to. */
function world(): World {
  const events = (logs: string[]) =>
    logs.map((title) => ({
      title,
      price: { market: 0, publishTime: Number(title.split(' ')[1]), price: '100' },
    }));
  const engine = {
    ask: (method: string, { logs = [] }: { logs?: string[] }) =>
      method === 'events'
        ? events(logs)
        : { markets: [{ index: 0, address: ACCOUNT, price, publishTime: 500 + changes }] },
  };
  const book = {
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    version: () => changes,
    changesOf: () => changes,
    feed: () => ({ status: node.down ? 'down' : 'live' }),
  };
  const connection = { rpc: createSolanaRpcFromTransport(node.transport) };
  return { engine, book, connection, clock: { now: () => 1_000 } } as unknown as World;
}

function change() {
  act(() => {
    changes += 1;
    for (const listener of listeners) listener();
  });
}

function within() {
  const value = world();
  return {
    wrapper: ({ children }: { children: ReactNode }) => <WorldContext value={value}>{children}</WorldContext>,
  };
}

beforeEach(() => {
  node = new ScriptedNode();
  changes = 1;
  price = '101';
  listeners = new Set();
});

describe('the history of an account', () => {
  test('begins with the newest, and leaves out what failed', async () => {
    node.add(2);
    node.add(1, { InstructionError: [0, { Custom: 6000 }] });
    const { result } = renderHook(() => useHistory(ACCOUNT), within());
    await waitFor(() => {
      expect(result.current.loading).toBe(false);
    });
    expect(result.current.items.map((it) => it.item.title)).toEqual(['event 2', 'event 1']);
    expect(result.current.items[0]).toMatchObject({ slot: 2n, time: 1_002 });
    expect(result.current.more).toBeNull();
    expect(node.fetched).toHaveLength(2);
  });

  test('gives older ones when they are asked for, until there are none', async () => {
    node.add(40);
    const { result } = renderHook(() => useHistory(ACCOUNT), within());
    await waitFor(() => {
      expect(result.current.items).toHaveLength(25);
    });
    act(() => {
      result.current.more?.();
    });
    await waitFor(() => {
      expect(result.current.items).toHaveLength(40);
    });
    expect(result.current.items.at(-1)?.item.title).toBe('event 1');
    expect(result.current.more).toBeNull();
  });

  test('grows at its head when the account changes', async () => {
    node.add(1);
    const { result } = renderHook(() => useHistory(ACCOUNT), within());
    await waitFor(() => {
      expect(result.current.items).toHaveLength(1);
    });
    node.add(1);
    change();
    await waitFor(() => {
      expect(result.current.items.map((it) => it.item.title)).toEqual(['event 2', 'event 1']);
    });
    // What was read before is not read again.
    expect(node.fetched).toHaveLength(2);
  });

  test('keeps what it has and says so when the node does not answer', async () => {
    node.add(1);
    const { result } = renderHook(() => useHistory(ACCOUNT), within());
    await waitFor(() => {
      expect(result.current.items).toHaveLength(1);
    });
    node.down = true;
    change();
    await waitFor(() => {
      expect(result.current.problem).toBe('The history could not be read: the node does not answer.');
    });
    expect(result.current.items).toHaveLength(1);
  });

  test('is read when the node is back', async () => {
    node.add(1);
    node.down = true;
    const { result } = renderHook(() => useHistory(ACCOUNT), within());
    await waitFor(() => {
      expect(result.current.problem).not.toBeNull();
    });
    node.down = false;
    act(() => {
      for (const listener of listeners) listener();
    });
    await waitFor(() => {
      expect(result.current.items).toHaveLength(1);
    });
    expect(result.current.problem).toBeNull();
  });
});

describe('the prices of a market', () => {
  test('are those that were logged, by time, then those that are cached', async () => {
    node.add(30);
    const { result } = renderHook(() => usePriceHistory(0), within());
    await waitFor(() => {
      expect(result.current).toMatchObject({ loading: false });
      expect(result.current.points).toHaveLength(30);
    });
    price = '102';
    change();
    expect(result.current.points.at(-1)).toEqual({ time: 502, value: 102 });
    expect(result.current.points.map((it) => it.time)).toEqual(
      result.current.points.map((it) => it.time).toSorted((a, b) => a - b),
    );
  });

  test('are at most those of two hundred transactions', async () => {
    node.add(240);
    const { result } = renderHook(() => usePriceHistory(0), within());
    await waitFor(() => {
      expect(result.current.loading).toBe(false);
    });
    expect(node.fetched).toHaveLength(200);
  });
});
