// What a request for liquidity goes through.

/** Of pool shares, as the program makes them. */
export const SHARE_DECIMALS = 6;

export type RequestState = 'early' | 'due' | 'expired';

export function requestState(it: { dueAt: number; expiresAt: number; now: number }): RequestState {
  if (it.now > it.expiresAt) return 'expired';
  return it.now < it.dueAt ? 'early' : 'due';
}
