// The receipt inside of a liquidation's event. Its amounts get their decimal point; nothing is
// computed with them.
import { bytesOfBase64 } from '../../chain/connection';
import { decimal } from '../../chain/balances';
import { getReceiptDecoder } from '../../program';
import type { MarketView, PlanKind, ReceiptView } from '../../risk/types';

/** What a card shows: of a certificate only what its sentence says. */
export type ShownReceipt = Omit<ReceiptView, 'certificate'> & {
  certificate: null | { symbol: string; size: string; surplus: string; shortfallOneLess: string };
};

// The event's discriminator, the account and the keeper's account come first.
const BEFORE = 8 + 32 + 32;
const USD_DECIMALS = 6;

// By their numbers in the program.
const KINDS: readonly PlanKind[] = [
  'recovered',
  'exact',
  'dust',
  'minimum',
  'forced',
  'unhealable',
  'throttled',
  'recovery',
];

/** Reads it. Null when the bytes are too few or of a kind that this page does not know. */
export function receiptOf(event: string, markets: readonly MarketView[]): ShownReceipt | null {
  const bytes = bytesOfBase64(event);
  const decoder = getReceiptDecoder();
  if (bytes.length < BEFORE + decoder.fixedSize) return null;
  const raw = decoder.decode(bytes, BEFORE);
  const kind = KINDS[raw.kind];
  if (kind === undefined) return null;
  const market = markets.find((it) => it.index === raw.certifiedMarket);
  return {
    at: Number(raw.at),
    slot: raw.slot.toString(),
    kind,
    equityBefore: usdOf(raw.equityBeforeUsdAtoms),
    maintenanceBefore: usdOf(raw.maintenanceBeforeUsdAtoms),
    target: usdOf(raw.targetUsdAtoms),
    equityAfter: usdOf(raw.equityAfterUsdAtoms),
    maintenanceAfter: usdOf(raw.maintenanceAfterUsdAtoms),
    closed: usdOf(raw.closedUsdAtoms),
    cost: usdOf(raw.costUsdAtoms),
    bonus: usdOf(raw.bonusUsdAtoms),
    certificate:
      raw.hasCertificate === 0 || market === undefined
        ? null
        : {
            symbol: market.symbol,
            size: sizeOf(raw.certifiedLots, market.lotExponent),
            surplus: usdOf(raw.surplusUsdAtoms),
            shortfallOneLess: usdOf(raw.shortfallOneLessUsdAtoms),
          },
  };
}

function usdOf(atoms: bigint): string {
  return atoms < 0n ? `-${decimal(-atoms, USD_DECIMALS)}` : decimal(atoms, USD_DECIMALS);
}

/** Lots are a power of ten of the asset. */
function sizeOf(lots: bigint, exponent: number): string {
  return exponent < 0 ? decimal(lots, -exponent) : `${lots}${'0'.repeat(exponent)}`;
}
