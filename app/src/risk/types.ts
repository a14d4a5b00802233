// What the engine (app/wasm) takes and answers.
//
// Amounts are exact decimal text, never binary floating point and never atoms: a Usd is "-12.5", a
// Size is in units of the market's asset, an Amount in whole tokens, a Price is USD for one unit of
// the asset (or token), a Share is a fraction ("0.125" is 12.5 %). Times are Unix seconds. What goes
// into an instruction as it is stands in fields called lots, ...Q32 or ...Atoms, as integer text for
// BigInt.

export type Usd = string;
export type Size = string;
export type Amount = string;
export type Price = string;
export type Share = string;
export type Address = string;

/** What an account was recognised as by its bytes. */
export type Kind =
  | 'exchange'
  | 'bank'
  | 'market'
  | 'pool'
  | 'insurance'
  | 'account'
  | 'request'
  | 'proposal'
  /** The mint of the pool's shares (PoolView.shareMint): known once the pool is. */
  | 'shareMint';

export type StateName = 'healthy' | 'marginCall' | 'liquidatable' | 'emergency' | 'insolvent' | 'bankrupt';

export type PlanKind =
  'recovered' | 'exact' | 'dust' | 'minimum' | 'forced' | 'unhealable' | 'throttled' | 'recovery';

/** Why something cannot be answered or would be refused. */
export interface Problem {
  /** The input that is wrong: a name of the request's field, or nothing when no input is. */
  field: string | null;
  /** The program's error number (6000 and up) when the program would refuse, else nothing. */
  code: number | null;
  /** The error's name, as in the IDL. */
  name: string | null;
  /** What is wrong and what to do, for a person. */
  message: string;
}

export interface PauseView {
  what: 'newRisk' | 'withdrawals' | 'liquidations' | 'liquidity';
  until: number;
  secondsLeft: number;
  /** When it may be paused again. */
  againAt: number;
}

export interface ExchangeView {
  address: Address;
  authority: Address;
  guardian: Address;
  nextAuthority: Address | null;
  orderDelaySecs: number;
  orderLifeSecs: number;
  /** Longest life of an order that waits for a trigger. */
  stopLifeSecs: number;
  fillReward: Usd;
  confirmSecs: number;
  bonusFloor: Share;
  bonusMax: Share;
  bonusRampSecs: number;
  targetBuffer: Share;
  callBuffer: Share;
  emergency: Share;
  forced: Share;
  timelockSecs: number;
  pauses: PauseView[];
}

export interface MarketView {
  index: number;
  address: Address;
  symbol: string;
  asset: string;
  /** Units of one lot: the least step of a size. */
  lotSize: Size;
  lotExponent: number;
  oracleKind: 'pythPull' | 'pythLegacy';
  /** Feed id (hex, pull) or account (base 58, legacy). */
  oracleKey: string;
  price: Price | null;
  priceQ32: string;
  confidence: Price | null;
  ema: Price | null;
  publishTime: number;
  /** Seconds since; 0 when the clock lags. */
  ageSecs: number;
  maxAgeSecs: number;
  stale: boolean;
  uncertain: boolean;
  regime: 'calm' | 'elevated' | 'extreme';
  /** Standard deviation of a day, as a fraction. */
  volatilityDay: Share;
  /** On maintenance requirements at present, and where the ramp ends. */
  multiplier: Share;
  multiplierTarget: Share;
  rampEndsAt: number | null;
  shockSince: number | null;
  graceUntil: number | null;
  /** What liquidations may close at present before the breaker holds them back; null without a breaker. */
  breakerRoom: Usd | null;
  breakerCapacity: Usd | null;
  longSize: Size;
  shortSize: Size;
  longNotional: Usd;
  shortNotional: Usd;
  /** For each side. */
  openInterestCap: Usd;
  /** What traders hold net: long less short. */
  skew: Usd;
  /** Of a long's notional in an hour, negative when longs are paid. */
  fundingHour: Share;
  spread: Share;
  openFee: Share;
  closeFee: Share;
  /** Of the first tier, as they count now: with the multipliers, without what crowding adds. */
  initialRate: Share;
  maintenanceRate: Share;
  minPosition: Usd;
  poolLine: Usd;
  insuranceLine: Usd;
  claimsUnpaid: Usd;
  deficit: Usd;
  /** Reduce-only and settlement. */
  windDown: null | { since: number; settlesAt: number; settledAt: Price | null };
  reduceOnly: boolean;
}

