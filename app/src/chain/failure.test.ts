import {
  getSolanaErrorFromJsonRpcError,
  getSolanaErrorFromTransactionError,
  SOLANA_ERROR__RPC__TRANSPORT_HTTP_ERROR,
  SolanaError,
} from '@solana/kit';
import { describe, expect, test } from 'vitest';
import { classify, walletFailure, type Context, type Failure } from './failure';
import { EngineProblem } from '../risk/engine';

const HEALTHY = 6300;

const context: Context = {
  liquidation: false,
  explain: (code) => {
    if (code !== HEALTHY) throw new Error('unknown');
    return { field: null, code, name: 'AccountHealthy', message: 'The account is not under maintenance' };
  },
};

/** As `sendTransaction` of a node refuses what fails in its own simulation. */
function preflight(err: unknown): unknown {
  return getSolanaErrorFromJsonRpcError({
    code: -32002,
    message: 'Transaction simulation failed',
    data: {
      err,
      accounts: null,
      logs: [],
      returnData: null,
      unitsConsumed: 100,
      innerInstructions: null,
      loadedAccountsDataSize: null,
      replacementBlockhash: null,
    },
  });
}

const kindOf = (error: unknown): Failure['kind'] => classify(error, context).kind;

describe('a failure', () => {
  test('of the program reads as the program says', () => {
    const error = getSolanaErrorFromTransactionError({ InstructionError: [2, { Custom: HEALTHY }] });
    expect(classify(error, context)).toEqual({
      kind: 'program',
      code: HEALTHY,
      name: 'AccountHealthy',
      field: null,
      message: 'The account is not under maintenance',
    });
  });

  test('of a liquidation that came too late says what that means', () => {
    const error = preflight({ InstructionError: [2, { Custom: HEALTHY }] });
    expect(classify(error, { ...context, liquidation: true })).toMatchObject({
      kind: 'program',
      name: 'AccountHealthy',
      message: 'Somebody was faster, or the account has recovered. There is nothing left to liquidate.',
    });
  });

  test('of a number that the page does not know names the number', () => {
    const error = getSolanaErrorFromTransactionError({ InstructionError: [0, { Custom: 6999 }] });
    expect(classify(error, context)).toMatchObject({ kind: 'program', code: 6999, name: null });
    expect(classify(error, context).message).toContain('6999');
  });

  test('of the token program says that there is too little', () => {
    const error = getSolanaErrorFromTransactionError({ InstructionError: [0, { Custom: 1 }] });
    expect(classify(error, context)).toMatchObject({ kind: 'program', code: 1 });
    expect(classify(error, context).message).toContain('holds less than that');
  });

  test.each([
    ['a wallet that never had SOL', 'AccountNotFound', 'noSol'],
    ['a wallet with too little SOL', 'InsufficientFundsForFee', 'noSol'],
    ['a block that the node does not know', 'BlockhashNotFound', 'blockhash'],
  ])('of %s is told apart, by simulation and by sending', (_what, err, kind) => {
    expect(kindOf(getSolanaErrorFromTransactionError(err))).toBe(kind);
    expect(kindOf(preflight(err))).toBe(kind);
  });

  test.each([
    ['a browser without connection', new TypeError('Failed to fetch')],
    ['a server that answers with an error', httpError(503)],
    [
      'a node that is behind',
      getSolanaErrorFromJsonRpcError({ code: -32005, message: 'behind', data: { numSlotsBehind: 9 } }),
    ],
  ])('of %s is a node that does not answer', (_what, error) => {
    expect(kindOf(error)).toBe('unreachable');
  });

  test('of the page itself is not taken for one of the network', () => {
    const fault = new TypeError('Cannot read properties of undefined');
    expect(classify(fault, context)).toMatchObject({
      kind: 'unknown',
      message: 'The transaction failed. Cannot read properties of undefined',
    });
  });

  test('that the engine foresees names the input', () => {
    const problem = { field: 'size', code: null, name: null, message: 'Enter a size over zero' };
    expect(classify(new EngineProblem(problem), context)).toEqual({
      kind: 'input',
      field: 'size',
      message: 'Enter a size over zero',
    });
  });

  test('that the program would refuse keeps the field that the engine names', () => {
    const problem = { field: 'amount', code: HEALTHY, name: 'AccountHealthy', message: 'Too much' };
    expect(classify(new EngineProblem(problem), context)).toMatchObject({ kind: 'program', field: 'amount' });
  });
});

describe('a wallet', () => {
  test.each([
    Object.assign(new Error('User rejected the request.'), { code: 4001 }),
    new Error('Transaction declined'),
    new Error('Approval Denied'),
    { message: 'user cancelled' },
  ])('that is refused in was no fault: %s', (error) => {
    expect(walletFailure(error).kind).toBe('rejected');
  });

  test('without the network says so', () => {
    expect(walletFailure(new Error('Unsupported chain solana:localnet')).kind).toBe('walletChain');
  });

  test('that fails otherwise is quoted', () => {
    expect(walletFailure(new Error('The device is locked'))).toMatchObject({
      kind: 'wallet',
      message: 'The wallet could not sign. The device is locked',
    });
  });
});

function httpError(statusCode: number): unknown {
  return new SolanaError(SOLANA_ERROR__RPC__TRANSPORT_HTTP_ERROR, {
    headers: new Headers(),
    message: 'Service Unavailable',
    statusCode,
  });
}
