// Why a transaction did not come about, in words, with what to do.
import {
  isSolanaError,
  SOLANA_ERROR__BLOCK_HEIGHT_EXCEEDED,
  SOLANA_ERROR__INSTRUCTION_ERROR__CUSTOM,
  SOLANA_ERROR__JSON_RPC__SERVER_ERROR_NODE_UNHEALTHY,
  SOLANA_ERROR__RPC__TRANSPORT_HTTP_ERROR,
  SOLANA_ERROR__RPC_SUBSCRIPTIONS__CHANNEL_CONNECTION_CLOSED,
  SOLANA_ERROR__RPC_SUBSCRIPTIONS__CHANNEL_FAILED_TO_CONNECT,
  SOLANA_ERROR__TRANSACTION__EXCEEDS_SIZE_LIMIT,
  SOLANA_ERROR__TRANSACTION_ERROR__ACCOUNT_NOT_FOUND,
  SOLANA_ERROR__TRANSACTION_ERROR__ALREADY_PROCESSED,
  SOLANA_ERROR__TRANSACTION_ERROR__BLOCKHASH_NOT_FOUND,
  SOLANA_ERROR__TRANSACTION_ERROR__INSUFFICIENT_FUNDS_FOR_FEE,
  SOLANA_ERROR__TRANSACTION_ERROR__INSUFFICIENT_FUNDS_FOR_RENT,
  unwrapSimulationError,
} from '@solana/kit';
import { EngineProblem } from '../risk/engine';
import type { Problem } from '../risk/types';

export type Failure = { message: string; field: string | null } & (
  | { kind: 'noWallet' }
  /** The wallet's owner said no. */
  | { kind: 'rejected' }
  | { kind: 'walletChain' }
  /** The wallet failed otherwise. */
  | { kind: 'wallet' }
  /** An input is wrong: found before anything was sent. */
  | { kind: 'input' }
  /** The program, or one that it calls, refused. */
  | { kind: 'program'; code: number; name: string | null }
  | { kind: 'expired'; signature: string | null }
  /** Sent, but what became of it could not be learnt. */
  | { kind: 'unconfirmed'; signature: string }
  | { kind: 'unreachable' }
  | { kind: 'noSol' }
  | { kind: 'blockhash' }
  | { kind: 'tooLarge' }
  | { kind: 'wrongNetwork' }
  | { kind: 'unknown' }
);

export type Outcome = { ok: true; signature: string } | { ok: false; failure: Failure };

/** A failure on its way to where it is shown. */
export class TransactionFailure extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
    this.name = 'TransactionFailure';
  }
}

export interface Context {
  /** A number of the program's errors in words. Throws when it is none. */
  explain: (code: number) => Problem;
  /** Liquidations explain a healthy account as what it means to a keeper. */
  liquidation: boolean;
}

type Kind = Exclude<Failure['kind'], 'program' | 'expired' | 'unconfirmed'>;

const WORDS: Record<Kind, string> = {
  noWallet: 'No wallet is connected. Connect one and try again.',
  rejected: 'The signature was refused in the wallet. Nothing was sent.',
  walletChain:
    'This wallet does not offer the network of this page. Switch its network or use another wallet.',
  wallet: 'The wallet could not sign.',
  input: 'An input is wrong.',
  unreachable: 'The node does not answer. Nothing was sent. Check the connection and try again.',
  noSol: 'The wallet has too little SOL for the network’s fee and rent. Send some SOL to it and try again.',
  blockhash:
    'The node does not know the block that the transaction names: it is behind, or on another network. Try again in a moment.',
  tooLarge:
    'The transaction is too large for the network: the account has too many positions and tokens for one step. Close or withdraw one of them alone first.',
  wrongNetwork: 'The node is on another network than this page is for.',
  unknown: 'The transaction failed.',
};

export function failure(kind: Kind, message: string = WORDS[kind], field: string | null = null): Failure {
  return { kind, message, field };
}

export function expired(signature: string | null): Failure {
  const message =
    'The network did not take the transaction in time, and it cannot be taken any more. Nothing happened. Try again.';
  return { kind: 'expired', signature, message, field: null };
}

export function unconfirmed(signature: string): Failure {
  const message =
    'The transaction was sent, but the node does not tell what became of it. Look at the history before trying again.';
  return { kind: 'unconfirmed', signature, message, field: null };
}

