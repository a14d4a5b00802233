// Which wallets there are and which one is connected. By the Wallet Standard only.
import { address, type Address } from '@solana/kit';
import {
  SolanaSignAndSendTransaction,
  SolanaSignTransaction,
  type SolanaSignAndSendTransactionFeature,
  type SolanaSignTransactionFeature,
} from '@solana/wallet-standard-features';
import type { Wallets } from '@wallet-standard/app';
import type { Wallet, WalletAccount } from '@wallet-standard/base';
import {
  StandardConnect,
  StandardDisconnect,
  StandardEvents,
  type StandardConnectFeature,
  type StandardDisconnectFeature,
  type StandardEventsFeature,
} from '@wallet-standard/features';
import type { Chain } from '../chain/network';

export interface WalletInfo {
  name: string;
  icon: string;
}

export interface Connected extends WalletInfo {
  address: Address;
}

/** How the connected wallet signs: by one of two ways, as wallets differ. */
export interface WalletSigner {
  address: Address;
  /** Signs and gives the transaction back. */
  sign: ((transaction: Uint8Array) => Promise<Uint8Array>) | null;
  /** Signs and sends it itself; gives the signature. */
  signAndSend: ((transaction: Uint8Array) => Promise<Uint8Array>) | null;
}

export interface SessionState {
  wallets: WalletInfo[];
  connected: Connected | null;
  connecting: boolean;
}

interface Held {
  wallet: Wallet;
  account: WalletAccount;
  quiet: () => void;
}

const LAST = 'whittle.wallet';

export class WalletSession {
  private state: SessionState = { wallets: [], connected: null, connecting: false };
  private held: Held | null = null;
  private readonly listeners = new Set<() => void>();
  private silentlyTried = false;

  constructor(
    private readonly registry: Wallets,
    private readonly chain: Chain,
    private readonly memory: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> = localStorage,
  ) {}

  /**
   * Follows wallets that come and go, of which the page may bring its own, and connects the last one
   * again without asking.
   */
  start(own: Wallet | null): () => void {
    const look = () => {
      this.set({ wallets: this.usable().map(({ name, icon }) => ({ name, icon })) });
      void this.reconnect();
    };
    const ends = [this.registry.on('register', look), this.registry.on('unregister', look)];
    look();
    if (own !== null) ends.push(this.registry.register(own));
    return () => {
      for (const end of ends) end();
    };
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): SessionState => this.state;

  /** Throws with words for a person when it cannot be connected. */
  connect = async (name: string): Promise<void> => {
    const wallet = this.usable().find((it) => it.name === name);
    if (wallet === undefined) throw new Error(`The wallet ${name} is not there any more. Reload the page.`);
    if (!wallet.chains.includes(this.chain))
      throw new Error(
        `${name} does not offer the network of this page (${this.chain}). Switch its network or choose another wallet.`,
      );
    this.set({ connecting: true });
    try {
      if (!(await this.open(wallet, false)))
        throw new Error(`${name} gave no account. Unlock it and allow this page to see one.`);
      this.memory.setItem(LAST, name);
    } finally {
      this.set({ connecting: false });
    }
  };

  disconnect = (): void => {
    const { held } = this;
    this.memory.removeItem(LAST);
    this.leave();
    const feature = held?.wallet.features[StandardDisconnect] as
      StandardDisconnectFeature[typeof StandardDisconnect] | undefined;
    // To the page it is gone either way.
    feature?.disconnect().catch(() => undefined);
  };

  /** Null while no wallet is connected. */
  signer(): WalletSigner | null {
    if (this.held === null) return null;
    const { wallet, account } = this.held;
    const features = wallet.features as Partial<
      SolanaSignTransactionFeature & SolanaSignAndSendTransactionFeature
    >;
    const sign = features[SolanaSignTransaction];
    const send = features[SolanaSignAndSendTransaction];
    const { chain } = this;
    return {
      address: address(account.address),
      sign:
        sign === undefined
          ? null
          : async (transaction) => {
              const [signed] = await sign.signTransaction({ account, transaction, chain });
              if (signed === undefined) throw new Error('It gave nothing back.');
              return signed.signedTransaction;
            },
      signAndSend:
        send === undefined
          ? null
          : async (transaction) => {
              const [sent] = await send.signAndSendTransaction({ account, transaction, chain });
              if (sent === undefined) throw new Error('It gave nothing back.');
              return sent.signature;
            },
    };
  }

  private usable(): Wallet[] {
    const names = new Set<string>();
    return this.registry.get().filter(({ name, features, chains }) => {
      // A wallet may register twice. It is known by its name, here and to people.
      if (names.has(name)) return false;
      names.add(name);
      const signs = SolanaSignTransaction in features || SolanaSignAndSendTransaction in features;
      const solana = chains.some((it) => it.startsWith('solana:'));
      return StandardConnect in features && signs && solana;
    });
  }

  private async reconnect(): Promise<void> {
    const last = this.memory.getItem(LAST);
    if (this.silentlyTried || this.held !== null || last === null) return;
    const wallet = this.usable().find((it) => it.name === last);
    if (!wallet?.chains.includes(this.chain)) return;
    this.silentlyTried = true;
    try {
      await this.open(wallet, true);
    } catch {
      // Nobody asked for it now: the wallet can be chosen again.
    }
  }

  private async open(wallet: Wallet, silent: boolean): Promise<boolean> {
    const feature = wallet.features[StandardConnect] as StandardConnectFeature[typeof StandardConnect];
    const { accounts } = await feature.connect(silent ? { silent } : undefined);
    const account = accounts.find((it) => it.chains.some((chain) => chain.startsWith('solana:')));
    if (account === undefined) return false;
    this.leave();
    this.hold(wallet, account);
    return true;
  }

  private hold(wallet: Wallet, account: WalletAccount): void {
    const events = wallet.features[StandardEvents] as
      StandardEventsFeature[typeof StandardEvents] | undefined;
    const quiet = events?.on('change', (change) => {
      if (change.accounts !== undefined) this.accountsChanged(wallet, change.accounts);
    });
    this.held = { wallet, account, quiet: quiet ?? (() => undefined) };
    const { name, icon } = wallet;
    this.set({ connected: { name, icon, address: address(account.address) } });
  }

  private accountsChanged(wallet: Wallet, accounts: readonly WalletAccount[]): void {
    const before = this.held?.account.address;
    const next = accounts.find((it) => it.address === before) ?? accounts[0];
    this.leave();
    if (next !== undefined) this.hold(wallet, next);
  }

  private leave(): void {
    this.held?.quiet();
    this.held = null;
    this.set({ connected: null });
  }

  private set(part: Partial<SessionState>): void {
    this.state = { ...this.state, ...part };
    for (const listener of this.listeners) listener();
  }
}
