// The node: requests over HTTP, notifications over a WebSocket.
import {
  createSolanaRpc,
  createSolanaRpcSubscriptions,
  type Rpc,
  type RpcSubscriptions,
  type SolanaRpcApi,
  type SolanaRpcSubscriptionsApi,
} from '@solana/kit';
import type { Config } from '../config';

export interface Connection {
  rpc: Rpc<SolanaRpcApi>;
  subscriptions: RpcSubscriptions<SolanaRpcSubscriptionsApi>;
}

export function connectTo(config: Pick<Config, 'rpcUrl' | 'wsUrl'>): Connection {
  return {
    rpc: createSolanaRpc(config.rpcUrl),
    subscriptions: createSolanaRpcSubscriptions(config.wsUrl),
  };
}

/** Asked anew each time: a signal changes while one waits. */
export function ended(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** Waits, unless it is told that nobody waits any more. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end);
    if (signal?.aborted === true) end();
  });
}

export function bytesOfBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (it) => it.charCodeAt(0));
}
