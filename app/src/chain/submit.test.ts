// @vitest-environment node
import {
  AccountRole,
  address,
  createSolanaRpcFromTransport,
  createSolanaRpcSubscriptionsFromTransport,
  generateKeyPair,
  getAddressFromPublicKey,
  getBase64Encoder,
  getCompiledTransactionMessageDecoder,
  getTransactionDecoder,
  getTransactionEncoder,
  partiallySignTransaction,
  type Instruction,
  type RpcTransport,
} from '@solana/kit';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Outcome } from './failure';
import { LIQUIDATE_PARTIAL_DISCRIMINATOR } from '../program';
import { submit, type Means, type Step, type Wanted } from './submit';

const PROGRAM = address('Whitt1e111111111111111111111111111111111111');
const BLOCKHASH = '9P7znMbWbmMNQSWBYo7VWgMja5qjeJJAEMS8Xd3vyek6';
const SIMULATED_UNITS = 1_000;

/** A node that answers as scripted, and counts what it was asked. */
class ScriptedNode {
  readonly asked: string[] = [];
  /** Wire format of everything that was sent. */
  readonly sent: string[] = [];
  simulation: unknown = null;
  /** What a look at the signature gives, one after the other; the last one stays. */
  statuses: unknown[] = [{ slot: 5, confirmations: 1, err: null, confirmationStatus: 'confirmed' }];
  heights = [100];
  fees: number[] = [];
  down = false;

  readonly transport = (async ({ payload }: { payload: unknown }) => {
    const { method, params } = payload as { method: string; params: unknown[] };
    this.asked.push(method);
    await Promise.resolve();
    if (this.down) throw new TypeError('fetch failed');
    return { jsonrpc: '2.0', id: 1, result: this.answer(method, params) };
  }) as RpcTransport;

  private answer(method: string, params: unknown[]): unknown {
    const context = { slot: 5 };
    switch (method) {
      case 'getRecentPrioritizationFees':
        return this.fees.map((prioritizationFee, slot) => ({ slot, prioritizationFee }));
      case 'getLatestBlockhash':
        return { context, value: { blockhash: BLOCKHASH, lastValidBlockHeight: 150 } };
      case 'simulateTransaction':
        return { context, value: { err: this.simulation, logs: [], unitsConsumed: SIMULATED_UNITS } };
      case 'sendTransaction':
        this.sent.push(String(params[0]));
        return '5XyJqPTby9Dz1iL16FdLpFAho7iJDLtbZ5fGW84pCWog2f3PnFYFgJzbHBiSnmvcmKNTdLjwBKt3nyivghdGtSW9';
      case 'getSignatureStatuses':
        return { context, value: [next(this.statuses)] };
      case 'getBlockHeight':
        return next(this.heights);
      default:
        throw new Error(`the script has no ${method}`);
    }
  }

  /** How often it was asked this. */
  count(method: string): number {
    return this.asked.filter((it) => it === method).length;
  }
}

function next<T>(list: T[]): T | null {
  return (list.length > 1 ? list.shift() : list[0]) ?? null;
}

let node: ScriptedNode;
let steps: Step[];
let means: Means;
let refusal: Error | null;

beforeEach(async () => {
  // Keys are made and used by the real clock.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  node = new ScriptedNode();
  steps = [];
  refusal = null;
  const pair = await generateKeyPair();
  means = {
    connection: {
      rpc: createSolanaRpcFromTransport(node.transport),
      subscriptions: createSolanaRpcSubscriptionsFromTransport(() =>
        Promise.reject(new Error('no WebSocket')),
      ),
    },
    explain: (code) => ({ field: null, code, name: 'ExceedsExcess', message: 'Too much is taken out' }),
    random: () => 0,
    tell: (step) => steps.push(step),
    signer: {
      address: await getAddressFromPublicKey(pair.publicKey),
      signAndSend: null,
      sign: async (bytes) => {
        if (refusal !== null) throw refusal;
        const signed = await partiallySignTransaction([pair], getTransactionDecoder().decode(bytes));
        return new Uint8Array(getTransactionEncoder().encode(signed));
      },
    },
  };
});

afterEach(() => {
  vi.useRealTimers();
});

const wanted: Wanted = {
  title: 'Withdraw',
  build: () => [{ programAddress: PROGRAM, accounts: [], data: Uint8Array.of(1) }],
};

