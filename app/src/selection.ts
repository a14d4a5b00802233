// Which of an owner's margin accounts is looked at. Kept for the next visit.
const KEY = 'whittle.account.';

export class Selection {
  private version = 0;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly memory: Pick<Storage, 'getItem' | 'setItem'> = localStorage) {}

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Changes with every choice. */
  snapshot = (): number => this.version;

  of(owner: string): number {
    const kept = Number(this.memory.getItem(KEY + owner));
    return Number.isInteger(kept) && kept >= 0 ? kept : 0;
  }

  select(owner: string, subId: number): void {
    this.memory.setItem(KEY + owner, subId.toString());
    this.version += 1;
    for (const listener of this.listeners) listener();
  }
}