/** Sorts any error. Errors of wallets are for {@link walletFailure}. */
export function classify(error: unknown, context: Context): Failure {
  if (error instanceof TransactionFailure) return error.failure;
  if (error instanceof EngineProblem) return ofProblem(error.problem, context);
  const cause = unwrapSimulationError(error);
  if (isSolanaError(cause, SOLANA_ERROR__INSTRUCTION_ERROR__CUSTOM))
    return ofCode(cause.context.code, context);
  const kind = kindOf(cause);
  if (kind === 'expired') return expired(null);
  if (kind !== null) return failure(kind);
  return failure('unknown', `${WORDS.unknown} ${textOf(cause)}`);
}

function kindOf(error: unknown): Kind | 'expired' | null {
  if (
    isSolanaError(error, SOLANA_ERROR__TRANSACTION_ERROR__INSUFFICIENT_FUNDS_FOR_FEE) ||
    isSolanaError(error, SOLANA_ERROR__TRANSACTION_ERROR__INSUFFICIENT_FUNDS_FOR_RENT) ||
    // The account that pays does not exist: it never got any SOL.
    isSolanaError(error, SOLANA_ERROR__TRANSACTION_ERROR__ACCOUNT_NOT_FOUND)
  )
    return 'noSol';
  if (isSolanaError(error, SOLANA_ERROR__TRANSACTION_ERROR__BLOCKHASH_NOT_FOUND)) return 'blockhash';
  if (isSolanaError(error, SOLANA_ERROR__TRANSACTION__EXCEEDS_SIZE_LIMIT)) return 'tooLarge';
  if (isSolanaError(error, SOLANA_ERROR__BLOCK_HEIGHT_EXCEEDED)) return 'expired';
  return isUnreachable(error) ? 'unreachable' : null;
}

/** Whether it says that the node does not answer, or cannot at present. */
export function isUnreachable(error: unknown): boolean {
  return (
    isSolanaError(error, SOLANA_ERROR__RPC__TRANSPORT_HTTP_ERROR) ||
    isSolanaError(error, SOLANA_ERROR__JSON_RPC__SERVER_ERROR_NODE_UNHEALTHY) ||
    isSolanaError(error, SOLANA_ERROR__RPC_SUBSCRIPTIONS__CHANNEL_FAILED_TO_CONNECT) ||
    isSolanaError(error, SOLANA_ERROR__RPC_SUBSCRIPTIONS__CHANNEL_CONNECTION_CLOSED) ||
    // What `fetch` throws when there is no connection, in the words of each browser and of Node.
    (error instanceof TypeError && /fetch|network|load failed/i.test(error.message))
  );
}

/** The same transaction was taken before: not a failure of this one. */
export function alreadyProcessed(error: unknown): boolean {
  return isSolanaError(unwrapSimulationError(error), SOLANA_ERROR__TRANSACTION_ERROR__ALREADY_PROCESSED);
}

function ofProblem(problem: Problem, context: Context): Failure {
  if (problem.code !== null) return ofCode(problem.code, context, problem);
  return failure('input', problem.message, problem.field);
}

// Of programs that the exchange calls or that its transactions contain.
const OTHERS: Record<number, string> = {
  0x1: 'The token account or the wallet holds less than that. Enter a smaller amount.',
  0x4: 'The token account belongs to somebody else.',
  0x11: 'The token account is frozen by the token’s issuer.',
  3012: 'An account that the program needs does not exist. It may have been closed a moment ago; reload and try again.',
};

function ofCode(code: number, context: Context, known?: Problem): Failure {
  const problem = known ?? explained(code, context);
  if (problem === null) {
    const message = OTHERS[code] ?? `The program refused with error ${code}. Reload the page and try again.`;
    return { kind: 'program', code, name: null, message, field: null };
  }
  const { name, field } = problem;
  const faster = context.liquidation && name === 'AccountHealthy';
  const message = faster
    ? 'Somebody was faster, or the account has recovered. There is nothing left to liquidate.'
    : problem.message;
  return { kind: 'program', code, name, message, field };
}

function explained(code: number, context: Context): Problem | null {
  // Under this are errors of Anchor and of other programs.
  if (code < 6000) return null;
  try {
    return context.explain(code);
  } catch {
    // Newer than this page: its number is all there is to say.
    return null;
  }
}

/** Sorts what a wallet threw. There is no standard for a refusal, so its usual forms are known here. */
export function walletFailure(error: unknown): Failure {
  if (error instanceof TransactionFailure) return error.failure;
  const text = textOf(error);
  // 4001 is the number that wallets took over from EIP-1193.
  const refused = numberOf(error) === 4001 || /reject|declin|denied|cancel|refus/i.test(text);
  if (refused) return failure('rejected');
  if (/chain|network|cluster/i.test(text)) return failure('walletChain');
  return failure('wallet', `${WORDS.wallet} ${text}`);
}

function numberOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
}

function textOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
  return String(error);
}
