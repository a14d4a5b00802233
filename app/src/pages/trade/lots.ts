import { decimal, digitsOf } from '../../decimal';

// Sizes in whole lots as exact decimal text. The engine takes a size as text; a half of a position must
// be a whole number of lots.

/** So many lots in units, without a sign. */
export function sizeOfLots(lots: bigint, lotSize: string): string {
  const { digits, scale } = digitsOf(lotSize);
  return decimal((lots < 0n ? -lots : lots) * digits, scale);
}

/** Half of a position's lots, rounded up: of one lot, the lot. */
export function halfSize(lots: string, lotSize: string): string {
  const all = BigInt(lots);
  const size = all < 0n ? -all : all;
  return sizeOfLots((size + 1n) / 2n, lotSize);
}

/** All of a position. */
export function wholeSize(lots: string, lotSize: string): string {
  return sizeOfLots(BigInt(lots), lotSize);
}