export interface BankView {
  index: number;
  address: Address;
  mint: Address;
  vault: Address;
  tokenProgram: Address;
  symbol: string;
  decimals: number;
  /** Null for the quote token. */
  oracleKind: 'pythPull' | 'pythLegacy' | null;
  oracleKey: string | null;
  price: Price | null;
  publishTime: number;
  ageSecs: number;
  stale: boolean;
  uncertain: boolean;
  /** What counts of its value. */
  weight: Share;
  weightTarget: Share;
  deposits: Amount;
  depositCap: Amount | null;
  pegBroken: boolean;
}

export interface PoolView {
  address: Address;
  shareMint: Address;
  shareEscrow: Address;
  cash: Usd;
  reserve: Usd;
  /** Null until the share mint was taken. */
  shares: Amount | null;
  /** What those who leave share, and what those who enter pay for. Null while a price is missing. */
  lowerValue: Usd | null;
  higherValue: Usd | null;
  /** Of one share, leaving and entering. */
  lowerPrice: Usd | null;
  higherPrice: Usd | null;
  /** What still may leave today. */
  withdrawalsLeft: Usd | null;
  exposures: ExposureView[];
}

export interface ExposureView {
  market: number;
  symbol: string;
  /** What the pool is: the opposite of the traders. */
  size: Size;
  notional: Usd;
  worstPayout: Usd;
}

export interface InsuranceView {
  address: Address;
  cash: Usd;
  /** With the lines in the markets. */
  worth: Usd;
  drawn: boolean;
  drawnUntil: number | null;
  eventCap: Usd;
  dayCap: Usd;
}

export interface ProposalView {
  address: Address;
  number: string;
  /** As "raise the cap of BTC-PERP ...", in words a trader understands. */
  text: string;
  proposedAt: number;
  dueAt: number;
  expiresAt: number;
}

export interface Overview {
  exchange: ExchangeView | null;
  markets: MarketView[];
  banks: BankView[];
  pool: PoolView | null;
  insurance: InsuranceView | null;
  proposals: ProposalView[];
}

export interface HealthView {
  state: StateName;
  /** E */
  equity: Usd;
  /** M */
  maintenance: Usd;
  /** T: where a liquidation stops. */
  target: Usd;
  /** C: under it only orders that reduce are accepted. */
  call: Usd;
  /** E under which confirmation and breakers no longer protect, and at which all is closed. */
  emergency: Usd;
  forced: Usd;
  /** E / M; null without a requirement. */
  ratio: Share | null;
  /** For new risk; null while a price is too old (then `why` says so). */
  initialEquity: Usd | null;
  initial: Usd | null;
  excess: Usd | null;
  why: Problem | null;
}

/** What a liquidation (or a recovery plan) closes. */
export interface PlanView {
  kind: PlanKind;
  closes: { market: number; symbol: string; size: Size; of: Size; price: Price; notional: Usd }[];
  closed: Usd;
  /** All positions before. */
  notional: Usd;
  /** closed / notional */
  share: Share;
  cost: Usd;
  bonus: Usd;
  equityAfter: Usd;
  maintenanceAfter: Usd;
  /** Markets that it writes. */
  writes: number[];
}

export interface PositionView {
  market: number;
  symbol: string;
  /** Signed. */
  size: Size;
  lots: string;
  entry: Price;
  mark: Price;
  notional: Usd;
  /** Unrealised, before funding. */
  profit: Usd;
  /** Funding and losses of others since they were last settled: negative when the position owes. */
  funding: Usd;
  /** Profit that the pool has recorded and not yet paid. */
  claim: Usd;
  maintenance: Usd;
  /** Where the account comes to a margin call, a liquidation, an emergency while all else stays. */
  callPrice: Price | null;
  liquidationPrice: Price | null;
  emergencyPrice: Price | null;
  /** Where its equity is gone. */
  zeroPrice: Price | null;
  stale: boolean;
}

export interface OrderView {
  place: number;
  market: number;
  symbol: string;
  size: Size;
  limit: Price;
  reduceOnly: boolean;
  trigger: Price | null;
  triggerAbove: boolean;
  placedAt: number;
  /** The first price published at or after this fills it. */
  dueAt: number;
  expiresAt: number;
  life: 'waitsForTrigger' | 'waitsForPrice' | 'expired';
  reward: Usd;
}

