// What became of a transaction that was sent.
import type { BlockhashLifetimeConstraint, Signature, TransactionError } from '@solana/kit';
import { sleep, type Connection } from './connection';
import { expired, TransactionFailure, unconfirmed } from './failure';

const POLL_MS = 1_000;
// Looks at how far the chain is, and sends once more, at every so many polls.
const HEIGHT_EVERY = 3;
// A node that does not answer for so many polls is given up.
const MOST_SILENT = 60;

/**
 * Waits until it is confirmed: null, or the error it ended with. Throws a {@link TransactionFailure}
 * when it can no longer be taken, or when nobody tells.
 */
export async function confirm(
  connection: Connection,
  signature: Signature,
  lifetime: BlockhashLifetimeConstraint,
  resend: (() => Promise<void>) | null,
): Promise<TransactionError | null> {
  const over = new AbortController();
  try {
    return await Promise.race([
      told(connection, signature, over.signal),
      polled(connection, signature, lifetime, resend, over.signal),
    ]);
  } finally {
    over.abort();
  }
}

/** By subscription. Without one it never ends: polling decides then. */
async function told(
  { subscriptions }: Connection,
  signature: Signature,
  abortSignal: AbortSignal,
): Promise<TransactionError | null> {
  try {
    const notifications = await subscriptions
      .signatureNotifications(signature, { commitment: 'confirmed' })
      .subscribe({ abortSignal });
    for await (const { value } of notifications) return value.err;
  } catch {
    // The connection was lost; polling goes on.
  }
  return new Promise(() => undefined);
}

async function polled(
  { rpc }: Connection,
  signature: Signature,
  { lastValidBlockHeight }: BlockhashLifetimeConstraint,
  resend: (() => Promise<void>) | null,
  over: AbortSignal,
): Promise<TransactionError | null> {
  let silent = 0;
  for (let poll = 1; !over.aborted; poll += 1) {
    await sleep(POLL_MS, over);
    try {
      const last = poll % HEIGHT_EVERY === 0 && (await passed(rpc, lastValidBlockHeight));
      const status = await statusOf(rpc, signature, last);
      silent = 0;
      if (status !== null) return status.err;
      if (last) throw new TransactionFailure(expired(signature));
      if (poll % HEIGHT_EVERY === 0) await resend?.();
    } catch (error) {
      if (error instanceof TransactionFailure) throw error;
      silent += 1;
      if (silent >= MOST_SILENT) throw new TransactionFailure(unconfirmed(signature));
    }
  }
  return null;
}

async function passed(rpc: Connection['rpc'], lastValidBlockHeight: bigint): Promise<boolean> {
  return (await rpc.getBlockHeight({ commitment: 'confirmed' }).send()) > lastValidBlockHeight;
}

/** Null while it is not confirmed. */
async function statusOf(
  rpc: Connection['rpc'],
  signature: Signature,
  searchTransactionHistory: boolean,
): Promise<{ err: TransactionError | null } | null> {
  const { value } = await rpc.getSignatureStatuses([signature], { searchTransactionHistory }).send();
  const status = value[0];
  const level = status?.confirmationStatus;
  return status && (level === 'confirmed' || level === 'finalized') ? { err: status.err } : null;
}
