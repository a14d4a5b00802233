// What anybody may do for a reward, or for the exchange.
import { address, type Instruction } from '@solana/kit';
import { failure, TransactionFailure } from '../failure';
import { appended } from '../metas';
import { marketOracle } from '../oracles';
import type { InPlace } from './trader';
import type { Desk } from './desk';
import {
  getFillOrderInstruction,
  getFlagAccountInstruction,
  getIssueMarginCallInstruction,
  getLiquidatePartialInstruction,
  getTriggerOrderInstruction,
} from '../../program';
import type { AccountView, OrderView } from '../../risk/types';

export function keeperActions(desk: Desk) {
  const flagged = (account: string): Instruction =>
    appended(
      getFlagAccountInstruction({ exchange: desk.exchange(), account: address(account) }),
      desk.remaining(account, 'none'),
    );

  const order = (account: string, place: number): OrderView => {
    const found = desk.account(account).orders.find((it) => it.place === place);
    if (found === undefined)
      throw new TransactionFailure(failure('input', 'This order was filled or removed already.'));
    return found;
  };

  /** Whether its flag still counts. */
  const isFlagged = ({ flag }: AccountView) => flag !== null && flag.lapsesAt > desk.means.now();

  return {
    /** Caches newer prices of everything. */
    updatePrices: async () => {
      const { markets, banks } = desk.overview();
      const instructions = await desk.prices({
        markets: markets.map((it) => it.index),
        banks: banks.map((it) => it.index),
      });
      if (instructions.length === 0)
        throw new TransactionFailure(failure('input', 'The exchange holds the newest prices already.'));
      return instructions;
    },

    flag: async ({ account }: { account: string }) => [...(await desk.pricesOf(account)), flagged(account)],

    /** Flags it first where that was not done. The bonus goes to the wallet's own account. */
    liquidate: async ({ account, minBonusAtoms = '0' }: { account: string; minBonusAtoms?: string }) => {
      const keeper = desk.rewarded(account);
      const liquidate = getLiquidatePartialInstruction({
        exchange: desk.exchange(),
        account: address(account),
        keeperAccount: keeper.account,
        minBonusUsdAtoms: BigInt(minBonusAtoms),
      });
      return [
        ...(await desk.pricesOf(account)),
        ...keeper.open,
        ...(isFlagged(desk.account(account)) ? [] : [flagged(account)]),
        // Prices may change the plan on the way, so that any market may be written.
        appended(liquidate, desk.remaining(account, 'all')),
      ];
    },

    /** The reward goes to the wallet's own account. */
    fillOrder: async ({ account, place }: InPlace) => {
      const filler = desk.rewarded(account);
      const market = desk.market(order(account, place).market);
      const fill = getFillOrderInstruction({
        exchange: desk.exchange(),
        account: address(account),
        fillerAccount: filler.account,
        market: address(market.address),
        oracle: await marketOracle(desk.means.config, market),
        insuranceFund: desk.insurance(),
        place,
      });
      return [
        ...(await desk.pricesOf(account, [market.index])),
        ...filler.open,
        appended(fill, desk.remaining(account, 'none', place)),
      ];
    },

    triggerOrder: async ({ account, place }: InPlace) => {
      const market = desk.market(order(account, place).market);
      return [
        ...(await desk.prices({ markets: [market.index], banks: [] })),
        getTriggerOrderInstruction({
          exchange: desk.exchange(),
          account: address(account),
          market: address(market.address),
          insuranceFund: desk.insurance(),
          place,
        }),
      ];
    },

    issueMarginCall: async ({ account }: { account: string }) => [
      ...(await desk.pricesOf(account)),
      appended(
        getIssueMarginCallInstruction({ exchange: desk.exchange(), account: address(account) }),
        desk.remaining(account, 'none'),
      ),
    ],
  };
}
