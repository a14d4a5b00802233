// A liquidity provider's request. The engine keeps it for what it values, not for who waits.
import type { Address } from '@solana/kit';
import { getLiquidityRequestDecoder } from '../program';

export interface RequestView {
  address: Address;
  owner: Address;
  receiver: Address;
  kind: 'deposit' | 'withdraw';
  /** Of quote tokens (deposit) or shares (withdraw), and the least of the other. */
  amountAtoms: string;
  minOutAtoms: string;
  requestedAt: number;
  expiresAt: number;
}

// As in the program: 1 deposits, 2 withdraws.
export const REQUEST_KINDS = { deposit: 1, withdraw: 2 } as const;

export function decodeRequest(address: Address, data: Uint8Array): RequestView {
  const request = getLiquidityRequestDecoder().decode(data);
  return {
    address,
    owner: request.owner,
    receiver: request.receiver,
    kind: request.kind === REQUEST_KINDS.deposit ? 'deposit' : 'withdraw',
    amountAtoms: request.amountAtoms.toString(),
    minOutAtoms: request.minOutAtoms.toString(),
    requestedAt: Number(request.requestedAt),
    expiresAt: Number(request.expiresAt),
  };
}
