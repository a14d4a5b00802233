// A transaction's way from instructions to confirmation. Knows no component and no toast.
import {
  appendTransactionMessageInstructions,
  assertIsSendableTransaction,
  compileTransaction,
  containsBytes,
  createNoopSigner,
  createTransactionMessage,
  getBase58Decoder,
  getBase64EncodedWireTransaction,
  getSignatureFromTransaction,
  getSolanaErrorFromTransactionError,
  getTransactionDecoder,
  getTransactionEncoder,
  getTransactionSize,
  isWritableRole,
  pipe,
  prependTransactionMessageInstructions,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signature as asSignature,
  type Address,
  type BlockhashLifetimeConstraint,
  type Instruction,
  type Signature,
  type Transaction,
} from '@solana/kit';
import {
  getSetComputeUnitLimitInstruction,
  getSetComputeUnitPriceInstruction,
} from '@solana-program/compute-budget';
import { confirm } from './confirm';
import type { Connection } from './connection';
import {
  alreadyProcessed,
  classify,
  failure,
  TransactionFailure,
  walletFailure,
  type Context,
  type Outcome,
} from './failure';
import {
  FLAG_ACCOUNT_DISCRIMINATOR,
  LIQUIDATE_PARTIAL_DISCRIMINATOR,
  WHITTLE_PROGRAM_ADDRESS,
} from '../program';
import type { WalletSigner } from '../wallet/session';

export interface Wanted {
  /** What it does, for a person: "Deposit 100 USDC". */
  title: string;
  build: () => Promise<Instruction[]> | Instruction[];
  /** What to say when it is done. */
  done?: string;
}

export type Step = 'building' | 'waiting' | 'sent';

export interface Means {
  connection: Connection;
  signer: WalletSigner | null;
  explain: Context['explain'];
  /** A number from 0 to 1. */
  random: () => number;
  /** Told what comes next; the signature is known from `sent` on. */
  tell: (step: Step, signature: string | null) => void;
}

type Lifetime = BlockhashLifetimeConstraint;

// What a transaction may use at most, for the simulation.
const MOST_UNITS = 1_400_000;
// Prices move between the simulation and the block, and longer ways may be taken then.
const UNITS_MARGIN = 1.2;
const UNITS_BASE = 5_000;
const MOST_BYTES = 1_232;
// Two equal transactions on the same block would be one. A local validator's block never changes.
const VARIATION_MICRO_LAMPORTS = 100;

/** Never throws. */
export async function submit(wanted: Wanted, means: Means): Promise<Outcome> {
  const context: Context = { explain: means.explain, liquidation: false };
  try {
    const { signer } = means;
    if (signer === null) throw new TransactionFailure(failure('noWallet'));
    means.tell('building', null);
    const instructions = await wanted.build();
    context.liquidation = instructions.some(isOfLiquidation);
    const draft = await prepare(instructions, signer.address, means);
    means.tell('waiting', null);
    const { signature, resend } = await signAndSend(draft.transaction, signer, means.connection);
    means.tell('sent', signature);
    const error = await confirm(means.connection, signature, draft.lifetime, resend);
    if (error !== null) throw getSolanaErrorFromTransactionError(error);
    return { ok: true, signature };
  } catch (error) {
    return { ok: false, failure: classify(error, context) };
  }
}

/** Whether a healthy account means that somebody was faster. */
function isOfLiquidation({ programAddress, data }: Instruction): boolean {
  if (programAddress !== WHITTLE_PROGRAM_ADDRESS || data === undefined) return false;
  return [FLAG_ACCOUNT_DISCRIMINATOR, LIQUIDATE_PARTIAL_DISCRIMINATOR].some((it) =>
    containsBytes(data, it, 0),
  );
}

