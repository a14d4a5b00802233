// The engine: the program's own decisions, compiled to WebAssembly from app/wasm. It is told accounts
// as the chain has them and answers questions about them. It does not know the time or the network.
import type { Kind, Methods, Problem } from './types';

export type Method = keyof Methods;
export type Request<M extends Method> = Methods[M][0];
export type Answer<M extends Method> = Methods[M][1];

/** A question without an answer: what is wrong and what to do about it. */
export class EngineProblem extends Error {
  constructor(readonly problem: Problem) {
    super(problem.message);
    this.name = 'EngineProblem';
  }
}

interface Exports {
  memory: WebAssembly.Memory;
  /** Room for a request of so many bytes. */
  buffer(length: number): number;
  /** Keeps the account whose address and data lie in the buffer; answers its kind. */
  take(length: number): number;
  forget(length: number): void;
  /** Answers the request in the buffer; returns the length of the reply. */
  call(length: number): number;
  reply(): number;
}

// In the order of the numbers that `take` answers, from 1 on.
const KINDS: readonly Kind[] = [
  'exchange',
  'bank',
  'market',
  'pool',
  'insurance',
  'account',
  'request',
  'proposal',
  'shareMint',
];

type Reply<M extends Method> = { ok: Answer<M> } | { error: Problem };

/** Functions that crates of Solana import for JavaScript of their own. The engine calls none. */
function unreachableImports(module: WebAssembly.Module): WebAssembly.Imports {
  const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    (imports[from] ??= {})[name] = () => {
      throw new Error(`the engine called ${name}, which nothing of its own does`);
    };
  }
  return imports;
}

export class Engine {
  private readonly wasm: Exports;
  private readonly encoder = new TextEncoder();
  private readonly decoder = new TextDecoder();

  private constructor(instance: WebAssembly.Instance) {
    this.wasm = instance.exports as unknown as Exports;
  }

  static async of(bytes: BufferSource): Promise<Engine> {
    const module = await WebAssembly.compile(bytes);
    return new Engine(await WebAssembly.instantiate(module, unreachableImports(module)));
  }

  /** Fetches it. Throws when it is not there. */
  static async load(url: string | URL): Promise<Engine> {
    const response = await fetch(url);
    if (!response.ok)
      throw new Error(`the engine could not be loaded: ${response.status} ${response.statusText}`);
    return Engine.of(await response.arrayBuffer());
  }

  /** Keeps an account of the program. Answers what it is, or null when it is none that counts. */
  take(address: Uint8Array, data: Uint8Array): Kind | null {
    const room = this.room(address.length + data.length);
    room.set(address);
    room.set(data, address.length);
    const kind = this.wasm.take(room.length);
    return KINDS[kind - 1] ?? null;
  }

  /** Drops an account that the chain no longer has. */
  forget(address: Uint8Array): void {
    const room = this.room(address.length);
    room.set(address);
    this.wasm.forget(room.length);
  }

  /** Asks. Throws an {@link EngineProblem} when there is no answer. */
  ask<M extends Method>(method: M, request: Request<M>): Answer<M> {
    const text = this.encoder.encode(JSON.stringify({ method, request }));
    const room = this.room(text.length);
    room.set(text);
    const length = this.wasm.call(text.length);
    const at = this.wasm.reply();
    const reply = new Uint8Array(this.wasm.memory.buffer, at, length);
    const told = JSON.parse(this.decoder.decode(reply)) as Reply<M>;
    if ('error' in told) throw new EngineProblem(told.error);
    return told.ok;
  }

  private room(length: number): Uint8Array {
    // Making room may grow the memory, which detaches the buffer it had before.
    const at = this.wasm.buffer(length);
    return new Uint8Array(this.wasm.memory.buffer, at, length);
  }
}
