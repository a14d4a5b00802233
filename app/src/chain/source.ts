// The program's accounts as a node tells them.
import type { Address, Base64EncodedDataResponse } from '@solana/kit';
import { bytesOfBase64, type Connection } from './connection';

export interface Seen {
  address: Address;
  /** Null when the account is no longer the program's. */
  data: Uint8Array | null;
}

/** What a book reads from. */
export interface Source {
  /** Whether it is the right one: null, or what is wrong. */
  check(): Promise<string | null>;
  all(): Promise<{ slot: bigint; accounts: Seen[] }>;
  some(addresses: readonly Address[]): Promise<{ slot: bigint; accounts: Seen[] }>;
  /** Changes from now on, until the signal or until the connection is lost, which throws. */
  changes(signal: AbortSignal): Promise<AsyncIterable<{ slot: bigint; account: Seen }>>;
}

// Of addresses in one request, by the node's limit.
const MOST = 100;

/** `beside`: accounts of other programs that count too, as the mint of the pool's shares. */
export function nodeSource(
  { rpc, subscriptions }: Connection,
  program: Address,
  beside: Promise<readonly Address[]>,
  check: () => Promise<string | null>,
): Source {
  const options = { encoding: 'base64', commitment: 'confirmed' } as const;
  return {
    check,
    async all() {
      const { context, value } = await rpc
        .getProgramAccounts(program, { ...options, withContext: true })
        .send();
      const accounts: Seen[] = value.map((it) => ({ address: it.pubkey, data: bytes(it.account.data) }));
      // Behind the others: the engine knows the mint by what the pool says of it.
      const besides = await beside;
      const others = await rpc.getMultipleAccounts([...besides], options).send();
      for (const [at, address] of besides.entries()) {
        const account = others.value[at];
        if (account) accounts.push({ address, data: bytes(account.data) });
      }
      return { slot: context.slot, accounts };
    },
    async some(addresses) {
      const besides = await beside;
      let slot: bigint | null = null;
      const accounts: Seen[] = [];
      for (let from = 0; from < addresses.length; from += MOST) {
        const part = addresses.slice(from, from + MOST);
        const { context, value } = await rpc.getMultipleAccounts(part, options).send();
        // The oldest of the answers: what is newer is not overwritten, what is older would be.
        slot = slot === null || context.slot < slot ? context.slot : slot;
        for (const [at, address] of part.entries()) {
          const account = value[at];
          const ours = account?.owner === program || besides.includes(address);
          const held = ours && account?.data;
          accounts.push({ address, data: held ? bytes(held) : null });
        }
      }
      return { slot: slot ?? 0n, accounts };
    },
    async changes(signal) {
      const told = await subscriptions.programNotifications(program, options).subscribe({
        abortSignal: signal,
      });
      return (async function* () {
        for await (const { context, value } of told) {
          const { owner, lamports, data } = value.account;
          const gone = owner !== program || lamports === 0n;
          const account = { address: value.pubkey, data: gone ? null : bytes(data) };
          yield { slot: context.slot, account };
        }
      })();
    },
  };
}

const bytes = (data: Base64EncodedDataResponse): Uint8Array => bytesOfBase64(data[0]);
