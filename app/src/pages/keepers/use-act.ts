// Sends what a keeper pressed and keeps what became of it for the panel.
import { useState } from 'react';
import type { Instruction } from '@solana/kit';
import { useTransaction } from '../../chain/send';
import { somebodyWasFaster } from './queue-action';

export interface Said {
  tone: 'info' | 'good';
  text: string;
}

interface Wanted {
  title: string;
  done: string;
  /** What to say when somebody else did it. */
  faster: string;
  build: () => Promise<Instruction[]>;
  liquidation?: boolean;
}

/** Which one runs is known by its key, so that only its own button is busy. */
export function useAct() {
  const { run } = useTransaction();
  const [running, setRunning] = useState<string | null>(null);
  const [said, setSaid] = useState<Said | null>(null);
  const act = async (key: string, { faster, ...wanted }: Wanted) => {
    setRunning(key);
    setSaid(null);
    const outcome = await run(wanted);
    setRunning(null);
    if (outcome.ok) setSaid({ tone: 'good', text: wanted.done });
    else if (outcome.failure.kind === 'program' && somebodyWasFaster(outcome.failure.name))
      setSaid({ tone: 'info', text: faster });
  };
  return { act, running, said };
}