/** Simulates, and sets limit and price. Throws the error of a transaction that would fail. */
async function prepare(
  instructions: Instruction[],
  payer: Address,
  { connection: { rpc }, random }: Means,
): Promise<{ transaction: Transaction; lifetime: Lifetime }> {
  const price =
    (await priceForUnits(instructions, rpc)) + BigInt(Math.floor(random() * VARIATION_MICRO_LAMPORTS));
  const { value: lifetime } = await rpc.getLatestBlockhash({ commitment: 'confirmed' }).send();
  const trial = compiled(instructions, { payer, lifetime, price, units: MOST_UNITS });
  if (getTransactionSize(trial) > MOST_BYTES) throw new TransactionFailure(failure('tooLarge'));
  const { value: result } = await rpc
    .simulateTransaction(getBase64EncodedWireTransaction(trial), {
      encoding: 'base64',
      commitment: 'confirmed',
      sigVerify: false,
      replaceRecentBlockhash: true,
    })
    .send();
  if (result.err !== null) throw getSolanaErrorFromTransactionError(result.err);
  const used = Number(result.unitsConsumed ?? MOST_UNITS);
  const units = Math.min(MOST_UNITS, Math.ceil(used * UNITS_MARGIN) + UNITS_BASE);
  return { transaction: compiled(instructions, { payer, lifetime, price, units }), lifetime };
}

interface Frame {
  payer: Address;
  lifetime: Lifetime;
  price: bigint;
  units: number;
}

function compiled(instructions: Instruction[], { payer, lifetime, price, units }: Frame) {
  return pipe(
    createTransactionMessage({ version: 0 }),
    // The wallet signs the whole transaction later; until then the place of its signature is empty.
    (it) => setTransactionMessageFeePayerSigner(createNoopSigner(payer), it),
    (it) => setTransactionMessageLifetimeUsingBlockhash(lifetime, it),
    (it) => appendTransactionMessageInstructions(instructions, it),
    (it) =>
      prependTransactionMessageInstructions(
        [
          getSetComputeUnitLimitInstruction({ units }),
          getSetComputeUnitPriceInstruction({ microLamports: price }),
        ],
        it,
      ),
    compileTransaction,
  );
}

/** What three of four recent transactions on the same accounts paid at most. */
async function priceForUnits(instructions: Instruction[], rpc: Connection['rpc']): Promise<bigint> {
  const writable = instructions.flatMap((it) =>
    (it.accounts ?? []).filter(({ role }) => isWritableRole(role)),
  );
  const addresses = [...new Set(writable.map((it) => it.address))];
  try {
    const recent = await rpc.getRecentPrioritizationFees(addresses).send();
    const sorted = recent.map((it) => it.prioritizationFee).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    return sorted[Math.floor(sorted.length * 0.75)] ?? 0n;
  } catch {
    // Not every node knows them; without a price a transaction is only slower.
    return 0n;
  }
}

interface Sent {
  signature: Signature;
  /** Sends it once more; null when only the wallet can. */
  resend: (() => Promise<void>) | null;
}

async function signAndSend(
  transaction: Transaction,
  signer: WalletSigner,
  { rpc }: Connection,
): Promise<Sent> {
  const bytes = new Uint8Array(getTransactionEncoder().encode(transaction));
  if (signer.sign === null) return sentByWallet(bytes, signer);
  const { sign } = signer;
  const signed = await inWallet(async () => {
    const done = getTransactionDecoder().decode(await sign(bytes));
    assertIsSendableTransaction(done);
    return done;
  });
  const signature = getSignatureFromTransaction(signed);
  const wire = getBase64EncodedWireTransaction(signed);
  const send = async (skipPreflight: boolean) => {
    await rpc
      .sendTransaction(wire, {
        encoding: 'base64',
        preflightCommitment: 'confirmed',
        skipPreflight,
        maxRetries: 0n,
      })
      .send();
  };
  try {
    await send(false);
  } catch (error) {
    // A node that had it already says so; confirmation finds it.
    if (!alreadyProcessed(error)) throw error;
  }
  return { signature, resend: () => send(true) };
}

async function sentByWallet(bytes: Uint8Array, { signAndSend }: WalletSigner): Promise<Sent> {
  if (signAndSend === null)
    throw new TransactionFailure(failure('wallet', 'This wallet signs no transactions.'));
  const raw = await inWallet(() => signAndSend(bytes));
  return { signature: asSignature(getBase58Decoder().decode(raw)), resend: null };
}

/** Errors from here are the wallet's. */
async function inWallet<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw new TransactionFailure(walletFailure(error));
  }
}
