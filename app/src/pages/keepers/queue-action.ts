// What can be pressed in a row of the queue, by what is due.
import type { QueueEntry } from '../../risk/types';

export type Act = 'issueMarginCall' | 'flag' | 'liquidate';

export interface QueueAction {
  /** Null when there is nothing for a keeper to press. */
  act: Act | null;
  label: string;
  /** Whether pressing it has a chance now. */
  ready: boolean;
  /** What stands in the way, or what comes next. */
  says: string | null;
  /** When it becomes ready, Unix seconds. */
  readyAt: number | null;
}

const READY = { ready: true, readyAt: null } as const;

export function actionOf(entry: QueueEntry, now: number): QueueAction {
  const reason = entry.refusal?.message ?? null;
  switch (entry.due) {
    case 'marginCall':
      return { ...READY, act: 'issueMarginCall', label: 'Call', says: 'Not called yet.' };
    case 'flag':
      return { ...READY, act: 'flag', label: 'Flag', says: 'A flag starts the bonus and the confirmation.' };
    case 'liquidate':
      return { ...READY, act: 'liquidate', label: 'Liquidate', says: null };
    case 'wait':
      return waiting(entry, now, reason);
    case 'resolve':
      return {
        act: null,
        label: '',
        ready: false,
        says: 'Bankrupt: its loss waits for resolve_bankruptcy, which the keeper program sends.',
        readyAt: null,
      };
  }
}

function waiting(entry: QueueEntry, now: number, reason: string | null): QueueAction {
  // An account that was only called waits for its owner.
  if (entry.state === 'marginCall')
    return {
      act: null,
      label: '',
      ready: false,
      says: 'Called: its owner may deposit or reduce.',
      readyAt: null,
    };
  const early = entry.confirmsAt !== null && entry.confirmsAt > now;
  return {
    act: 'liquidate',
    label: 'Liquidate',
    // The transaction brings newer prices along, so it may pass where the cached ones do not.
    ready: entry.confirmsAt !== null && !early,
    says: reason,
    readyAt: early ? entry.confirmsAt : null,
  };
}

/** Errors of the program that mean: somebody else did it already, or there is no cause any more. */
const DONE_BY_OTHERS = new Set([
  'AccountHealthy',
  'AlreadyFlagged',
  'MarginCalledAlready',
  'NotInMarginCall',
  'NoPositions',
  'NoOrder',
]);

export function somebodyWasFaster(name: string | null): boolean {
  return name !== null && DONE_BY_OTHERS.has(name);
}
