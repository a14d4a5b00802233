// Everything that lives as long as the page: made once at its start, reached by components through a
// context.
import { createContext } from 'react';
import { getWallets } from '@wallet-standard/app';
import { Activities } from './chain/activities';
import { BalanceWatch } from './chain/balances';
import { Book } from './chain/book';
import { ChainClock } from './chain/clock';
import { connectTo, type Connection } from './chain/connection';
import { chainOf, wrongNetwork } from './chain/network';
import { nodeSource } from './chain/source';
import type { Config } from './config';
import { findShareMintPda } from './program';
import type { Engine } from './risk/engine';
import { Selection } from './selection';
import { Approvals } from './wallet/approval';
import { BurnerWallet } from './wallet/burner';
import { WalletSession } from './wallet/session';

export interface World {
  config: Config;
  engine: Engine;
  connection: Connection;
  clock: ChainClock;
  book: Book;
  balances: BalanceWatch;
  session: WalletSession;
  approvals: Approvals;
  /** Only on a local network. */
  burner: BurnerWallet | null;
  activities: Activities;
  selection: Selection;
}

export function createWorld(config: Config, engine: Engine): World {
  const connection = connectTo(config);
  const clock = new ChainClock(connection);
  const shareMint = findShareMintPda().then(([it]) => [it]);
  const source = nodeSource(connection, config.programId, shareMint, () => wrongNetwork(connection, config));
  const approvals = new Approvals();
  return {
    config,
    engine,
    connection,
    clock,
    book: new Book(source, engine, () => clock.now()),
    balances: new BalanceWatch(connection),
    session: new WalletSession(getWallets(), chainOf(config)),
    approvals,
    burner: config.local === null ? null : new BurnerWallet(approvals.approve),
    activities: new Activities(),
    selection: new Selection(),
  };
}

/** There is no page without a world: what is read without one is a fault of the page. */
export const WorldContext = createContext<World>(
  new Proxy({} as World, {
    get() {
      throw new Error('This component stands outside of <Provider>.');
    },
  }),
);
