import { afterEach, describe, expect, test, vi } from 'vitest';
import { ConfigError, loadConfig, parseConfig, setNodeOverrides } from './config';

const GOOD = {
  name: 'local',
  rpcUrl: 'http://127.0.0.1:8899',
  wsUrl: 'ws://127.0.0.1:8900',
  programId: 'Whitt1e111111111111111111111111111111111111',
  genesisHash: null,
  local: '/local',
};

function problemOf(raw: unknown): { field: string | null; message: string } {
  try {
    parseConfig(raw);
  } catch (error) {
    if (error instanceof ConfigError) return { field: error.field, message: error.message };
    throw error;
  }
  throw new Error('it was accepted');
}

afterEach(() => {
  localStorage.clear();
  vi.unstubAllGlobals();
});

describe('the configuration', () => {
  test('is taken as it is when it is right', () => {
    expect(parseConfig(GOOD)).toEqual({ ...GOOD, tokens: {}, oracles: { markets: {}, banks: {} } });
  });

  test.each(['name', 'rpcUrl', 'wsUrl', 'programId'])('names the field %s when it is missing', (field) => {
    expect(problemOf({ ...GOOD, [field]: undefined })).toEqual({
      field,
      message: `config.json: ${field} is missing.`,
    });
  });

  test('refuses a web address where the WebSocket belongs', () => {
    expect(problemOf({ ...GOOD, wsUrl: 'http://127.0.0.1:8900' })).toEqual({
      field: 'wsUrl',
      message: 'wsUrl: "http://127.0.0.1:8900" must begin with ws:// or wss://.',
    });
  });

  test('refuses another program than the one that the page derives addresses of', () => {
    const { field, message } = problemOf({ ...GOOD, programId: '11111111111111111111111111111111' });
    expect(field).toBe('programId');
    expect(message).toContain('this page was built for Whitt1e111111111111111111111111111111111111');
  });

  test('names the oracle that is no address', () => {
    expect(problemOf({ ...GOOD, tokens: { SOL: 'SOL' } })).toEqual({
      field: 'tokens',
      message: 'config.json: tokens must hold a name for each mint.',
    });
    expect(problemOf({ ...GOOD, oracles: { markets: { 1: 'ETH' } } })).toEqual({
      field: 'oracles.markets.1',
      message: 'config.json: oracles.markets.1 must be an address in base 58.',
    });
  });

  test('says what the server answered when the file is not there', async () => {
    vi.stubGlobal('fetch', () => Promise.resolve(new Response('', { status: 404 })));
    await expect(loadConfig()).rejects.toThrow(
      'config.json could not be fetched: the server answered 404. It must lie beside index.html.',
    );
  });

  test('says so when what came is not JSON', async () => {
    vi.stubGlobal('fetch', () => Promise.resolve(new Response('<html>')));
    await expect(loadConfig()).rejects.toThrow('config.json is not JSON. Check its commas and quotes.');
  });

  test('gives way to the node that the user set', async () => {
    vi.stubGlobal('fetch', () => Promise.resolve(Response.json(GOOD)));
    setNodeOverrides({ rpcUrl: 'https://node.example' });
    const config = await loadConfig();
    expect([config.rpcUrl, config.wsUrl]).toEqual(['https://node.example', GOOD.wsUrl]);
  });

  test('refuses a node of the user that is no address, and keeps none', () => {
    expect(() => {
      setNodeOverrides({ rpcUrl: 'my node' });
    }).toThrow(new ConfigError('rpcUrl', 'rpcUrl: "my node" is no address of a node.'));
    expect(localStorage).toHaveLength(0);
  });
});
