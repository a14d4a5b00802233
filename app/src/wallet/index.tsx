// Wallets for components.
import { use, useSyncExternalStore } from 'react';
import { WorldContext } from '../world';
import type { Connected, WalletInfo, WalletSigner } from './session';

export interface UseWallet {
  /** Those that this browser has. */
  wallets: WalletInfo[];
  connected: Connected | null;
  connecting: boolean;
  /** Throws with words for a person. */
  connect: (name: string) => Promise<void>;
  disconnect: () => void;
  signer: WalletSigner | null;
}

export function useWallet(): UseWallet {
  const { session } = use(WorldContext);
  const state = useSyncExternalStore(session.subscribe, session.snapshot);
  return { ...state, connect: session.connect, disconnect: session.disconnect, signer: session.signer() };
}

/** The burner's setting: whether it asks before each signature. Null when there is no burner. */
export function useBurnerAsks(): { asks: boolean; setAsks: (asks: boolean) => void } | null {
  const { approvals, config } = use(WorldContext);
  const asks = useSyncExternalStore(approvals.subscribe, approvals.asks);
  return config.local === null ? null : { asks, setAsks: approvals.setAsks };
}
