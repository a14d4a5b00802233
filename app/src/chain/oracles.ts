// Where the prices are that the program caches, and whether they are newer than what it holds.
import { address, getProgramDerivedAddress, type Address, type Instruction } from '@solana/kit';
import { getUpdateBanksInstruction, getUpdateMarketsInstruction } from '../program';
import { TransactionFailure, failure } from './failure';
import { bytesOfBase64, type Connection } from './connection';
import { appended } from './metas';
import type { Config } from '../config';
import type { BankView, MarketView, Overview } from '../risk/types';

const PUSH_ORACLE = address('pythWSnswVUd12oZpeFP8e9CVaEqJg25g1Vtc2biRsT');
// Pyth's sponsored feeds are on shard 0.
const SHARD = new Uint8Array([0, 0]);

type Priced = Pick<MarketView, 'index' | 'oracleKind' | 'oracleKey'>;

function named(error: string): TransactionFailure {
  return new TransactionFailure(failure('input', error));
}

/** The price account of a market. */
export async function marketOracle(config: Config, market: Priced): Promise<Address> {
  return config.oracles.markets[market.index] ?? (await feedAccount(market.oracleKind, market.oracleKey));
}

/** The price account of a bank: its own, or that of a market with the same feed. */
export async function bankOracle(
  config: Config,
  bank: BankView,
  markets: MarketView[],
): Promise<Address | null> {
  const { index, oracleKind, oracleKey } = bank;
  if (oracleKind === null || oracleKey === null) return null;
  const own = config.oracles.banks[index];
  if (own !== undefined) return own;
  const same = markets.find((it) => it.oracleKind === oracleKind && it.oracleKey === oracleKey);
  return same === undefined ? feedAccount(oracleKind, oracleKey) : marketOracle(config, same);
}

async function feedAccount(kind: Priced['oracleKind'], key: string): Promise<Address> {
  if (kind === 'pythLegacy') return address(key);
  const feed = /^(?:0x)?([0-9a-f]{64})$/i.exec(key)?.[1];
  if (feed === undefined) throw named(`The feed id ${key} is not 32 bytes in hex.`);
  const id = Uint8Array.from(feed.match(/../g) ?? [], (it) => Number.parseInt(it, 16));
  const [account] = await getProgramDerivedAddress({ programAddress: PUSH_ORACLE, seeds: [SHARD, id] });
  return account;
}

export interface Needed {
  /** Numbers. */
  markets: number[];
  banks: number[];
}

interface Pair {
  cache: Address;
  oracle: Address;
  publishTime: number;
}

/** Instructions that cache the prices of these, of which the oracle has newer ones. */
export async function updates(
  { config, connection }: { config: Config; connection: Connection },
  overview: Overview,
  needed: Needed,
): Promise<Instruction[]> {
  if (overview.exchange === null) throw named('There is no exchange on this network.');
  const exchange = address(overview.exchange.address);
  // A market that was settled takes no price any more.
  const markets = overview.markets.filter(
    (it) => needed.markets.includes(it.index) && (it.windDown?.settledAt ?? null) === null,
  );
  const banks = overview.banks.filter((it) => needed.banks.includes(it.index));
  const ofMarkets = await Promise.all(markets.map(async (it) => pair(it, await marketOracle(config, it))));
  const ofBanks = await Promise.all(
    banks.map(async (it) => pair(it, await bankOracle(config, it, overview.markets))),
  );
  const newer = await withNewer(
    connection,
    [...ofMarkets, ...ofBanks].filter((it) => it !== null),
  );
  const pairs = (all: (Pair | null)[]) => all.filter((it) => it !== null).filter((it) => newer.has(it.cache));
  const instructions: Instruction[] = [];
  const [due, dueBanks] = [pairs(ofMarkets), pairs(ofBanks)];
  if (due.length > 0) instructions.push(appended(getUpdateMarketsInstruction({ exchange }), metas(due)));
  if (dueBanks.length > 0)
    instructions.push(appended(getUpdateBanksInstruction({ exchange }), metas(dueBanks)));
  return instructions;
}

function pair(of: { address: string; publishTime: number }, oracle: Address | null): Pair | null {
  return oracle === null ? null : { cache: address(of.address), oracle, publishTime: of.publishTime };
}

function metas(pairs: Pair[]) {
  return pairs.flatMap(({ cache, oracle }) => [
    { address: cache, writable: true },
    { address: oracle, writable: false },
  ]);
}

async function withNewer({ rpc }: Connection, pairs: Pair[]): Promise<Set<Address>> {
  if (pairs.length === 0) return new Set();
  const { value } = await rpc
    .getMultipleAccounts(
      pairs.map((it) => it.oracle),
      { encoding: 'base64', commitment: 'confirmed' },
    )
    .send();
  const newer = pairs.filter((it, at) => {
    const account = value[at] ?? null;
    // A price account that is not there makes the update fail; what is cached may still do.
    if (account === null) return false;
    const published = publishTime(bytesOfBase64(account.data[0]));
    return published === null || published > it.publishTime;
  });
  return new Set(newer.map((it) => it.cache));
}

// Pyth's PriceUpdateV2: a discriminator, the authority, how it was verified (two bytes when in part,
// one when in full), then the message: feed id, price, confidence, exponent, publish time.
const VERIFICATION_AT = 8 + 32;
const PARTIAL = 0;
const TIME_IN_MESSAGE = 32 + 8 + 8 + 4;
const UPDATE_DISCRIMINATOR = [34, 241, 35, 99, 157, 126, 244, 205];

/** Null when it is in another format, which the program knows. */
export function publishTime(data: Uint8Array): number | null {
  if (!UPDATE_DISCRIMINATOR.every((it, at) => data[at] === it)) return null;
  const message = VERIFICATION_AT + (data[VERIFICATION_AT] === PARTIAL ? 2 : 1);
  const at = message + TIME_IN_MESSAGE;
  if (data.length < at + 8) return null;
  return Number(new DataView(data.buffer, data.byteOffset, data.byteLength).getBigInt64(at, true));
}
