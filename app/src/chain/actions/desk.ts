// What builders of instructions look things up with.
import { getCreateAssociatedTokenIdempotentInstruction } from '@solana-program/token';
import { address, createNoopSigner, type Address, type Instruction, type NoopSigner } from '@solana/kit';
import type { RequestView } from '../request';
import type { Connection } from '../connection';
import { failure, TransactionFailure } from '../failure';
import { updates, type Needed } from '../oracles';
import type { Config } from '../../config';
import { getOpenMarginAccountInstruction } from '../../program';
import type { Engine } from '../../risk/engine';
import type {
  AccountView,
  BankView,
  ExchangeView,
  InsuranceView,
  MarketView,
  Overview,
  PoolView,
} from '../../risk/types';

export interface DeskMeans {
  config: Config;
  connection: Connection;
  engine: Engine;
  /** The connected wallet. */
  owner: Address | null;
  /** The chosen margin account's number. */
  subId: number;
  /** Chain time. */
  now: () => number;
  requests: () => RequestView[];
}

function missing(what: string): TransactionFailure {
  return new TransactionFailure(failure('input', what));
}

export class Desk {
  constructor(readonly means: DeskMeans) {}

  /** Signs later, in the wallet. Throws when no wallet is connected. */
  owner(): NoopSigner {
    const { owner } = this.means;
    if (owner === null) throw new TransactionFailure(failure('noWallet'));
    return createNoopSigner(owner);
  }

  overview(): Overview {
    return this.means.engine.ask('overview', { now: this.means.now() });
  }

  exchangeView(): ExchangeView {
    const { exchange } = this.overview();
    if (exchange === null) throw missing('There is no exchange on this network.');
    return exchange;
  }

  exchange(): Address {
    return address(this.exchangeView().address);
  }

  insurance(): Address {
    const { insurance } = this.overview();
    if (insurance === null) throw missing('The exchange has no insurance fund yet.');
    return address((insurance satisfies InsuranceView).address);
  }

  pool(): PoolView {
    const { pool } = this.overview();
    if (pool === null) throw missing('The exchange has no pool yet.');
    return pool;
  }

  market(index: number): MarketView {
    const found = this.overview().markets.find((it) => it.index === index);
    if (found === undefined) throw missing(`There is no market number ${index}.`);
    return found;
  }

  bank(index: number): BankView {
    const found = this.overview().banks.find((it) => it.index === index);
    if (found === undefined) throw missing(`There is no token number ${index}.`);
    return found;
  }

  account(account: string): AccountView {
    return this.means.engine.ask('account', { account, now: this.means.now() });
  }

  /** Accounts that an instruction on this account needs behind its own. */
  remaining(account: string, writable: 'none' | 'all', fills: number | null = null) {
    return this.means.engine.ask('remaining', { account, writable, fills });
  }

  /** Where a wallet keeps a token. */
  tokenAccount(owner: string, mint: string, tokenProgram: string): Address {
    return address(this.means.engine.ask('tokenAccount', { owner, mint, tokenProgram }).address);
  }

  /** Makes the wallet's account for a token where there is none. */
  createTokenAccount(mint: string, tokenProgram: string): Instruction {
    const owner = this.owner();
    return getCreateAssociatedTokenIdempotentInstruction({
      payer: owner,
      ata: this.tokenAccount(owner.address, mint, tokenProgram),
      owner: owner.address,
      mint: address(mint),
      tokenProgram: address(tokenProgram),
    });
  }

  /** The wallet's margin account with this number, and how to open it where it is not open. */
  marginAccount(subId: number): { account: Address; open: Instruction[] } {
    const owner = this.owner();
    const { engine } = this.means;
    const account = address(engine.ask('marginAccount', { owner: owner.address, subId }).address);
    const known = engine.ask('accountsOf', { owner: owner.address });
    if (known.some((it) => it.subId === subId)) return { account, open: [] };
    return { account, open: [getOpenMarginAccountInstruction({ owner, account, subId })] };
  }

  /**
   * Where the wallet's rewards go: the chosen account, opened where it is not. An account pays no
   * reward to itself, so that one's own is served for another of one's accounts.
   */
  rewarded(payer: string): { account: Address; open: Instruction[] } {
    const chosen = this.marginAccount(this.means.subId);
    if (chosen.account !== payer) return chosen;
    const own = this.means.engine.ask('accountsOf', { owner: this.owner().address });
    const other = own.find((it) => it.address !== payer);
    if (other !== undefined) return this.marginAccount(other.subId);
    const used = new Set(own.map((it) => it.subId));
    let free = 0;
    while (used.has(free)) free += 1;
    return this.marginAccount(free);
  }

  /** Caches newer prices of all that an account holds, and of these markets. */
  pricesOf(account: string, alsoMarkets: number[] = []): Promise<Instruction[]> {
    const { positions, collaterals } = this.account(account);
    const markets = [...positions.map((it) => it.market), ...alsoMarkets];
    return this.prices({ markets, banks: collaterals.map((it) => it.bank) });
  }

  prices(needed: Needed): Promise<Instruction[]> {
    return updates(this.means, this.overview(), needed);
  }
}
