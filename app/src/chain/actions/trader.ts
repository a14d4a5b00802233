// What the owner of a margin account does.
import { address, type Instruction } from '@solana/kit';
import { failure, TransactionFailure } from '../failure';
import { appended } from '../metas';
import type { Desk } from './desk';
import {
  fetchMarginAccount,
  getCancelStopInstruction,
  getCloseMarginAccountInstruction,
  getDepositInstruction,
  getExpireOrderInstruction,
  getPlaceOrderInstruction,
  getSetLeverageInstruction,
  getSetRecoveryPlanInstruction,
  getSetReserveInstruction,
  getSettleAccountInstruction,
  getWithdrawInstruction,
} from '../../program';
import type { BankView, RecoveryView, TicketView } from '../../risk/types';

export interface Moved {
  account: string;
  bank: number;
  atoms: string;
}

export interface PlacedOrder {
  account: string;
  market: number;
  args: TicketView['args'];
}

export interface InPlace {
  account: string;
  place: number;
}

// Its price is a dollar by definition.
const QUOTE_BANK = 0;
// The class that the exchange's authority grants.
const PROFESSIONAL = 2;

export function traderActions(desk: Desk) {
  const bankAccounts = (bank: BankView) => ({
    exchange: desk.exchange(),
    bank: address(bank.address),
    mint: address(bank.mint),
    vault: address(bank.vault),
    tokenProgram: address(bank.tokenProgram),
  });

  /** A token is taken only at a price that is not old. */
  const deposit = async ({ account, bank: index, atoms }: Moved): Promise<Instruction[]> => {
    const bank = desk.bank(index);
    const depositor = desk.owner();
    const instruction = getDepositInstruction({
      ...bankAccounts(bank),
      depositor,
      account: address(account),
      source: desk.tokenAccount(depositor.address, bank.mint, bank.tokenProgram),
      amountAtoms: BigInt(atoms),
    });
    return [
      ...(index === QUOTE_BANK ? [] : await desk.prices({ markets: [], banks: [index] })),
      appended(instruction, desk.means.engine.ask('othersOfIssuer', { bank: index })),
    ];
  };

  return {
    /** Opens the account where it is not open yet. */
    openAndDeposit: async ({ bank, atoms, subId }: { bank: number; atoms: string; subId: number }) => {
      const { account, open } = desk.marginAccount(subId);
      return [...open, ...(await deposit({ account, bank, atoms }))];
    },

    deposit,

    /** To the wallet's own token account, which is made where there is none. */
    withdraw: async ({ account, bank: index, atoms }: Moved) => {
      const bank = desk.bank(index);
      const owner = desk.owner();
      const instruction = getWithdrawInstruction({
        ...bankAccounts(bank),
        owner,
        account: address(account),
        receiver: desk.tokenAccount(owner.address, bank.mint, bank.tokenProgram),
        insuranceFund: desk.insurance(),
        amountAtoms: BigInt(atoms),
      });
      return [
        ...(await desk.pricesOf(account)),
        desk.createTokenAccount(bank.mint, bank.tokenProgram),
        appended(instruction, desk.remaining(account, 'none')),
      ];
    },

    placeOrder: async ({ account, market: index, args }: PlacedOrder) => {
      const market = desk.market(index);
      return Promise.resolve([
        getPlaceOrderInstruction({
          exchange: desk.exchange(),
          account: address(account),
          market: address(market.address),
          authority: desk.owner(),
          insuranceFund: desk.insurance(),
          lots: BigInt(args.lots),
          limitQ32: BigInt(args.limitQ32),
          expiresAt: BigInt(args.expiresAt),
          reduceOnly: args.reduceOnly,
          triggerQ32: BigInt(args.triggerQ32),
          triggerAbove: args.triggerAbove,
        }),
      ]);
    },

    expireOrder: async ({ account, place }: InPlace) =>
      Promise.resolve([
        getExpireOrderInstruction({ exchange: desk.exchange(), account: address(account), place }),
      ]),

    /** Only an order that waits for its trigger can be taken back. */
    cancelStop: async ({ account, place }: InPlace) =>
      Promise.resolve([
        getCancelStopInstruction({
          exchange: desk.exchange(),
          account: address(account),
          authority: desk.owner(),
          place,
        }),
      ]),

    /** Null clears it. */
    setRecoveryPlan: async ({ account, args }: { account: string; args: RecoveryView['args'] | null }) =>
      Promise.resolve([
        getSetRecoveryPlanInstruction({
          owner: desk.owner(),
          exchange: desk.exchange(),
          account: address(account),
          plan: {
            triggerQ32: BigInt(args?.triggerQ32 ?? 0),
            targetQ32: BigInt(args?.targetQ32 ?? 0),
            feeMaxQ32: BigInt(args?.mostFeeQ32 ?? 0),
          },
        }),
      ]),

    setReserve: async ({ account, isReserve }: { account: string; isReserve: boolean }) =>
      Promise.resolve([
        getSetReserveInstruction({ owner: desk.owner(), account: address(account), isReserve }),
      ]),

    /** The professional class needs the signature of the exchange's authority too. */
    setLeverage: async (wanted: { account: string; class: number; ownInitialQ32: string }) => {
      const owner = desk.owner();
      const granted = wanted.class === PROFESSIONAL && desk.exchangeView().authority === owner.address;
      return Promise.resolve([
        getSetLeverageInstruction({
          owner,
          exchange: desk.exchange(),
          account: address(wanted.account),
          ...(granted ? { authority: owner } : {}),
          class: wanted.class,
          ownInitialQ32: BigInt(wanted.ownInitialQ32),
        }),
      ]);
    },

    /** Collects profit, funding and claims of every market that owes the account something. */
    settleAccount: async ({ account }: { account: string }) => {
      const { data } = await fetchMarginAccount(desk.means.connection.rpc, address(account));
      const used = data.positions.filter((it) => it.lots !== 0n || it.claimUsdAtoms !== 0n);
      const indexes = new Set(used.map((it) => it.market));
      if (data.deficitUsdAtoms !== 0n) indexes.add(data.deficitMarket);
      if (indexes.size === 0)
        throw new TransactionFailure(failure('input', 'No market owes this account anything.'));
      const settle = getSettleAccountInstruction({
        exchange: desk.exchange(),
        account: address(account),
      });
      const markets = [...indexes].map((it) => ({ address: desk.market(it).address, writable: true }));
      return [appended(settle, markets)];
    },

    /** Only an empty one can be closed. */
    closeAccount: async ({ account }: { account: string }) =>
      Promise.resolve([getCloseMarginAccountInstruction({ owner: desk.owner(), account: address(account) })]),
  };
}
