// Whether the node is on the network that the page is for.
import { fetchEncodedAccount } from '@solana/kit';
import type { Config } from '../config';
import type { Connection } from './connection';

/** What is wrong, for a person; null when nothing is. Throws when the node does not answer. */
export async function wrongNetwork(connection: Connection, config: Config): Promise<string | null> {
  const genesis = await connection.rpc.getGenesisHash().send();
  if (config.genesisHash !== null && genesis !== config.genesisHash)
    return (
      `The node at ${config.rpcUrl} is on another network than ${config.name}: its genesis hash is ` +
      `${genesis}, expected is ${config.genesisHash}. Choose a node of ${config.name}.`
    );
  const program = await fetchEncodedAccount(connection.rpc, config.programId);
  if (!program.exists)
    return `The node at ${config.rpcUrl} has no program at ${config.programId}. Choose a node of ${config.name}.`;
  return null;
}

const CHAINS: Record<string, Chain> = {
  '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d': 'solana:mainnet',
  EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG: 'solana:devnet',
  '4uhcVJyU9pJkvQyS88uRDiswHXSCkY3zQawwpjk2NsNY': 'solana:testnet',
};

export type Chain = `solana:${'mainnet' | 'devnet' | 'testnet' | 'localnet'}`;

/** What wallets call the network. */
export function chainOf(config: Pick<Config, 'genesisHash' | 'local'>): Chain {
  const known = config.genesisHash === null ? undefined : CHAINS[config.genesisHash];
  return known ?? (config.local === null ? 'solana:mainnet' : 'solana:localnet');
}
