// Where a browser keeps the burner's key: in IndexedDB, as a key that cannot be read out where the
// browser can keep one.
const DATABASE = 'whittle-burner';
const STORE = 'keys';
const KEY = 'burner';

export interface KeyStore {
  load(): Promise<CryptoKeyPair | null>;
  save(pair: CryptoKeyPair): Promise<void>;
  clear(): Promise<void>;
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

export const browserKeyStore: KeyStore = {
  async load() {
    const held = await withStore<unknown>('readonly', (store) => store.get(KEY));
    return (held as CryptoKeyPair | undefined) ?? null;
  },
  async save(pair) {
    await withStore('readwrite', (store) => store.put(pair, KEY));
  },
  async clear() {
    await withStore('readwrite', (store) => store.delete(KEY));
  },
};

/** A new key pair. Throws when the browser cannot make one. */
export async function newKeyPair(): Promise<CryptoKeyPair> {
  try {
    return (await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])) as CryptoKeyPair;
  } catch {
    throw new Error(
      'This browser cannot make Ed25519 keys. Use a current browser, at an address with https or localhost.',
    );
  }
}
