// What the connected wallet holds: SOL, and the tokens that the exchange knows.
import { getTokenDecoder } from '@solana-program/token';
import type { Address } from '@solana/kit';
import { decimal } from '../decimal';
import { bytesOfBase64, ended, sleep, type Connection } from './connection';

export interface Token {
  mint: Address;
  account: Address;
  decimals: number;
}

export interface Balances {
  /** Decimal SOL; null while it is not known. */
  sol: string | null;
  tokens: Record<string, { amount: string; account: string } | undefined>;
}

const NONE: Balances = { sol: null, tokens: {} };
const LAMPORT_DECIMALS = 9;
// Subscriptions tell sooner; this repairs what they missed.
const POLL_MS = 15_000;
const RETRY_MS = 2_000;
// Of addresses in one request, by the node's limit.
const MOST = 100;

interface Watched {
  owner: Address;
  tokens: Token[];
}

export class BalanceWatch {
  private state: Balances = NONE;
  private watched: Watched | null = null;
  private stop = new AbortController();
  private readonly slots = new Map<Address, bigint>();
  private readonly listeners = new Set<() => void>();

  constructor(private readonly connection: Connection) {}

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): Balances => this.state;

  /** Follows this wallet's accounts from now on; null follows none. */
  watch(next: Watched | null): void {
    if (JSON.stringify(next) === JSON.stringify(this.watched)) return;
    const sameOwner = next?.owner === this.watched?.owner;
    this.stop.abort();
    this.watched = next;
    this.slots.clear();
    if (!sameOwner) this.set(NONE);
    if (next === null) return;
    const stop = (this.stop = new AbortController());
    void this.poll(next, stop.signal);
    for (const address of [next.owner, ...next.tokens.map((it) => it.account)])
      void this.follow(address, next, stop.signal);
  }

  private async poll(watched: Watched, stop: AbortSignal): Promise<void> {
    const addresses = [watched.owner, ...watched.tokens.map((it) => it.account)].slice(0, MOST);
    while (!ended(stop)) {
      let wait = POLL_MS;
      try {
        await this.read(watched, addresses, stop);
      } catch {
        // The feed says that the node is gone; what was known stays.
        wait = RETRY_MS;
      }
      await sleep(wait, stop);
    }
  }

  private async read(watched: Watched, addresses: Address[], stop: AbortSignal): Promise<void> {
    const { context, value } = await this.connection.rpc
      .getMultipleAccounts(addresses, { encoding: 'base64', commitment: 'confirmed' })
      .send();
    if (ended(stop)) return;
    for (const [at, address] of addresses.entries())
      this.accept(watched, address, context.slot, value[at] ?? null);
  }

  private async follow(address: Address, watched: Watched, stop: AbortSignal): Promise<void> {
    while (!ended(stop)) {
      try {
        const told = await this.connection.subscriptions
          .accountNotifications(address, { encoding: 'base64', commitment: 'confirmed' })
          .subscribe({ abortSignal: stop });
        for await (const { context, value } of told) {
          const known = this.slots.get(address) ?? 0n;
          // A node may stamp it with an old slot: then the account is asked what it holds now.
          if (context.slot < known) await this.read(watched, [address], stop);
          else this.accept(watched, address, context.slot, value);
        }
      } catch {
        // Polling goes on; the subscription is tried again.
      }
      await sleep(RETRY_MS, stop);
    }
  }

  private accept(
    { owner, tokens }: Watched,
    address: Address,
    slot: bigint,
    account: { lamports: bigint; data: readonly [string, string] } | null,
  ): void {
    if (slot < (this.slots.get(address) ?? 0n)) return;
    this.slots.set(address, slot);
    if (address === owner) {
      this.set({ ...this.state, sol: decimal(account?.lamports ?? 0n, LAMPORT_DECIMALS) });
      return;
    }
    const token = tokens.find((it) => it.account === address);
    if (token === undefined) return;
    const atoms = account === null ? null : amountOf(bytesOfBase64(account.data[0]));
    const entry = atoms === null ? undefined : { amount: decimal(atoms, token.decimals), account: address };
    this.set({ ...this.state, tokens: { ...this.state.tokens, [token.mint]: entry } });
  }

  private set(next: Balances): void {
    if (JSON.stringify(next) === JSON.stringify(this.state)) return;
    this.state = next;
    for (const listener of this.listeners) listener();
  }
}

// Token-2022 appends extensions to the same layout.
const TOKEN_BYTES = 165;

function amountOf(data: Uint8Array): bigint | null {
  return data.length < TOKEN_BYTES ? null : getTokenDecoder().decode(data.subarray(0, TOKEN_BYTES)).amount;
}
