// Accounts that follow an instruction's named ones.
import { AccountRole, address, type AccountMeta, type Instruction } from '@solana/kit';
import type { Meta } from '../risk/types';

/** The instruction with these accounts behind its own. */
export function appended(instruction: Instruction, metas: readonly Meta[]): Instruction {
  const rest: AccountMeta[] = metas.map((it) => ({
    address: address(it.address),
    role: it.writable ? AccountRole.WRITABLE : AccountRole.READONLY,
  }));
  return { ...instruction, accounts: [...(instruction.accounts ?? []), ...rest] };
}
