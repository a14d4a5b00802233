// Where a browser keeps the burner's key: in IndexedDB, as a key that cannot be read out where the
// browser can keep one.
const DATABASE = 'whittle-burner';
const STORE = 'keys';
const KEY = 'burner';

export interface KeyStore {
  load(): Promise<CryptoKeyPair | null>;
  /** A new key, kept. */
  create(): Promise<CryptoKeyPair>;
}

function finished<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => {
      resolve(request.result);
    };
    request.onerror = () => {
      reject(request.error ?? new Error('the browser’s store failed'));
    };
  });
}

async function withStore<T>(
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore(STORE);
  };
  const database = await finished(opening);
  try {
    return await finished(act(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

/** How a key lies in a browser that keeps no key it cannot read. */
interface Exported {
  privateKey: ArrayBuffer;
  publicKey: ArrayBuffer;
}

export const browserKeyStore: KeyStore = {
  async load() {
    const held = (await withStore<unknown>('readonly', (store) => store.get(KEY))) as
      CryptoKeyPair | Exported | undefined;
    if (held === undefined) return null;
    return held.privateKey instanceof ArrayBuffer ? imported(held as Exported) : (held as CryptoKeyPair);
  },
  async create() {
    const pair = await newKeyPair(false);
    try {
      await withStore('readwrite', (store) => store.put(pair, KEY));
      return pair;
    } catch {
      // Some browsers cannot store a key as it is. The next best is one that can be read.
      const readable = await newKeyPair(true);
      const kept = await exported(readable);
      await withStore('readwrite', (store) => store.put(kept, KEY));
      return readable;
    }
  },
};

async function exported({ privateKey, publicKey }: CryptoKeyPair): Promise<Exported> {
  return {
    privateKey: await crypto.subtle.exportKey('pkcs8', privateKey),
    publicKey: await crypto.subtle.exportKey('raw', publicKey),
  };
}

async function imported({ privateKey, publicKey }: Exported): Promise<CryptoKeyPair> {
  return {
    privateKey: await crypto.subtle.importKey('pkcs8', privateKey, 'Ed25519', false, ['sign']),
    publicKey: await crypto.subtle.importKey('raw', publicKey, 'Ed25519', true, ['verify']),
  };
}

/** A new key pair. Throws when the browser cannot make one. */
async function newKeyPair(extractable: boolean): Promise<CryptoKeyPair> {
  try {
    return await crypto.subtle.generateKey('Ed25519', extractable, ['sign', 'verify']);
  } catch {
    throw new Error(
      'This browser cannot make Ed25519 keys. Use a current browser, at an address with https or localhost.',
    );
  }
}
