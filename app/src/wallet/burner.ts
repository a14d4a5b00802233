// A wallet for the local network, in the page itself: a key of this browser that guards nothing of
// value. To the page it is a wallet as any other, by the Wallet Standard.
import {
  getAddressFromPublicKey,
  getTransactionDecoder,
  getTransactionEncoder,
  partiallySignTransaction,
  signBytes,
  type Address,
} from '@solana/kit';
import {
  SolanaSignMessage,
  SolanaSignTransaction,
  type SolanaSignMessageFeature,
  type SolanaSignMessageMethod,
  type SolanaSignTransactionFeature,
  type SolanaSignTransactionMethod,
} from '@solana/wallet-standard-features';
import type { Wallet, WalletAccount, WalletIcon } from '@wallet-standard/base';
import {
  StandardConnect,
  StandardDisconnect,
  StandardEvents,
  type StandardConnectFeature,
  type StandardConnectMethod,
  type StandardDisconnectFeature,
  type StandardEventsFeature,
  type StandardEventsListeners,
  type StandardEventsOnMethod,
} from '@wallet-standard/features';
import { browserKeyStore, type KeyStore } from './keystore';

const CHAIN = 'solana:localnet';

// A flame, 32 by 32.
const ICON: WalletIcon = `data:image/svg+xml;base64,${btoa(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#c2410c"/>' +
    '<path d="M17 5c1 5 6 7 6 13a7 7 0 0 1-14 0c0-3 2-5 3-7 1 2 2 3 3 3 1-3 0-6 2-9z" fill="#fff"/></svg>',
)}`;

/** What the burner's owner is asked. */
export interface Asked {
  what: 'transaction' | 'message';
  address: Address;
  /** Bytes to sign. */
  size: number;
}

/** Asks; true approves. */
export type Approve = (asked: Asked) => Promise<boolean>;

/** As other wallets refuse: number 4001. */
export class Refused extends Error {
  readonly code = 4001;
  constructor() {
    super('User rejected the request.');
    this.name = 'Refused';
  }
}

interface Key {
  address: Address;
  pair: CryptoKeyPair;
  account: WalletAccount;
}

type Features = StandardConnectFeature &
  StandardDisconnectFeature &
  StandardEventsFeature &
  SolanaSignTransactionFeature &
  SolanaSignMessageFeature;

export const BURNER_NAME = 'Burner';

export class BurnerWallet implements Wallet {
  readonly version = '1.0.0';
  readonly name = BURNER_NAME;
  readonly icon = ICON;
  readonly chains = [CHAIN] as const;
  readonly features: Features = {
    [StandardConnect]: { version: '1.0.0', connect: (input) => this.connect(input) },
    [StandardDisconnect]: { version: '1.0.0', disconnect: () => this.disconnect() },
    [StandardEvents]: { version: '1.0.0', on: (event, listener) => this.on(event, listener) },
    [SolanaSignTransaction]: {
      version: '1.0.0',
      supportedTransactionVersions: ['legacy', 0],
      signTransaction: (...inputs) => this.signTransaction(...inputs),
    },
    [SolanaSignMessage]: { version: '1.0.0', signMessage: (...inputs) => this.signMessage(...inputs) },
  };
  private key: Key | null = null;
  private readonly listeners = new Set<StandardEventsListeners['change']>();

  constructor(
    private readonly approve: Approve,
    private readonly store: KeyStore = browserKeyStore,
  ) {}

  get accounts(): readonly WalletAccount[] {
    return this.key === null ? [] : [this.key.account];
  }

  private connect: StandardConnectMethod = async (input) => {
    if (this.key === null) {
      const held = await this.store.load();
      // Silent means: as before, or not at all.
      if (held === null && input?.silent === true) return { accounts: [] };
      this.key = await this.keyOf(held ?? (await this.store.create()));
      this.tell();
    }
    return { accounts: this.accounts };
  };

  private async keyOf(pair: CryptoKeyPair): Promise<Key> {
    const address = await getAddressFromPublicKey(pair.publicKey);
    const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
    const features = [SolanaSignTransaction, SolanaSignMessage] as const;
    return { address, pair, account: { address, publicKey, chains: [CHAIN], features } };
  }

  /** The key stays: the next connection finds the same account. */
  private disconnect(): Promise<void> {
    this.key = null;
    this.tell();
    return Promise.resolve();
  }

  private on: StandardEventsOnMethod = (_event, listener) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private tell(): void {
    for (const listener of this.listeners) listener({ accounts: this.accounts });
  }

  private signTransaction: SolanaSignTransactionMethod = async (...inputs) => {
    const signed = [];
    for (const { account, transaction, chain } of inputs) {
      if (chain !== undefined && chain !== CHAIN)
        throw new Error(`The burner signs for the local network only, not for the chain ${chain}.`);
      const key = await this.approved(account, 'transaction', transaction.length);
      const decoded = getTransactionDecoder().decode(transaction);
      const done = await partiallySignTransaction([key.pair], decoded);
      signed.push({ signedTransaction: new Uint8Array(getTransactionEncoder().encode(done)) });
    }
    return signed;
  };

  private signMessage: SolanaSignMessageMethod = async (...inputs) => {
    const signed = [];
    for (const { account, message } of inputs) {
      const key = await this.approved(account, 'message', message.length);
      const signature = await signBytes(key.pair.privateKey, message);
      signed.push({ signedMessage: message, signature: new Uint8Array(signature) });
    }
    return signed;
  };

  private async approved(account: WalletAccount, what: Asked['what'], size: number): Promise<Key> {
    const { key } = this;
    if (key?.address !== account.address)
      throw new Error('The burner is not connected with this account. Connect it again.');
    if (!(await this.approve({ what, address: key.address, size }))) throw new Refused();
    return key;
  }
}
