// What happened: transactions of an account, as the events that the program logged.
import { address, type Address, type Signature } from '@solana/kit';
import { use, useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { WorldContext } from '../world';
import type { Engine } from '../risk/engine';
import type { HistoryItem, MarketView } from '../risk/types';
import type { Connection } from './connection';
import { isUnreachable } from './failure';

export interface HistoryEntry {
  signature: string;
  slot: bigint;
  time: number | null;
  item: HistoryItem;
}

interface Page {
  entries: HistoryEntry[];
  /** The oldest signature that was looked at; null when there is nothing older. */
  oldest: Signature | null;
  newest: Signature | null;
}

const PAGE = 25;
// Transactions fetched at a time, so that a public node does not refuse.
const AT_ONCE = 4;

interface Reading {
  connection: Connection;
  engine: Engine;
}

interface Range {
  before?: Signature;
  until?: Signature;
  limit: number;
}

/** Transactions of an account that succeeded, newest first, with what they logged. */
async function readPage({ connection, engine }: Reading, of: Address, range: Range): Promise<Page> {
  const { rpc } = connection;
  const listed = await rpc.getSignaturesForAddress(of, { ...range, commitment: 'confirmed' }).send();
  const good = listed.filter((it) => it.err === null);
  const found: HistoryEntry[][] = [];
  for (let from = 0; from < good.length; from += AT_ONCE) {
    const part = good.slice(from, from + AT_ONCE);
    found.push(...(await Promise.all(part.map((it) => readOne(connection, engine, it)))));
  }
  return {
    entries: found.flat(),
    oldest: listed.length < range.limit ? null : (listed.at(-1)?.signature ?? null),
    newest: listed[0]?.signature ?? null,
  };
}

interface Listed {
  signature: Signature;
  blockTime: bigint | null;
}

// The time is the list's: Surfpool tells that of a transaction in thousands of seconds.
async function readOne(
  { rpc }: Connection,
  engine: Engine,
  { signature, blockTime }: Listed,
): Promise<HistoryEntry[]> {
  const found = await rpc
    .getTransaction(signature, {
      commitment: 'confirmed',
      encoding: 'base64',
      maxSupportedTransactionVersion: 0,
    })
    .send();
  const logs = found?.meta?.logMessages;
  if (!found || !logs) return [];
  const time = blockTime === null ? null : Number(blockTime);
  // Of one transaction too the newest comes first.
  const items = engine.ask('events', { logs: [...logs] }).toReversed();
  return items.map((item) => ({ signature, slot: found.slot, time, item }));
}

export interface UseHistory {
  /** Newest first. */
  items: HistoryEntry[];
  loading: boolean;
  /** Reads older ones; null when there are none. */
  more: (() => void) | null;
  problem: string | null;
}

interface HistoryState {
  of: string | null;
  items: HistoryEntry[];
  oldest: Signature | null;
  newest: Signature | null;
  loading: boolean;
  problem: string | null;
}

const EMPTY: HistoryState = {
  of: null,
  items: [],
  oldest: null,
  newest: null,
  loading: true,
  problem: null,
};

const LIVE_LIMIT = 100;

export function useHistory(of: string | null): UseHistory {
  const { connection, engine, book } = use(WorldContext);
  const [state, setState] = useState<HistoryState>(EMPTY);
  const [wanted, setWanted] = useState(0);
  const changed = useChanges(of);
  // What failed while the node was gone is tried again when it is back.
  const status = useSyncExternalStore(book.subscribe, () => book.feed().status);
  const current = state.of === of ? state : { ...EMPTY, of };
  const { newest, oldest } = current;
  const begun = current === state;

  // The first page, then what is newer each time that the account changes.
  useEffect(() => {
    if (of === null || book.version() === 0) return;
    const range: Range = newest === null ? { limit: PAGE } : { until: newest, limit: LIVE_LIMIT };
    return reading(
      readPage({ connection, engine }, address(of), range),
      (page) => {
        setState((before) =>
          before.of === of && newest !== null
            ? { ...before, ...added(before, page), problem: null, loading: false }
            : {
                of,
                items: page.entries,
                oldest: page.oldest,
                newest: page.newest,
                loading: false,
                problem: null,
              },
        );
      },
      (problem) => {
        setState((before) => ({
          ...(before.of === of ? before : { ...EMPTY, of }),
          problem,
          loading: false,
        }));
      },
    );
    // `newest` follows from what this effect reads itself.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [of, changed, status, begun, connection, engine, book]);

  // Older ones, when they are asked for.
  useEffect(() => {
    if (wanted === 0 || of === null || oldest === null) return;
    return reading(
      readPage({ connection, engine }, address(of), { before: oldest, limit: PAGE }),
      (page) => {
        setState((before) => ({
          ...before,
          items: [...before.items, ...page.entries],
          oldest: page.oldest,
          loading: false,
          problem: null,
        }));
      },
      (problem) => {
        setState((before) => ({ ...before, problem, loading: false }));
      },
    );
    // One page for each wish: `oldest` follows from what this effect reads itself.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [wanted]);

  const more = useCallback(() => {
    setState((before) => ({ ...before, loading: true }));
    setWanted((before) => before + 1);
  }, []);
  return {
    items: current.items,
    loading: of !== null && current.loading,
    more: oldest === null ? null : more,
    problem: current.problem,
  };
}

function added(before: HistoryState, page: Page): Pick<HistoryState, 'items' | 'newest'> {
  const known = new Set(before.items.map((it) => it.signature));
  const fresh = page.entries.filter((it) => !known.has(it.signature));
  return { items: [...fresh, ...before.items], newest: page.newest ?? before.newest };
}

/** Follows a promise until nobody wants it any more. */
function reading<T>(
  promise: Promise<T>,
  done: (value: T) => void,
  failed: (problem: string) => void,
): () => void {
  let wanted = true;
  promise.then(
    (value) => {
      if (wanted) done(value);
    },
    (error: unknown) => {
      if (wanted) failed(problemOf(error));
    },
  );
  return () => {
    wanted = false;
  };
}

function problemOf(error: unknown): string {
  if (isUnreachable(error)) return 'The history could not be read: the node does not answer.';
  return `The history could not be read. ${error instanceof Error ? error.message : String(error)}`;
}

/** Counts the changes of an account, as the book hears of them. */
function useChanges(of: string | null): number {
  const { book } = use(WorldContext);
  return useSyncExternalStore(book.subscribe, () => (of === null ? 0 : book.changesOf(address(of))));
}

export interface PricePoint {
  time: number;
  /** USD, for drawing. */
  value: number;
}

const POINTS_LIMIT = 200;
const PART = 20;
// Of points kept while the page is open.
const MOST_POINTS = 5_000;

/** Prices of a market: what its last transactions logged, then as the exchange caches them. */
export function usePriceHistory(market: number | null): { points: PricePoint[]; loading: boolean } {
  const { connection, engine, clock, book } = use(WorldContext);
  const version = useSyncExternalStore(book.subscribe, book.version);
  const [past, setPast] = useState<{ of: number; points: PricePoint[]; loading: boolean } | null>(null);
  const [live, setLive] = useState<{ of: number; points: PricePoint[] } | null>(null);
  const ready = version > 0;

  useEffect(() => {
    if (market === null || !ready) return;
    const stop = new AbortController();
    const take = (points: PricePoint[], loading: boolean) => {
      if (!stop.signal.aborted) setPast({ of: market, points, loading });
    };
    void pastPrices({ connection, engine }, market, clock.now(), take, stop.signal);
    return () => {
      stop.abort();
    };
  }, [market, ready, connection, engine, clock]);

  useEffect(() => {
    if (market === null) return;
    return book.subscribe(() => {
      const point = lastPrice(engine, market, clock.now());
      if (point === null) return;
      setLive((before) => {
        const points = before?.of === market ? before.points : [];
        if (points.at(-1)?.time === point.time) return before;
        return { of: market, points: [...points, point].slice(-MOST_POINTS) };
      });
    });
  }, [market, book, engine, clock]);

  return useMemo(() => {
    const before = past?.of === market ? past : null;
    const after = live?.of === market ? live.points : [];
    return {
      points: inOrder([...(before?.points ?? []), ...after]),
      loading: before?.loading ?? market !== null,
    };
  }, [past, live, market]);
}

function marketOf(engine: Engine, market: number, now: number): MarketView | undefined {
  return engine.ask('overview', { now }).markets.find((it) => it.index === market);
}

/** As the exchange has it cached; null while it has none. */
function lastPrice(engine: Engine, market: number, now: number): PricePoint | null {
  try {
    const seen = marketOf(engine, market, now);
    const price = seen?.price ?? null;
    return seen === undefined || price === null ? null : { time: seen.publishTime, value: Number(price) };
  } catch {
    // Whoever asks the engine for what the page shows says so.
    return null;
  }
}

async function pastPrices(
  means: Reading,
  market: number,
  now: number,
  take: (points: PricePoint[], loading: boolean) => void,
  stop: AbortSignal,
): Promise<void> {
  const points: PricePoint[] = [];
  try {
    const seen = marketOf(means.engine, market, now);
    let before: Signature | null = null;
    for (let read = 0; seen !== undefined && read < POINTS_LIMIT && !stop.aborted; read += PART) {
      const range: Range = { limit: PART, ...(before === null ? {} : { before }) };
      const page: Page = await readPage(means, address(seen.address), range);
      for (const { item } of page.entries)
        if (item.price?.market === market)
          points.push({ time: item.price.publishTime, value: Number(item.price.price) });
      take([...points], true);
      before = page.oldest;
      if (before === null) break;
    }
  } catch {
    // The chart shows what there is; live prices follow.
  }
  take([...points], false);
}

/** By time, one for each second. */
function inOrder(points: PricePoint[]): PricePoint[] {
  const byTime = new Map(points.map((it) => [it.time, it]));
  return [...byTime.values()].sort((a, b) => a.time - b.time);
}
