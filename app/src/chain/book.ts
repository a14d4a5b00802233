// The live copy of the exchange: every account of the program, as the engine holds them.
import { getAddressEncoder, type Address } from '@solana/kit';
import { decodeRequest, type RequestView } from './request';
import { ended, sleep } from './connection';
import { isUnreachable } from './failure';
import { Ledger } from './ledger';
import type { Seen, Source } from './source';
import type { Kind } from '../risk/types';

export type FeedStatus = 'loading' | 'live' | 'resyncing' | 'down' | 'wrongNetwork';

export interface Feed {
  status: FeedStatus;
  /** Why it is not live, for a person. */
  reason: string | null;
  /** Chain time up to which the copy is current, when it is not live. */
  since: number | null;
}

/** What the book keeps accounts in. */
export interface Keeper {
  take(address: Uint8Array, data: Uint8Array): Kind | null;
  forget(address: Uint8Array): void;
}

// A lost connection is tried again after the first, then after twice that, up to the last.
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;
// Closed accounts are not told of by every node, so that all is read again now and then.
const REREAD_MS = 300_000;
// Nothing said for so long is looked into: the connection may be dead without knowing it.
const SILENCE_MS = 30_000;
const WATCH_MS = 5_000;
const MOST_OFTEN_MS = 200;
// Changes of one transaction come within a few of these.
const RECHECK_MS = 20;

export class Book {
  private readonly encode = getAddressEncoder();
  private readonly ledger = new Ledger();
  private readonly changes = new Map<Address, number>();
  /** Accounts of other programs, of whose changes no notification tells. */
  private readonly beside = new Set<Address>();
  private readonly unsure = new Set<Address>();
  private asking: ReturnType<typeof setTimeout> | null = null;
  private readonly requestData = new Map<Address, RequestView>();
  private readonly listeners = new Set<() => void>();
  private stopped = new AbortController();
  private wake = new AbortController();
  private state: Feed = { status: 'loading', reason: null, since: null };
  private counted = 0;
  private due: ReturnType<typeof setTimeout> | null = null;
  private toldAt = 0;
  private heardAt = 0;
  private readAt = 0;
  private currentAt: number | null = null;
  private loaded = false;
  private doubted: (error: unknown) => void = () => undefined;

  constructor(
    private readonly source: Source,
    private readonly keeper: Keeper,
    /** Chain time. */
    private readonly now: () => number,
  ) {}

