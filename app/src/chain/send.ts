// Transactions for components: each has one toast that changes with it, and a line in the activity.
import type { Address } from '@solana/kit';
import { use, useCallback, useSyncExternalStore } from 'react';
import { toast } from 'sonner';
import { WorldContext, type World } from '../world';
import type { Activity } from './activities';
import type { Failure, Outcome } from './failure';
import { submit, type Step, type Wanted } from './submit';

export type { Activity, Failure, Outcome, Wanted };

const STATES: Record<Step, string> = {
  building: 'Preparing and checking',
  waiting: 'Waiting for your wallet',
  sent: 'Sent, waiting for confirmation',
};

const CONFIRMED_MS = 5_000;

export function useTransaction(): { run: (wanted: Wanted) => Promise<Outcome>; busy: boolean } {
  const world = use(WorldContext);
  const busy = useSyncExternalStore(world.activities.subscribe, world.activities.busy);
  const run = useCallback((wanted: Wanted) => runIn(world, wanted), [world]);
  return { run, busy };
}

export function useTransactions(): readonly Activity[] {
  const { activities } = use(WorldContext);
  return useSyncExternalStore(activities.subscribe, activities.all);
}

async function runIn(world: World, wanted: Wanted): Promise<Outcome> {
  const { activities, book, clock, engine, session } = world;
  const id = activities.begin(wanted.title, clock.now());
  const shown = `transaction-${id}`;
  let written: Address[] = [];
  const build = async () => {
    const instructions = await wanted.build();
    written = instructions.flatMap((it) => (it.accounts ?? []).map(({ address }) => address));
    return instructions;
  };
  const outcome = await submit(
    { ...wanted, build },
    {
      connection: world.connection,
      signer: session.signer(),
      explain: (code) => engine.ask('explain', { code }),
      random: Math.random,
      tell: (state, signature) => {
        activities.change(id, { state, signature });
        toast.loading(wanted.title, { id: shown, description: STATES[state], duration: Infinity });
      },
    },
  );
  if (outcome.ok) {
    // What was written is shown at once, whatever the notifications do. They repair a failure of this.
    await book.look([...new Set(written)]).catch(() => undefined);
    activities.change(id, { state: 'confirmed', signature: outcome.signature });
    const description = wanted.done ?? 'Confirmed';
    toast.success(wanted.title, { id: shown, description, duration: CONFIRMED_MS });
  } else failed(world, { id, shown, wanted }, outcome.failure);
  return outcome;
}

function failed(
  { activities }: World,
  { id, shown, wanted }: { id: number; shown: string; wanted: Wanted },
  failure: Failure,
): void {
  const { kind, message } = failure;
  const state = kind === 'rejected' || kind === 'expired' ? kind : 'failed';
  activities.change(id, { state, failure });
  const options = { id: shown, description: message, duration: Infinity, closeButton: true };
  // A refusal was wanted: it is no error.
  if (kind === 'rejected') toast.info(`${wanted.title}: refused`, { ...options, duration: CONFIRMED_MS });
  else if (kind === 'expired') toast.warning(`${wanted.title}: expired`, options);
  else toast.error(wanted.title, options);
}