export interface ReceiptView {
  at: number;
  slot: string;
  kind: PlanKind;
  equityBefore: Usd;
  maintenanceBefore: Usd;
  target: Usd;
  equityAfter: Usd;
  maintenanceAfter: Usd;
  closed: Usd;
  cost: Usd;
  bonus: Usd;
  certificate: null | {
    market: number;
    symbol: string;
    size: Size;
    price: Price;
    publishTime: number;
    surplus: Usd;
    shortfallOneLess: Usd;
  };
}

export interface AccountView {
  address: Address;
  owner: Address;
  delegate: Address | null;
  subId: number;
  cash: Usd;
  claims: Usd;
  interest: Usd;
  deficit: Usd;
  collaterals: { bank: number; symbol: string; amount: Amount; value: Usd; counted: Usd }[];
  positions: PositionView[];
  notional: Usd;
  orders: OrderView[];
  health: HealthView;
  /** What liquidate_partial would do now; null when it would refuse, and `refusal` says why. */
  plan: PlanView | null;
  refusal: Problem | null;
  /** What it would do once flagged and confirmed; null while the account is not under maintenance. */
  confirmedPlan: PlanView | null;
  flag: null | {
    since: number;
    /** When newer prices may confirm it; null when it was seen healthy since and must be flagged anew. */
    confirmsAt: number | null;
    bonusRate: Share;
    bonusMaxAt: number;
    lapsesAt: number;
  };
  marginCalledAt: number | null;
  leverage: {
    class: number;
    ownCap: Share | null;
    next: null | { class: number; ownCap: Share | null; at: number };
  };
  recovery: null | { triggerRatio: Share; targetRatio: Share; mostFee: Share };
  isReserve: boolean;
  receipt: ReceiptView | null;
  /** The fields of the program's `Assessment`, integers as text: to compare with assess_account. */
  assessment: Record<string, string | boolean | string[]>;
}

export interface TicketRequest {
  /** Null for a wallet without a margin account: what a first deposit would allow. */
  account: Address | null;
  market: number;
  side: 'buy' | 'sell';
  /** "0.1" units, or "$500" of notional. */
  size: string;
  /** Worst price accepted; empty for 1 % beyond the cached price (5 % beyond a trigger). */
  limit: string;
  reduceOnly: boolean;
  /** A price to wait for; empty for none. */
  trigger: string;
  /** Seconds; empty for the longest. */
  life: string;
  now: number;
}

export interface TicketView {
  /** For place_order. */
  args: {
    lots: string;
    limitQ32: string;
    expiresAt: string;
    reduceOnly: boolean;
    triggerQ32: string;
    triggerAbove: boolean;
  };
  size: Size;
  limit: Price;
  notional: Usd;
  /** At the cached price (or the trigger): the real one is the first price published after the delay. */
  fill: Price;
  /** How far that is from the oracle's price, in USD, of which spread and impact. */
  spreadCost: Usd;
  impactCost: Usd;
  fee: Usd;
  reward: Usd;
  /** How much more initial margin is required (negative for a reduction); null while a price is too old. */
  margin: Usd | null;
  before: HealthView | null;
  after: HealthView | null;
  leverageAfter: Share | null;
  liquidationPrice: Price | null;
  /** What a liquidation would close when the price gets there. */
  atLiquidation: PlanView | null;
  /** Why the order would be refused, or ended instead of filled, at this price. */
  problem: Problem | null;
}

export interface WhatIfRequest {
  account: Address;
  /** Which price moves. */
  market: number;
  /** Prices to look at. */
  prices: Price[];
  now: number;
}

export interface WhatIfPoint {
  price: Price;
  /** From the present price. */
  change: Share;
  health: HealthView;
  plan: PlanView | null;
  heldBack: Problem | null;
  /** Closing all positions at the same rates: what it would cost and leave. */
  closeAll: { closed: Usd; cost: Usd; equityAfter: Usd } | null;
}

export interface RecoveryRequest {
  account: Address;
  /** E / M, as "1.2"; the fee in percent, as "0.1". Under the names of the account's plan. */
  triggerRatio: string;
  targetRatio: string;
  mostFee: string;
  /** For the prices of `triggersAt`. */
  now: number;
}

export interface RecoveryView {
  /** For set_recovery_plan. */
  args: { triggerQ32: string; targetQ32: string; mostFeeQ32: string };
  /** Of each open position: at which price of its market the plan may be executed while all else stays,
   *  and what it would close there, against what a liquidation would close where that begins. */
  at: {
    market: number;
    symbol: string;
    price: Price | null;
    plan: PlanView | null;
    liquidationPrice: Price | null;
    liquidation: PlanView | null;
  }[];
  /** Whether it could be executed now, and what it would do. */
  now: PlanView | null;
}

