import type { Instruction } from '@solana/kit';
import { useState } from 'react';
import { useTransaction, type Outcome } from '../../chain/send';

export interface Step {
  title: string;
  build: () => Promise<Instruction[]> | Instruction[];
  done?: string;
}

/** One transaction of one button: whether it is under way, and how it failed last time. */
export function useRun() {
  const { run } = useTransaction();
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState<{ message: string; field: string | null } | null>(null);
  const start = async (step: Step): Promise<Outcome> => {
    setPending(true);
    setFailure(null);
    const outcome = await run(step);
    setPending(false);
    setFailure(outcome.ok ? null : outcome.failure);
    return outcome;
  };
  const forget = () => {
    setFailure(null);
  };
  return { start, pending, failure, forget };
}
