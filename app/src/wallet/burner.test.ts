// @vitest-environment node
import {
  appendTransactionMessageInstruction,
  assertIsFullySignedTransaction,
  blockhash,
  address,
  compileTransaction,
  createNoopSigner,
  createTransactionMessage,
  getTransactionDecoder,
  getTransactionEncoder,
  pipe,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  verifySignature,
} from '@solana/kit';
import type { WalletAccount } from '@wallet-standard/base';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Approvals } from './approval';
import { BurnerWallet, Refused } from './burner';
import type { KeyStore } from './keystore';

/** As the browser's, for one visit. */
class MemoryStore implements KeyStore {
  pair: CryptoKeyPair | null = null;
  load() {
    return Promise.resolve(this.pair);
  }
  async create() {
    this.pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
    return this.pair;
  }
}

let store: MemoryStore;
let approvals: Approvals;
let burner: BurnerWallet;

beforeEach(() => {
  const memory = new Map<string, string>();
  store = new MemoryStore();
  approvals = new Approvals({
    getItem: (key) => memory.get(key) ?? null,
    setItem: (key, value) => memory.set(key, value),
  });
  burner = new BurnerWallet(approvals.approve, store);
});

async function connected(): Promise<WalletAccount> {
  const { accounts } = await burner.features['standard:connect'].connect();
  const [account] = accounts;
  if (account === undefined) throw new Error('no account');
  return account;
}

function transactionOf(payer: string): Uint8Array {
  const transaction = pipe(
    createTransactionMessage({ version: 0 }),
    (it) => setTransactionMessageFeePayerSigner(createNoopSigner(address(payer)), it),
    (it) =>
      setTransactionMessageLifetimeUsingBlockhash(
        { blockhash: blockhash('9P7znMbWbmMNQSWBYo7VWgMja5qjeJJAEMS8Xd3vyek6'), lastValidBlockHeight: 1n },
        it,
      ),
    (it) =>
      appendTransactionMessageInstruction(
        {
          programAddress: address('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr'),
          data: Uint8Array.of(104, 105),
        },
        it,
      ),
    compileTransaction,
  );
  return new Uint8Array(getTransactionEncoder().encode(transaction));
}

const sign = (account: WalletAccount) =>
  burner.features['solana:signTransaction'].signTransaction({
    account,
    transaction: transactionOf(account.address),
    chain: 'solana:localnet',
  });

describe('the burner', () => {
  test('signs a transaction so that it is complete', async () => {
    const account = await connected();
    const [signed] = await sign(account);
    const transaction = getTransactionDecoder().decode(signed?.signedTransaction ?? new Uint8Array());
    assertIsFullySignedTransaction(transaction);
    const signature = transaction.signatures[address(account.address)];
    const key = store.pair?.publicKey;
    if (signature === null || signature === undefined || key === undefined) throw new Error('not signed');
    expect(await verifySignature(key, signature, transaction.messageBytes)).toBe(true);
  });

  test('has a key that the page cannot read', async () => {
    await connected();
    expect(store.pair?.privateKey.extractable).toBe(false);
  });

  test('has the same account after it was left', async () => {
    const before = await connected();
    await burner.features['standard:disconnect'].disconnect();
    expect(burner.accounts).toEqual([]);
    expect((await connected()).address).toBe(before.address);
  });

  test('makes no key when it is connected silently for the first time', async () => {
    const { accounts } = await burner.features['standard:connect'].connect({ silent: true });
    expect(accounts).toEqual([]);
    expect(store.pair).toBeNull();
  });

  test('asks before it signs when it is set to, and signs nothing when that is refused', async () => {
    const account = await connected();
    approvals.setAsks(true);
    const signing = sign(account);
    await vi.waitUntil(() => approvals.pending().length === 1);
    expect(approvals.pending()[0]?.asked).toMatchObject({ what: 'transaction', address: account.address });
    approvals.pending()[0]?.answer(false);
    await expect(signing).rejects.toThrow(new Refused());
    expect(approvals.pending()).toEqual([]);
  });

  test('signs when it is approved', async () => {
    const account = await connected();
    approvals.setAsks(true);
    const signing = sign(account);
    await vi.waitUntil(() => approvals.pending().length === 1);
    approvals.pending()[0]?.answer(true);
    expect(await signing).toHaveLength(1);
  });

  test('refuses to sign for a network that is not local', async () => {
    const account = await connected();
    const signing = burner.features['solana:signTransaction'].signTransaction({
      account,
      transaction: transactionOf(account.address),
      chain: 'solana:mainnet',
    });
    await expect(signing).rejects.toThrow('The burner signs for the local network only');
  });

  test('tells who listens that its account came and went', async () => {
    const told = vi.fn();
    const end = burner.features['standard:events'].on('change', told);
    const account = await connected();
    await burner.features['standard:disconnect'].disconnect();
    end();
    await connected();
    expect(told.mock.calls).toEqual([[{ accounts: [account] }], [{ accounts: [] }]]);
  });
});
