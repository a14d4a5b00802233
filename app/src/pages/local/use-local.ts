// What the local exchange's server says, asked again while somebody looks.
import { useCallback, useEffect, useState } from 'react';
import { ask, tell, type LocalState } from './server';

const POLL_MS = 1_000;

export interface UseLocal {
  state: LocalState | null;
  /** Why nothing is known at present. */
  problem: string | null;
  /** Null when it was done, else why not. */
  tell: (what: 'fund' | 'price' | 'play', body: object) => Promise<string | null>;
}

export function useLocal(url: string): UseLocal {
  const [state, setState] = useState<LocalState | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const look = useCallback(async () => {
    try {
      setState(await ask(url));
      setProblem(null);
    } catch (error) {
      setProblem(wordsOf(error));
    }
  }, [url]);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let open = true;
    const poll = async () => {
      await look();
      if (open) timer = setTimeout(() => void poll(), POLL_MS);
    };
    void poll();
    return () => {
      open = false;
      clearTimeout(timer);
    };
  }, [look]);

  return {
    state,
    problem,
    tell: async (what, body) => {
      try {
        await tell(url, what, body);
        await look();
        return null;
      } catch (error) {
        return wordsOf(error);
      }
    },
  };
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
