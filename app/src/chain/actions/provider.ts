// What a liquidity provider does.
import { TOKEN_PROGRAM_ADDRESS } from '@solana-program/token';
import { address } from '@solana/kit';
import { failure, TransactionFailure } from '../failure';
import { appended } from '../metas';
import { REQUEST_KINDS, type RequestView } from '../request';
import type { Desk } from './desk';
import {
  findRequestPda,
  getFillLiquidityRequestInstruction,
  getRefundLiquidityRequestInstruction,
  getRequestLiquidityInstruction,
} from '../../program';

export interface WantedLiquidity {
  kind: RequestView['kind'];
  /** Of quote tokens, or of shares. */
  atoms: string;
  /** Least of the other. */
  minAtoms: string;
}

const QUOTE_BANK = 0;

export function providerActions(desk: Desk) {
  /** Quote tokens and shares: what each is and where the exchange keeps it. */
  const sides = () => {
    const quote = desk.bank(QUOTE_BANK);
    const pool = desk.pool();
    return {
      quote: { mint: quote.mint, escrow: quote.vault, tokenProgram: quote.tokenProgram },
      share: { mint: pool.shareMint, escrow: pool.shareEscrow, tokenProgram: TOKEN_PROGRAM_ADDRESS },
      bank: address(quote.address),
      pool: address(pool.address),
    };
  };

  const known = (request: string): RequestView => {
    const found = desk.means.requests().find((it) => it.address === request);
    if (found === undefined)
      throw new TransactionFailure(failure('input', 'This request was filled or refunded already.'));
    return found;
  };

  return {
    requestLiquidity: async ({ kind, atoms, minAtoms }: WantedLiquidity) => {
      const owner = desk.owner();
      const { quote, share, bank, pool } = sides();
      const [gives, gets] = kind === 'deposit' ? [quote, share] : [share, quote];
      const [request] = await findRequestPda({ owner: owner.address });
      return [
        desk.createTokenAccount(gets.mint, gets.tokenProgram),
        getRequestLiquidityInstruction({
          owner,
          exchange: desk.exchange(),
          pool,
          request,
          bank,
          mint: address(gives.mint),
          escrow: address(gives.escrow),
          source: desk.tokenAccount(owner.address, gives.mint, gives.tokenProgram),
          receiver: desk.tokenAccount(owner.address, gets.mint, gets.tokenProgram),
          tokenProgram: address(gives.tokenProgram),
          kind: REQUEST_KINDS[kind],
          amountAtoms: BigInt(atoms),
          minOutAtoms: BigInt(minAtoms),
        }),
      ];
    },

    /** Gets back what one's own expired request holds. */
    refundLiquidity: async () => {
      const owner = desk.owner();
      const [address_] = await findRequestPda({ owner: owner.address });
      const request = known(address_);
      const { quote, share, bank, pool } = sides();
      const given = request.kind === 'deposit' ? quote : share;
      return [
        desk.createTokenAccount(given.mint, given.tokenProgram),
        getRefundLiquidityRequestInstruction({
          owner: owner.address,
          exchange: desk.exchange(),
          pool,
          request: request.address,
          bank,
          mint: address(given.mint),
          escrow: address(given.escrow),
          receiver: desk.tokenAccount(owner.address, given.mint, given.tokenProgram),
          tokenProgram: address(given.tokenProgram),
        }),
      ];
    },

    /** Fills anybody's request. All markets go along, each with its newest price. */
    fillLiquidity: async ({ request: key }: { request: string }) => {
      const request = known(key);
      const { quote, share, bank, pool } = sides();
      const { markets } = desk.overview();
      const fill = getFillLiquidityRequestInstruction({
        owner: request.owner,
        exchange: desk.exchange(),
        pool,
        insuranceFund: desk.insurance(),
        request: request.address,
        bank,
        mint: address(quote.mint),
        vault: address(quote.escrow),
        shareMint: address(share.mint),
        shareEscrow: address(share.escrow),
        receiver: request.receiver,
        tokenProgram: address(quote.tokenProgram),
        shareTokenProgram: address(share.tokenProgram),
      });
      return [
        ...(await desk.prices({ markets: markets.map((it) => it.index), banks: [] })),
        appended(
          fill,
          markets.map((it) => ({ address: it.address, writable: false })),
        ),
      ];
    },
  };
}
