// Which state of an account is the newest: notifications and readings overtake each other.
import type { Address } from '@solana/kit';

interface Entry {
  slot: bigint;
  /** Grows with every notification: tells the order within a slot. */
  heard: number;
  open: boolean;
  digest: number | null;
}

export class Ledger {
  private readonly entries = new Map<Address, Entry>();
  private sequence = 0;

  /** To give to {@link read}: taken before the question was asked. */
  mark(): number {
    return this.sequence;
  }

  has(address: Address): boolean {
    return this.entries.get(address)?.open === true;
  }

  /** Whether a notification is not older than what is known. Those of a slot come in their order. */
  hear(address: Address, slot: bigint, open: boolean): boolean {
    const known = this.entries.get(address);
    if (known !== undefined && known.slot > slot) return false;
    this.sequence += 1;
    this.entries.set(address, { slot, heard: this.sequence, open, digest: null });
    return true;
  }

  /** The same for a reading that was asked for at `mark`; `digest` is null when the account is gone. */
  read(address: Address, slot: bigint, digest: number | null, mark: number): 'older' | 'same' | 'changed' {
    const known = this.entries.get(address);
    if (known !== undefined) {
      const overtaken = known.slot === slot && known.heard > mark;
      if (known.slot > slot || overtaken) return 'older';
    }
    const heard = known?.heard ?? 0;
    this.entries.set(address, { slot, heard, open: digest !== null, digest });
    const before = known?.open === true ? known.digest : null;
    return before === digest ? 'same' : 'changed';
  }

  /** What was told of it could not be kept: it is not known. */
  drop(address: Address): void {
    this.entries.delete(address);
  }

  note(address: Address, digest: number): void {
    const known = this.entries.get(address);
    if (known !== undefined) known.digest = digest;
  }

  /** Open accounts that are not among these. */
  missing(present: ReadonlySet<Address>): Address[] {
    const open = [...this.entries].filter(([address, entry]) => entry.open && !present.has(address));
    return open.map(([address]) => address);
  }
}
