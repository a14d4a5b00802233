// What this page sent, for a list of it.
import type { Failure } from './failure';
import type { Step } from './submit';

export interface Activity {
  id: number;
  title: string;
  state: Step | 'confirmed' | 'rejected' | 'expired' | 'failed';
  signature: string | null;
  failure: Failure | null;
  /** Chain time. */
  at: number;
}

// Of the activity list.
const MOST_KEPT = 50;

const RUNNING: readonly Activity['state'][] = ['building', 'waiting', 'sent'];

/** What this page sent since it was opened. */
export class Activities {
  private list: readonly Activity[] = [];
  private next = 1;
  private readonly listeners = new Set<() => void>();

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Newest first. */
  all = (): readonly Activity[] => this.list;

  busy = (): boolean => this.list.some((it) => RUNNING.includes(it.state));

  begin(title: string, at: number): number {
    const id = this.next++;
    const begun: Activity = { id, title, state: 'building', signature: null, failure: null, at };
    this.set([begun, ...this.list].slice(0, MOST_KEPT));
    return id;
  }

  change(id: number, part: Partial<Activity>): void {
    this.set(this.list.map((it) => (it.id === id ? { ...it, ...part } : it)));
  }

  private set(list: readonly Activity[]): void {
    this.list = list;
    for (const listener of this.listeners) listener();
  }
}
