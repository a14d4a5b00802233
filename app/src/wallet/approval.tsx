// The burner's own question before it signs, where it is set to ask.
import { useSyncExternalStore } from 'react';
import { Button, Dialog } from '../ui/kit';
import type { Approve, Asked } from './burner';

const ASK = 'whittle.burner.ask';

interface Pending {
  asked: Asked;
  answer: (approved: boolean) => void;
}

/** Questions in their order, and whether to ask at all. */
export class Approvals {
  private queue: readonly Pending[] = [];
  private readonly listeners = new Set<() => void>();

  constructor(private readonly memory: Pick<Storage, 'getItem' | 'setItem'> = localStorage) {}

  approve: Approve = (asked) => {
    if (!this.asks()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const pending: Pending = {
        asked,
        answer: (approved) => {
          this.set(this.queue.filter((it) => it !== pending));
          resolve(approved);
        },
      };
      this.set([...this.queue, pending]);
    });
  };

  /** Whether it asks before each signature. */
  asks = (): boolean => this.memory.getItem(ASK) === 'yes';

  setAsks = (asks: boolean): void => {
    this.memory.setItem(ASK, asks ? 'yes' : 'no');
    this.set([...this.queue]);
  };

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  pending = (): readonly Pending[] => this.queue;

  private set(queue: readonly Pending[]): void {
    this.queue = queue;
    for (const listener of this.listeners) listener();
  }
}

export function ApprovalDialog(props: { approvals: Approvals }) {
  const { approvals } = props;
  const [first] = useSyncExternalStore(approvals.subscribe, approvals.pending);
  if (first === undefined) return null;
  const { asked, answer } = first;
  return (
    <Dialog
      open
      title={`Sign this ${asked.what}?`}
      // Closing is no consent.
      onOpenChange={(open) => {
        if (!open) answer(false);
      }}
    >
      <p>
        The burner wallet <span className="mono">{asked.address}</span> is asked to sign {asked.size} bytes
        for the local network.
      </p>
      <div className="row">
        <Button
          tone="primary"
          onClick={() => {
            answer(true);
          }}
        >
          Approve
        </Button>
        <Button
          onClick={() => {
            answer(false);
          }}
        >
          Reject
        </Button>
      </div>
    </Dialog>
  );
}