  /** Keeps the copy current until the returned function is called. */
  start(): () => void {
    const stopped = new AbortController();
    this.stopped = stopped;
    void this.keepGoing(stopped.signal);
    return () => {
      stopped.abort();
      for (const timer of [this.due, this.asking]) if (timer !== null) clearTimeout(timer);
      this.due = this.asking = null;
    };
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Grows with everything that listeners are told of. Zero while nothing is loaded. */
  version = (): number => this.counted;

  feed = (): Feed => this.state;

  /** Tries now instead of after the wait. */
  retry = (): void => {
    this.wake.abort();
  };

  /** Others found that the node does not answer: its silence here is no sign that all is well. */
  doubt = (error: unknown): void => {
    this.doubted(error);
  };

  /** Reads these accounts now: after a transaction of one's own, and where the node may not tell. */
  async look(addresses: readonly Address[]): Promise<void> {
    const before = this.ledger.mark();
    const { slot, accounts } = await this.source.some(addresses);
    // One that was never the program's is none of ours.
    const ours = accounts.filter((it) => it.data !== null || this.ledger.has(it.address));
    this.accept(slot, ours, before);
    this.tell();
  }

  /** How often an account changed since it is known. */
  changesOf(address: Address): number {
    return this.changes.get(address) ?? 0;
  }

  /** Requests for liquidity that wait. */
  requests(): RequestView[] {
    return [...this.requestData.values()];
  }

  private async keepGoing(stop: AbortSignal): Promise<void> {
    let wait = FIRST_RETRY_MS;
    while (!ended(stop)) {
      const session = new AbortController();
      const end = () => {
        session.abort();
      };
      stop.addEventListener('abort', end);
      try {
        const wrong = await this.source.check();
        if (wrong === null) {
          await this.session(session, () => (wait = FIRST_RETRY_MS));
          this.lost(stop, 'The node ended the connection.');
        } else this.set({ status: 'wrongNetwork', reason: wrong, since: this.currentAt });
      } catch (error) {
        this.lost(stop, reasonOf(error));
      } finally {
        end();
        stop.removeEventListener('abort', end);
      }
      if (ended(stop)) return;
      this.wake = new AbortController();
      await sleep(wait, AbortSignal.any([stop, this.wake.signal]));
      wait = Math.min(wait * 2, LAST_RETRY_MS);
    }
  }

  private lost(stop: AbortSignal, reason: string): void {
    if (!stop.aborted) this.set({ status: 'down', reason, since: this.currentAt });
  }

  /** One connection, from its beginning to its loss. */
  private async session(session: AbortController, begun: () => void): Promise<void> {
    // First the changes, then what is: nothing between the two can be missed.
    const changes = await this.source.changes(session.signal);
    if (this.loaded)
      this.set({ status: 'resyncing', reason: 'Reading the exchange again.', since: this.currentAt });
    const listening = this.listen(changes);
    // Its failure is looked at below, when the first reading is done.
    listening.catch(() => undefined);
    await this.reread();
    begun();
    this.set({ status: 'live', reason: null, since: null });
    const watching = this.watch(session.signal);
    try {
      const doubted = new Promise<never>((_, reject) => (this.doubted = reject));
      await Promise.race([listening, watching, doubted]);
    } finally {
      this.doubted = () => undefined;
      session.abort();
    }
  }

  private async listen(changes: AsyncIterable<{ slot: bigint; account: Seen }>): Promise<void> {
    for await (const { slot, account } of changes) {
      this.heardAt = performance.now();
      this.currentAt = this.now();
      if (this.ledger.hear(account.address, slot, account.data !== null)) this.keep(account);
      else this.recheck(account.address);
      this.tell();
    }
  }

  /** Reads all again when it is time to. Throws when it shows that the connection is dead. */
  private async watch(signal: AbortSignal): Promise<void> {
    while (!ended(signal)) {
      await sleep(WATCH_MS, signal);
      if (ended(signal)) return;
      const now = performance.now();
      const silent = now - this.heardAt >= SILENCE_MS;
      if (!silent && now - this.readAt < REREAD_MS) continue;
      const changed = await this.reread();
      if (silent && changed > 0) throw new Error('The node stopped telling what changes.');
      this.currentAt = this.now();
    }
  }

  /** Reads everything. Returns how many accounts were not as known. */
  private async reread(): Promise<number> {
    const before = this.ledger.mark();
    const { slot, accounts } = await this.source.all();
    const gone = this.ledger
      .missing(new Set(accounts.map((it) => it.address)))
      .map((address) => ({ address, data: null }));
    const changed = this.accept(slot, [...accounts, ...gone], before);
    this.heardAt = this.readAt = performance.now();
    this.currentAt = this.now();
    this.loaded = true;
    this.tell();
    return changed;
  }

  private accept(slot: bigint, accounts: Seen[], before: number): number {
    let changed = 0;
    for (const account of accounts) {
      const size = account.data === null ? null : digest(account.data);
      const news = this.ledger.read(account.address, slot, size, before);
      if (news !== 'changed') continue;
      changed += 1;
      this.keep(account);
    }
    return changed;
  }

  private keep({ address, data }: Seen): void {
    const key = new Uint8Array(this.encode.encode(address));
    this.changes.set(address, this.changesOf(address) + 1);
    this.requestData.delete(address);
    if (data === null) {
      this.keeper.forget(key);
      return;
    }
    this.ledger.note(address, digest(data));
    const kind = this.taken(address, key, data);
    if (kind === 'request') this.requestData.set(address, decodeRequest(address, data));
    if (kind === 'shareMint') this.beside.add(address);
    // Whoever fills a request closes its account and mints or burns shares, and changes the pool with it.
    if (kind === 'pool') this.lookBeside();
  }

  private taken(address: Address, key: Uint8Array, data: Uint8Array): Kind | null {
    try {
      return this.keeper.take(key, data);
    } catch (error) {
      this.ledger.drop(address);
      throw new Error(`The page could not read the account ${address}. Reload the page.`, {
        cause: error,
      });
    }
  }

  /**
   * Something changed, and the slot that came with it is behind what is known: the change was overtaken,
   * or the node stamps notifications with an old slot, as Surfpool does with that of the subscription.
   * The account itself is asked what it is now, once for all changes of a moment.
   */
  private recheck(address: Address): void {
    this.unsure.add(address);
    if (this.asking !== null) return;
    this.asking = setTimeout(() => {
      this.asking = null;
      const addresses = [...this.unsure];
      this.unsure.clear();
      // A failure shows in the feed, and the next reading has them again.
      this.look(addresses).catch(() => undefined);
    }, RECHECK_MS);
  }

  private lookBeside(): void {
    const addresses = [...this.requestData.keys(), ...this.beside];
    if (addresses.length === 0) return;
    // A failure shows in the feed, and the next reading has them again.
    this.look(addresses).catch(() => undefined);
  }

  private set(next: Feed): void {
    this.state = next;
    this.tell();
  }

  /** Tells listeners, a few times a second at most. */
  private tell(): void {
    if (this.due !== null || this.stopped.signal.aborted) return;
    const wait = Math.max(0, this.toldAt + MOST_OFTEN_MS - performance.now());
    this.due = setTimeout(() => {
      this.due = null;
      this.toldAt = performance.now();
      if (this.loaded) this.counted += 1;
      for (const listener of this.listeners) listener();
    }, wait);
  }
}

/** A few bits of what is in an account, to see whether it changed. FNV-1a. */
function digest(data: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of data) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

function reasonOf(error: unknown): string {
  if (isUnreachable(error)) return 'The node does not answer.';
  return error instanceof Error ? error.message : String(error);
}
