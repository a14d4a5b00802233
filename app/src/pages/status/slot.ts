// The node's newest confirmed slot, while somebody looks.
import { use, useEffect, useState } from 'react';
import { WorldContext } from '../../world';

const EVERY_MS = 2_000;

/** Null while the node does not tell it. */
export function useSlot(): number | null {
  const { rpc } = use(WorldContext).connection;
  const [slot, setSlot] = useState<number | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = new AbortController();
    const look = async () => {
      try {
        const seen = await rpc.getSlot({ commitment: 'confirmed' }).send({ abortSignal: stop.signal });
        setSlot(Number(seen));
      } catch {
        // The frame says that the node is away.
        if (!stop.signal.aborted) setSlot(null);
      }
      if (!stop.signal.aborted) timer = setTimeout(() => void look(), EVERY_MS);
    };
    void look();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [rpc]);
  return slot;
}
