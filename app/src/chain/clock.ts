// What time the chain has. Not the computer's: prices, delays and pauses are judged by the chain's
// clock, and a local validator's can be moved.
import { address, fetchEncodedAccount } from '@solana/kit';
import type { Connection } from './connection';

const SYSVAR = address('SysvarC1ock11111111111111111111111111111111');
const EVERY_MS = 2_000;
// One answer may get lost.
const MOST_FAILURES = 2;
// slot, start of the epoch, epoch, epoch of the leader schedule; each eight bytes.
const UNIX_TIMESTAMP_AT = 32;
// The chain's clock moves in steps; between two readings the computer's is ahead of it by up to this.
const STEP_SECS = 2;

export class ChainClock {
  private base = Date.now() / 1000;
  private readAt = performance.now();
  private known = false;
  private readonly listeners = new Set<() => void>();
  private told = 0;

  constructor(private readonly connection: Connection) {}

  /** Seconds since 1970 by the chain. By the computer until the chain was asked. */
  now(): number {
    return Math.floor(this.base + (performance.now() - this.readAt) / 1000);
  }

  /** Asks the chain from now on, and tells when it gives no answer; returns how to stop. */
  start(unanswered: (error: unknown) => void): () => void {
    let asking = false;
    let failures = 0;
    const ask = async () => {
      if (asking) return;
      asking = true;
      try {
        await this.read();
        failures = 0;
      } catch (error) {
        // Meanwhile the computer's clock carries on.
        failures += 1;
        if (failures >= MOST_FAILURES) unanswered(error);
      } finally {
        asking = false;
      }
    };
    const poll = setInterval(() => void ask(), EVERY_MS);
    const tick = setInterval(() => {
      this.tick();
    }, 250);
    void ask();
    return () => {
      clearInterval(poll);
      clearInterval(tick);
    };
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** The second that listeners were told of. */
  second = (): number => {
    if (this.told === 0) this.told = this.now();
    return this.told;
  };

  async read(): Promise<void> {
    const account = await fetchEncodedAccount(this.connection.rpc, SYSVAR, { commitment: 'confirmed' });
    if (!account.exists) return;
    const { buffer, byteOffset, byteLength } = account.data;
    const read = Number(new DataView(buffer, byteOffset, byteLength).getBigInt64(UNIX_TIMESTAMP_AT, true));
    this.set(read);
  }

  /** Takes over a reading. Small differences to what was shown do not turn time back. */
  set(read: number): void {
    const shown = this.now();
    const behind = shown - read;
    if (this.known && behind >= 0 && behind <= STEP_SECS) return;
    this.base = read;
    this.readAt = performance.now();
    this.known = true;
    this.tick();
  }

  private tick(): void {
    const now = this.now();
    if (now === this.told) return;
    this.told = now;
    for (const listener of this.listeners) listener();
  }
}
