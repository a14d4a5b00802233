import type { Wallets } from '@wallet-standard/app';
import type { Wallet, WalletAccount } from '@wallet-standard/base';
import type { StandardConnectMethod } from '@wallet-standard/features';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { WalletSession } from './session';

const ADDRESS = '6jqQuV2QFN6b7KZdDrk4pUhz6XuX8kCeMXYDQhbL2Hf4';
const OTHER = 'Fgjj2TjznRfQm6aR2sZUBdL2DyhTfnBnKmB49bfwpyEw';

const accountOf = (address: string): WalletAccount => ({
  address,
  publicKey: new Uint8Array(32),
  chains: ['solana:mainnet'],
  features: ['solana:signTransaction'],
});

/** What the browser's wallets register with. */
class Registry implements Wallets {
  private all: Wallet[] = [];
  private readonly listeners = new Set<() => void>();
  get = () => this.all;
  on = (_event: string, listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  register = (...wallets: Wallet[]) => {
    this.all = [...this.all, ...wallets];
    for (const listener of this.listeners) listener();
    return () => {
      this.all = this.all.filter((it) => !wallets.includes(it));
      for (const listener of this.listeners) listener();
    };
  };
}

interface Given {
  name?: string;
  chains?: Wallet['chains'];
  signs?: string;
}

/** A wallet that another party wrote: it gives one account, and tells when it gives another. */
function walletOf({
  name = 'Glow',
  chains = ['solana:mainnet'],
  signs = 'solana:signTransaction',
}: Given = {}) {
  const tellers: ((change: { accounts: WalletAccount[] }) => void)[] = [];
  const connect = vi.fn<StandardConnectMethod>(() => Promise.resolve({ accounts: [accountOf(ADDRESS)] }));
  const wallet = {
    version: '1.0.0',
    name,
    icon: 'data:image/png;base64,',
    chains,
    accounts: [],
    features: {
      'standard:connect': { version: '1.0.0', connect },
      'standard:events': {
        version: '1.0.0',
        on: (_event: string, teller: (change: { accounts: WalletAccount[] }) => void) => {
          tellers.push(teller);
          return () => tellers.splice(tellers.indexOf(teller), 1);
        },
      },
      [signs]: { version: '1.0.0' },
    },
  } as Wallet;
  const change = (...addresses: string[]) => {
    for (const tell of [...tellers]) tell({ accounts: addresses.map(accountOf) });
  };
  return { wallet, connect, change };
}

let registry: Registry;
let session: WalletSession;
let memory: Map<string, string>;

function newSession(): WalletSession {
  return new WalletSession(registry, 'solana:mainnet', {
    getItem: (key) => memory.get(key) ?? null,
    setItem: (key, value) => memory.set(key, value),
    removeItem: (key) => memory.delete(key),
  });
}

beforeEach(() => {
  registry = new Registry();
  memory = new Map();
  session = newSession();
});

describe('the wallets', () => {
  test('are those that sign for Solana, whenever they come', () => {
    session.start(null);
    registry.register(walletOf({ name: 'Signs' }).wallet);
    registry.register(walletOf({ name: 'Sends', signs: 'solana:signAndSendTransaction' }).wallet);
    registry.register(walletOf({ name: 'Looks', signs: 'solana:signIn' }).wallet);
    registry.register(walletOf({ name: 'Ethereum', chains: ['eip155:1'] }).wallet);
    expect(session.snapshot().wallets.map((it) => it.name)).toEqual(['Signs', 'Sends']);
  });

  test('include the page’s own until it stops', () => {
    const stop = session.start(walletOf({ name: 'Burner' }).wallet);
    expect(session.snapshot().wallets.map((it) => it.name)).toEqual(['Burner']);
    stop();
    expect(registry.get()).toEqual([]);
  });
});

describe('a wallet', () => {
  test('is connected with its account', async () => {
    session.start(walletOf().wallet);
    await session.connect('Glow');
    expect(session.snapshot().connected).toMatchObject({ name: 'Glow', address: ADDRESS });
    expect(session.signer()?.address).toBe(ADDRESS);
  });

  test('without the network of the page is not connected, and says so', async () => {
    const { wallet, connect } = walletOf({ chains: ['solana:devnet'] });
    session.start(wallet);
    await expect(session.connect('Glow')).rejects.toThrow(
      'Glow does not offer the network of this page (solana:mainnet). Switch its network or choose another wallet.',
    );
    expect(connect).not.toHaveBeenCalled();
  });

  test('is connected again after a reload, without asking', async () => {
    session.start(walletOf().wallet);
    await session.connect('Glow');
    registry = new Registry();
    const { wallet, connect } = walletOf();
    const reloaded = newSession();
    reloaded.start(null);
    // Wallets register when they are ready, which may be later.
    registry.register(wallet);
    await vi.waitUntil(() => reloaded.snapshot().connected !== null);
    expect(connect.mock.calls).toEqual([[{ silent: true }]]);
  });

  test('that was left stays left after a reload', async () => {
    session.start(walletOf().wallet);
    await session.connect('Glow');
    session.disconnect();
    const reloaded = newSession();
    const stop = reloaded.start(null);
    await Promise.resolve();
    stop();
    expect(reloaded.snapshot().connected).toBeNull();
  });

  test('that changes its account is followed', async () => {
    const { wallet, change } = walletOf();
    session.start(wallet);
    await session.connect('Glow');
    change(OTHER);
    expect(session.snapshot().connected?.address).toBe(OTHER);
    change();
    expect(session.snapshot().connected).toBeNull();
    expect(session.signer()).toBeNull();
  });

  test('that refuses is said to have refused, and connecting ends', async () => {
    const { wallet, connect } = walletOf();
    connect.mockRejectedValueOnce(new Error('User rejected the request.'));
    session.start(wallet);
    await expect(session.connect('Glow')).rejects.toThrow('User rejected the request.');
    expect(session.snapshot()).toMatchObject({ connecting: false, connected: null });
  });
});