export interface QueueEntry {
  address: Address;
  owner: Address;
  state: StateName;
  equity: Usd;
  maintenance: Usd;
  ratio: Share | null;
  notional: Usd;
  flaggedAt: number | null;
  confirmsAt: number | null;
  /** Of the closed notional, at present; null when it is not flagged. */
  bonusRate: Share | null;
  bonusNow: Usd | null;
  bonusMost: Usd | null;
  /** What liquidate_partial would do once it is flagged and confirmed. */
  plan: PlanView | null;
  /** Why it cannot be liquidated right now ("not flagged", "prices must be newer", a breaker). */
  refusal: Problem | null;
  /** What is due: the step a keeper would take. */
  due: 'marginCall' | 'flag' | 'liquidate' | 'wait' | 'resolve';
}

export interface PendingOrder extends OrderView {
  account: Address;
  owner: Address;
}

export interface Rung {
  /** Change of the price, as a fraction. */
  change: Share;
  price: Price;
  under: number;
  insolvent: number;
  heldBack: number;
  closed: Usd;
  /** What venues that close everything would sell. */
  whole: Usd;
  missing: Usd;
}

export interface ReceiptCheck {
  /** No check failed. */
  holds: boolean;
  /** `holds` is null for a check that cannot be made, because terms have changed since: then `detail`
   *  says which. What `name` states is so when it holds. */
  checks: { name: string; holds: boolean | null; detail: string }[];
}

export type FactKind = 'usd' | 'size' | 'price' | 'share' | 'amount' | 'text' | 'time' | 'address';

/** One event of the program, for a person. */
export interface HistoryItem {
  /** As in the IDL: "OrderFilled". */
  name: string;
  /** "Order filled" */
  title: string;
  account: Address | null;
  market: number | null;
  symbol: string | null;
  facts: { label: string; kind: FactKind; value: string }[];
  /** Base 64 of the event: for checkReceipt. Only of PartiallyLiquidated. */
  receipt: string | null;
  /** Of PartiallyLiquidated and RecoveryExecuted. */
  receiptView: ReceiptView | null;
  /** Only of MarketUpdated: for the chart. */
  price: { market: number; publishTime: number; price: Price } | null;
}

export interface Meta {
  address: Address;
  writable: boolean;
}

/** Method, request and answer. */
export interface Methods {
  overview: [{ now: number }, Overview];
  account: [{ account: Address; now: number }, AccountView];
  /** Addresses of the margin accounts of an owner that are known, by their number. */
  accountsOf: [{ owner: Address }, { address: Address; subId: number }[]];
  /** Addresses: PDAs and associated token accounts. */
  marginAccount: [{ owner: Address; subId: number }, { address: Address }];
  tokenAccount: [{ owner: Address; mint: Address; tokenProgram: Address }, { address: Address }];
  ticket: [TicketRequest, TicketView];
  whatIf: [WhatIfRequest, WhatIfPoint[]];
  /** Most that may be withdrawn of a bank's token, rounded down to its atoms. */
  withdrawable: [{ account: Address; bank: number; now: number }, { amount: Amount; why: Problem | null }];
  /** A typed amount of a bank's token (or pool shares when bank is null) to atoms. "all" is `most`. */
  parseAmount: [
    { field: string; text: string; bank: number | null; most: Amount | null },
    { atoms: string; amount: Amount },
  ];
  recovery: [RecoveryRequest, RecoveryView];
  queue: [{ now: number }, QueueEntry[]];
  pendingOrders: [{ now: number }, PendingOrder[]];
  ladder: [{ market: number; fromBps: number; toBps: number; stepBps: number; now: number }, Rung[]];
  /** The accounts that follow the named ones. `fills`: the place of an order that is filled, which
   *  changes what is open. */
  remaining: [{ account: Address; writable: 'none' | 'all'; fills: number | null }, Meta[]];
  othersOfIssuer: [{ bank: number }, Meta[]];
  events: [{ logs: string[] }, HistoryItem[]];
  checkReceipt: [{ event: string }, ReceiptCheck];
  /** What tokens are called, by their mints: no account of the program says it. */
  names: [{ tokens: Record<Address, string> }, null];
  /** What shares would bring who leaves now, limits aside. */
  shareWorth: [{ shares: Amount; now: number }, { worth: Usd | null }];
  /** A program error number in words. */
  explain: [{ code: number }, Problem];
}
