// Opens a margin account, deposits and buys, with published libraries and the IDL: @solana/kit for the
// chain, Codama's dynamic client for instructions and accounts. The price moves on, so the limit is
// 5 % over the cached one. Waits until a keeper has filled the order.
//
//   node trade.mjs '{"rpc": URL, "idl": FILE, "keypair": FILE, "deposit": "1000000000",
//                    "market": 0, "notional": "2000000000", "patience": 60}'
//
// Sums are USD atoms, the patience is seconds. Prints one JSON object: addresses, signature, cash and
// position. Only HTTP: Node.js 20 has no WebSocket.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createProgramClient } from '@codama/dynamic-client';
import { getNodeCodec } from '@codama/dynamic-codecs';
import { rootNodeFromAnchor } from '@codama/nodes-from-anchor';
import {
  address,
  appendTransactionMessageInstructions,
  createKeyPairSignerFromBytes,
  createSolanaRpc,
  createTransactionMessage,
  getAddressEncoder,
  getBase58Decoder,
  getBase64Encoder,
  getBase64EncodedWireTransaction,
  getProgramDerivedAddress,
  getSignatureFromTransaction,
  pipe,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
} from '@solana/kit';

const options = JSON.parse(process.argv[2]);
const idl = JSON.parse(readFileSync(options.idl, 'utf8'));
const root = rootNodeFromAnchor(idl);
const client = createProgramClient(root);
const rpc = createSolanaRpc(options.rpc);
const processed = { commitment: 'processed' };

function codecOf(name) {
  return getNodeCodec([root, root.program, root.program.accounts.find((it) => it.name === name)]);
}

function decode(name, [data]) {
  return codecOf(name).decode(getBase64Encoder().encode(data));
}

// Every account of a type, by the discriminator that the IDL has for it.
async function all(type, name) {
  const { discriminator } = idl.accounts.find((it) => it.name === type);
  const bytes = getBase58Decoder().decode(Uint8Array.from(discriminator));
  const filters = [{ memcmp: { offset: 0n, bytes, encoding: 'base58' } }];
  const config = { ...processed, encoding: 'base64', filters };
  const found = await rpc.getProgramAccounts(client.programAddress, config).send();
  return found.map(({ pubkey, account }) => ({ address: pubkey, ...decode(name, account.data) }));
}

async function one(name, at) {
  const { value } = await rpc.getAccountInfo(at, { ...processed, encoding: 'base64' }).send();
  return value && decode(name, value.data);
}

async function until(what, look) {
  const deadline = Date.now() + options.patience * 1000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`${what}: not after ${options.patience} s`);
    await sleep(200);
  }
}

async function send(signer, instructions) {
  const { value: lifetime } = await rpc.getLatestBlockhash(processed).send();
  const message = pipe(
    createTransactionMessage({ version: 0 }),
    (it) => setTransactionMessageFeePayerSigner(signer, it),
    (it) => setTransactionMessageLifetimeUsingBlockhash(lifetime, it),
    (it) => appendTransactionMessageInstructions(instructions, it),
  );
  const transaction = await signTransactionMessageWithSigners(message);
  const signature = getSignatureFromTransaction(transaction);
  const wire = getBase64EncodedWireTransaction(transaction);
  await rpc.sendTransaction(wire, { encoding: 'base64', preflightCommitment: 'processed' }).send();
  const status = await until(`transaction ${signature}`, async () => {
    const { value } = await rpc.getSignatureStatuses([signature]).send();
    return value[0];
  });
  if (status.err) throw new Error(`transaction ${signature}: ${JSON.stringify(status.err)}`);
  return signature;
}

const secret = JSON.parse(readFileSync(options.keypair, 'utf8'));
const signer = await createKeyPairSignerFromBytes(Uint8Array.from(secret));
const owner = signer.address;

const [exchange] = await client.pdas.exchange();
const [insuranceFund] = await client.pdas.insuranceFund();
const [account] = await client.pdas.account({ owner, subId: 0 });
const bank = (await all('Bank', 'bank')).find((it) => it.index === 0);
const market = (await all('Market', 'market')).find((it) => it.index === options.market);
// The associated token account, as SPL derives it.
const seeds = [owner, bank.tokenProgram, bank.mint].map((it) => getAddressEncoder().encode(it));
const [source] = await getProgramDerivedAddress({
  programAddress: address('ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL'),
  seeds,
});

const { params } = await one('exchange', exchange);
const now = BigInt(Math.floor(Date.now() / 1000));
const price = market.price.priceQ32;
const lots = (BigInt(options.notional) << 32n) / price;
const instructions = [
  await client.methods.openMarginAccount({ subId: 0 }).accounts({ owner }).instruction(),
  await client.methods
    .deposit({ amountAtoms: BigInt(options.deposit) })
    .accounts({
      depositor: owner,
      exchange,
      account,
      bank: bank.address,
      mint: bank.mint,
      vault: bank.vault,
      source,
      tokenProgram: bank.tokenProgram,
    })
    .instruction(),
  await client.methods
    .placeOrder({
      lots,
      limitQ32: price + price / 20n,
      // Less than the longest life, should the chain's clock be behind.
      expiresAt: now + BigInt(params.orderLifeSecs) - 30n,
      reduceOnly: false,
      triggerQ32: 0n,
      triggerAbove: false,
    })
    .accounts({ exchange, account, market: market.address, authority: owner, insuranceFund })
    .instruction(),
];
const signature = await send(signer, instructions);

const filled = await until('the order is not filled', async () => {
  const seen = await one('marginAccount', account);
  if (seen.positions.some((it) => it.lots !== 0n)) return seen;
  if (seen.orders.every((it) => it.lots === 0n)) throw new Error('the order was not filled, but removed');
});
const position = filled.positions.find((it) => it.lots !== 0n);
const told = {
  account,
  market: market.address,
  signature,
  cash: filled.cashUsdAtoms,
  lots: position.lots,
  ordered: lots,
};
console.log(JSON.stringify(told, (_, value) => (typeof value === 'bigint' ? value.toString() : value)));