/** Runs it, with as much time as it takes. */
async function run(what: Wanted = wanted): Promise<Outcome> {
  const ended: Outcome[] = [];
  void submit(what, means).then((it) => ended.push(it));
  for (;;) {
    const [outcome] = ended;
    if (outcome !== undefined) return outcome;
    await vi.advanceTimersByTimeAsync(1_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const failureOf = (outcome: Outcome) => (outcome.ok ? null : outcome.failure);

/** Data of the instructions that were sent first. */
function sentData(wire: string | undefined): number[][] {
  const bytes = getBase64Encoder().encode(wire ?? '');
  const { messageBytes } = getTransactionDecoder().decode(bytes);
  const message = getCompiledTransactionMessageDecoder().decode(messageBytes);
  if (!('instructions' in message)) throw new Error('not a message with instructions');
  return message.instructions.map((it) => [...(it.data ?? [])]);
}

describe('a transaction', () => {
  test('goes from building over the wallet to its confirmation', async () => {
    const outcome = await run();
    expect(outcome.ok).toBe(true);
    expect(steps).toEqual(['building', 'waiting', 'sent']);
  });

  test('asks for the units of its simulation and a margin', async () => {
    await run();
    const units = SIMULATED_UNITS * 1.2 + 5_000;
    expect(sentData(node.sent[0])[0]).toEqual([2, units & 255, units >> 8, 0, 0]);
  });

  test('pays what three of four others paid', async () => {
    node.fees = [40, 10, 30, 20];
    await run();
    expect(sentData(node.sent[0])[1]).toEqual([3, 40, 0, 0, 0, 0, 0, 0, 0]);
  });

  test('differs from an equal one on the same block', async () => {
    await run();
    means = { ...means, random: () => 0.5 };
    await run();
    expect(node.sent[0]).not.toBe(node.sent[1]);
  });

  test('that would fail is not shown to the wallet', async () => {
    node.simulation = { InstructionError: [2, { Custom: 6202 }] };
    expect(failureOf(await run())).toEqual({
      kind: 'program',
      code: 6202,
      name: 'ExceedsExcess',
      message: 'Too much is taken out',
      field: null,
    });
    expect(steps).toEqual(['building']);
  });

  test('that liquidates an account which is healthy by now says that somebody was faster', async () => {
    means = {
      ...means,
      explain: (code) => ({ field: null, code, name: 'AccountHealthy', message: 'Healthy' }),
    };
    node.simulation = { InstructionError: [2, { Custom: 6300 }] };
    const data = LIQUIDATE_PARTIAL_DISCRIMINATOR;
    const liquidation = { ...wanted, build: () => [{ programAddress: PROGRAM, data }] };
    expect(failureOf(await run(liquidation))?.message).toContain('Somebody was faster');
    expect(failureOf(await run())?.message).toBe('Healthy');
  });

  test('that is refused in the wallet is not sent', async () => {
    refusal = Object.assign(new Error('User rejected the request.'), { code: 4001 });
    expect(failureOf(await run())?.kind).toBe('rejected');
    expect(node.sent).toEqual([]);
  });

  test('that fails in its block says why', async () => {
    const err = { InstructionError: [2, { Custom: 6202 }] };
    node.statuses = [null, { slot: 5, confirmations: 1, err, confirmationStatus: 'confirmed' }];
    expect(failureOf(await run())).toMatchObject({ kind: 'program', name: 'ExceedsExcess' });
  });

  test('is not confirmed by being processed', async () => {
    const status = { slot: 5, confirmations: 0, err: null };
    node.statuses = [
      { ...status, confirmationStatus: 'processed' },
      { ...status, confirmationStatus: 'confirmed' },
    ];
    expect((await run()).ok).toBe(true);
    expect(node.count('getSignatureStatuses')).toBe(2);
  });

  test('is sent again while nobody took it, and expires with its block', async () => {
    node.statuses = [null];
    node.heights = [148, 150, 151];
    const failure = failureOf(await run());
    expect(failure?.kind).toBe('expired');
    // Once at first, and once at each look at the height but the last.
    expect(node.sent).toHaveLength(3);
  });

  test('that is taken at the last moment is confirmed, not expired', async () => {
    const taken = { slot: 5, confirmations: 1, err: null, confirmationStatus: 'confirmed' };
    node.statuses = [null, null, taken];
    node.heights = [151];
    expect((await run()).ok).toBe(true);
  });

  test('to a node that does not answer is not sent', async () => {
    node.down = true;
    expect(failureOf(await run())?.kind).toBe('unreachable');
    expect(steps).toEqual(['building']);
  });

  test('whose fate nobody tells is neither confirmed nor failed', async () => {
    means = {
      ...means,
      tell: (step) => {
        steps.push(step);
        if (step === 'sent') node.down = true;
      },
    };
    const failure = failureOf(await run());
    expect(failure).toMatchObject({ kind: 'unconfirmed' });
  });

  test('without a wallet asks for one', async () => {
    means = { ...means, signer: null };
    expect(failureOf(await run())?.kind).toBe('noWallet');
  });

  test('of too many accounts is too large, which is found before the wallet is asked', async () => {
    const accounts = await Promise.all(
      Array.from({ length: 40 }, async () => {
        const pair = await generateKeyPair();
        return { address: await getAddressFromPublicKey(pair.publicKey), role: AccountRole.READONLY };
      }),
    );
    const large: Instruction = { programAddress: PROGRAM, accounts, data: Uint8Array.of(1) };
    expect(failureOf(await run({ ...wanted, build: () => [large] }))?.kind).toBe('tooLarge');
    expect(node.count('simulateTransaction')).toBe(0);
  });

  test('whose input is wrong ends before the node is asked', async () => {
    const build = () => Promise.reject(new TypeError('a fault of the page'));
    expect(failureOf(await run({ ...wanted, build }))).toMatchObject({ kind: 'unknown' });
    expect(node.asked).toEqual([]);
  });

  test('of a wallet that sends itself is confirmed by its signature', async () => {
    const signAndSend = vi.fn(() => Promise.resolve(new Uint8Array(64).fill(7)));
    if (means.signer === null) throw new Error('no signer');
    means = { ...means, signer: { ...means.signer, sign: null, signAndSend } };
    const outcome = await run();
    expect(outcome.ok).toBe(true);
    expect(signAndSend).toHaveBeenCalledOnce();
    expect(node.sent).toEqual([]);
  });
});
