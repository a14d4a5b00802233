// What components read: the configuration, the chain's time, the live exchange, one's own account.
import { use, useEffect, useMemo, useState, useSyncExternalStore, type ReactNode } from 'react';
import { address } from '@solana/kit';
import type { Balances } from './chain/balances';
import type { Feed } from './chain/book';
import type { RequestView } from './chain/request';
import type { Config } from './config';
import { EngineProblem, type Answer, type Engine, type Method, type Request } from './risk/engine';
import type { AccountView, Overview, Problem } from './risk/types';
import { useWallet } from './wallet';
import { ApprovalDialog } from './wallet/approval';
import { createWorld, WorldContext, type World } from './world';

/** Makes the world of the page and keeps it going. */
export function Provider(props: { config: Config; engine: Engine; children: ReactNode }) {
  const { config, engine } = props;
  const [world] = useState(() => createWorld(config, engine));
  useEffect(() => {
    const ends = [world.clock.start(world.book.doubt), world.book.start(), world.session.start(world.burner)];
    window.addEventListener('online', world.book.retry);
    return () => {
      window.removeEventListener('online', world.book.retry);
      for (const end of ends) end();
      world.balances.watch(null);
    };
  }, [world]);
  return (
    <WorldContext value={world}>
      <FollowBalances />
      {props.children}
      <ApprovalDialog approvals={world.approvals} />
    </WorldContext>
  );
}

function useWorld(): World {
  return use(WorldContext);
}

export function useConfig(): Config {
  return useWorld().config;
}

/** Chain time in seconds. */
export function useNow(): number {
  const { clock } = useWorld();
  return useSyncExternalStore(clock.subscribe, clock.second);
}

/** Grows whenever the exchange changed. Zero while nothing is loaded. */
function useVersion(): number {
  const { book } = useWorld();
  return useSyncExternalStore(book.subscribe, book.version);
}

export interface UseFeed extends Feed {
  retry: () => void;
}

/** Whether what is shown is current. */
export function useFeed(): UseFeed {
  const { book } = useWorld();
  const feed = useSyncExternalStore(book.subscribe, book.feed);
  return { ...feed, retry: book.retry };
}

// Answers at past seconds are of no use; while nothing changes they would gather.
const MOST_ANSWERS = 200;

export type Asked<M extends Method> = { answer: Answer<M> | null; problem: Problem | null };

/**
 * Asks the engine, again whenever the exchange or the request changes. Null asks nothing. Both are
 * null until the exchange is loaded.
 */
export function useAsk<M extends Method>(method: M, request: Request<M> | null): Asked<M> {
  const { engine } = useWorld();
  const version = useVersion();
  const key = request === null ? null : JSON.stringify(request);
  return useMemo(() => {
    // The version says which accounts the engine answers from.
    if (key === null || version === 0) return { answer: null, problem: null };
    return answered(engine, version, method, key);
  }, [engine, method, key, version]);
}

interface Answers {
  version: number;
  of: Map<string, Asked<Method>>;
}

const known = new WeakMap<Engine, Answers>();

/** Many components ask the same in a second, such as one's own account: the engine decides it once. */
function answered<M extends Method>(engine: Engine, version: number, method: M, key: string): Asked<M> {
  let answers = known.get(engine);
  if (answers?.version !== version || answers.of.size >= MOST_ANSWERS) {
    answers = { version, of: new Map() };
    known.set(engine, answers);
  }
  const name = `${method} ${key}`;
  const found = answers.of.get(name) as Asked<M> | undefined;
  if (found !== undefined) return found;
  const asked = ask(engine, method, JSON.parse(key) as Request<M>);
  answers.of.set(name, asked);
  return asked;
}

function ask<M extends Method>(engine: Engine, method: M, request: Request<M>): Asked<M> {
  try {
    return { answer: engine.ask(method, request), problem: null };
  } catch (error) {
    if (error instanceof EngineProblem) return { answer: null, problem: error.problem };
    console.error(`the engine failed at ${method}`, error);
    const message = 'The page’s engine failed at this question. Reload the page.';
    return { answer: null, problem: { field: null, code: null, name: null, message } };
  }
}

/** The whole exchange; null while it is loading. */
export function useOverview(): Overview | null {
  const now = useNow();
  return useAsk('overview', { now }).answer;
}

export interface MyAccount {
  /** The connected wallet. */
  owner: string | null;
  /** Where the chosen account is, or would be. */
  address: string | null;
  exists: boolean;
  view: AccountView | null;
  subId: number;
}

export function useMyAccount(): MyAccount {
  const now = useNow();
  const { accounts } = useAccounts();
  const owner = useWallet().connected?.address ?? null;
  const subId = useSubId(owner);
  const place = useAsk('marginAccount', owner === null ? null : { owner, subId }).answer;
  const exists = accounts.some((it) => it.subId === subId);
  const account = place?.address ?? null;
  const view = useAsk('account', exists && account !== null ? { account, now } : null).answer;
  return { owner, address: account, exists, view, subId };
}

function useSubId(owner: string | null): number {
  const { selection } = useWorld();
  useSyncExternalStore(selection.subscribe, selection.snapshot);
  return owner === null ? 0 : selection.of(owner);
}

export interface Accounts {
  accounts: { address: string; subId: number }[];
  select: (subId: number) => void;
}

const NO_ACCOUNTS: Accounts['accounts'] = [];

/** The margin accounts of the connected wallet. */
export function useAccounts(): Accounts {
  const { selection } = useWorld();
  const owner = useWallet().connected?.address ?? null;
  const { answer } = useAsk('accountsOf', owner === null ? null : { owner });
  return {
    accounts: answer ?? NO_ACCOUNTS,
    select: (subId) => {
      if (owner !== null) selection.select(owner, subId);
    },
  };
}

/** What the connected wallet holds. */
export function useBalances(): Balances {
  const { balances } = useWorld();
  return useSyncExternalStore(balances.subscribe, balances.snapshot);
}

/** Requests for liquidity that wait, of everybody. */
export function useLiquidityRequests(): RequestView[] {
  const { book } = useWorld();
  const version = useVersion();
  return useMemo(() => (version === 0 ? [] : book.requests()), [book, version]);
}

// The program makes its shares with these.
const SHARE_DECIMALS = 6;
const TOKEN_PROGRAM = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA';

/** Watches the token accounts of the connected wallet. */
function FollowBalances() {
  const { balances, engine } = useWorld();
  const overview = useOverview();
  const owner = useWallet().connected?.address ?? null;
  useEffect(() => {
    if (owner === null || overview === null) {
      if (owner === null) balances.watch(null);
      return;
    }
    const { banks, pool } = overview;
    const mints = banks.map(({ mint, tokenProgram, decimals }) => ({ mint, tokenProgram, decimals }));
    if (pool !== null)
      mints.push({ mint: pool.shareMint, tokenProgram: TOKEN_PROGRAM, decimals: SHARE_DECIMALS });
    const tokens = mints.flatMap(({ mint, tokenProgram, decimals }) => {
      const { answer } = ask(engine, 'tokenAccount', { owner, mint, tokenProgram });
      return answer === null ? [] : [{ mint: address(mint), account: address(answer.address), decimals }];
    });
    balances.watch({ owner, tokens });
  }, [balances, engine, owner, overview]);
  return null;
}
