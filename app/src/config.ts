// Where the page finds the exchange. The file lies beside the page, so that one build serves any network.
import { isAddress, type Address } from '@solana/kit';
import { WHITTLE_PROGRAM_ADDRESS } from './program';

export interface Config {
  /** Of the network, for a person. */
  name: string;
  rpcUrl: string;
  wsUrl: string;
  programId: Address;
  /** What the node must answer; null accepts any network that has the program. */
  genesisHash: string | null;
  /** Where the local network's own server answers; null elsewhere. */
  local: string | null;
  /** A transaction's page, with {signature} in it. */
  explorer?: string;
  /** What tokens are called, by their mints: the chain does not say. */
  tokens: Record<string, string>;
  /** Price accounts by the number of the market or bank, where they are not Pyth's sponsored ones. */
  oracles: { markets: Record<string, Address>; banks: Record<string, Address> };
}

/** The configuration is wrong: which field, and what it must be. */
export class ConfigError extends Error {
  constructor(
    readonly field: string | null,
    message: string,
  ) {
    super(message);
    this.name = 'ConfigError';
  }
}

const FILE = './config.json';
const OVERRIDES = 'whittle.node';

export async function loadConfig(): Promise<Config> {
  let response: Response;
  try {
    response = await fetch(FILE, { cache: 'no-cache' });
  } catch {
    throw new ConfigError(null, `config.json could not be fetched. Check the connection and try again.`);
  }
  if (!response.ok)
    throw new ConfigError(
      null,
      `config.json could not be fetched: the server answered ${response.status}. It must lie beside index.html.`,
    );
  let raw: unknown;
  try {
    raw = await response.json();
  } catch {
    throw new ConfigError(null, 'config.json is not JSON. Check its commas and quotes.');
  }
  return { ...parseConfig(raw), ...nodeOverrides() };
}

/** Checks each field. Throws a {@link ConfigError} that names the first that is wrong. */
export function parseConfig(raw: unknown): Config {
  if (!isRecord(raw)) throw new ConfigError(null, 'config.json must hold an object.');
  const explorer = optionalText(raw, 'explorer');
  if (explorer !== null && !explorer.includes('{signature}'))
    throw new ConfigError('explorer', 'config.json: explorer must have {signature} in it.');
  return {
    name: text(raw, 'name'),
    rpcUrl: url('rpcUrl', text(raw, 'rpcUrl'), ['http:', 'https:']),
    wsUrl: url('wsUrl', text(raw, 'wsUrl'), ['ws:', 'wss:']),
    programId: program(raw),
    genesisHash: optionalText(raw, 'genesisHash'),
    local: optionalText(raw, 'local'),
    ...(explorer === null ? {} : { explorer }),
    tokens: tokens(raw['tokens']),
    oracles: oracles(raw['oracles']),
  };
}

export interface NodeOverrides {
  rpcUrl?: string;
  wsUrl?: string;
}

/** The user's own node, from the settings. */
export function nodeOverrides(): NodeOverrides {
  const stored = localStorage.getItem(OVERRIDES);
  if (stored === null) return {};
  try {
    const raw: unknown = JSON.parse(stored);
    return isRecord(raw) ? checkedOverrides(raw) : {};
  } catch {
    // Stored by an older page or edited by hand: the page's own node serves as well.
    return {};
  }
}

/** Keeps the user's own node for the next start. Throws a {@link ConfigError} when it is none. */
export function setNodeOverrides(overrides: NodeOverrides): void {
  const checked = checkedOverrides({ ...overrides });
  if (Object.keys(checked).length === 0) localStorage.removeItem(OVERRIDES);
  else localStorage.setItem(OVERRIDES, JSON.stringify(checked));
}

function checkedOverrides(raw: Record<string, unknown>): NodeOverrides {
  const rpc = optionalText(raw, 'rpcUrl');
  const ws = optionalText(raw, 'wsUrl');
  return {
    ...(rpc === null ? {} : { rpcUrl: url('rpcUrl', rpc, ['http:', 'https:']) }),
    ...(ws === null ? {} : { wsUrl: url('wsUrl', ws, ['ws:', 'wss:']) }),
  };
}

function tokens(raw: unknown): Config['tokens'] {
  if (raw === undefined || raw === null) return {};
  const wrong = new ConfigError('tokens', 'config.json: tokens must hold a name for each mint.');
  if (!isRecord(raw)) throw wrong;
  const named = Object.entries(raw).map(([mint, name]) => {
    if (!isAddress(mint) || typeof name !== 'string') throw wrong;
    return [mint, name] as const;
  });
  return Object.fromEntries(named);
}

function isRecord(raw: unknown): raw is Record<string, unknown> {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw);
}

function text(raw: Record<string, unknown>, field: string): string {
  const value = optionalText(raw, field);
  if (value === null) throw new ConfigError(field, `config.json: ${field} is missing.`);
  return value;
}

function optionalText(raw: Record<string, unknown>, field: string): string | null {
  const value = raw[field];
  if (value === undefined || value === null || value === '') return null;
  if (typeof value !== 'string') throw new ConfigError(field, `config.json: ${field} must be text.`);
  return value;
}

function url(field: string, value: string, schemes: string[]): string {
  let parsed: URL;
  try {
    parsed = new URL(value);
  } catch {
    throw new ConfigError(field, `${field}: "${value}" is no address of a node.`);
  }
  if (!schemes.includes(parsed.protocol))
    throw new ConfigError(
      field,
      `${field}: "${value}" must begin with ${schemes.map((it) => `${it}//`).join(' or ')}.`,
    );
  return value;
}

function program(raw: Record<string, unknown>): Address {
  const value = address('programId', text(raw, 'programId'));
  // The engine and the client derive addresses from the id that they were built with.
  if (value !== WHITTLE_PROGRAM_ADDRESS)
    throw new ConfigError(
      'programId',
      `config.json: programId is ${value}, but this page was built for ${WHITTLE_PROGRAM_ADDRESS}.`,
    );
  return value;
}

function address(field: string, value: unknown): Address {
  if (typeof value !== 'string' || !isAddress(value))
    throw new ConfigError(field, `config.json: ${field} must be an address in base 58.`);
  return value;
}

function oracles(raw: unknown): Config['oracles'] {
  const none = { markets: {}, banks: {} };
  if (raw === undefined || raw === null) return none;
  if (!isRecord(raw)) throw new ConfigError('oracles', 'config.json: oracles must be an object.');
  const part = (name: 'markets' | 'banks') => {
    const given = raw[name] ?? {};
    const field = `oracles.${name}`;
    if (!isRecord(given)) throw new ConfigError(field, `config.json: ${field} must be an object.`);
    return Object.fromEntries(
      Object.entries(given).map(([index, it]) => [index, address(`${field}.${index}`, it)]),
    );
  };
  return { markets: part('markets'), banks: part('banks') };
}
