// Sizes in whole lots as exact decimal text. The engine takes a size as text; a half of a position must
// be a whole number of lots.

/** Digits and how many of them stand behind the point. */
function digitsOf(decimal: string): { digits: bigint; scale: number } {
  const [whole = '0', rest = ''] = decimal.split('.');
  return { digits: BigInt(whole + rest), scale: rest.length };
}

function textOf(digits: bigint, scale: number): string {
  const sign = digits < 0n ? '-' : '';
  const all = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0');
  const whole = all.slice(0, all.length - scale);
  const rest = all.slice(all.length - scale).replace(/0+$/, '');
  return sign + (rest === '' ? whole : `${whole}.${rest}`);
}

/** So many lots in units, without a sign. */
export function sizeOfLots(lots: bigint, lotSize: string): string {
  const { digits, scale } = digitsOf(lotSize);
  return textOf((lots < 0n ? -lots : lots) * digits, scale);
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

// What the engine reads of a price.
const MOST_DIGITS = 15;

/** A price moved by thousandths, as exact as the engine reads it. */
export function movedPrice(price: string, permille: number): string {
  const { digits, scale } = digitsOf(price);
  let moved = digits * BigInt(1000 + permille);
  let places = scale + 3;
  while (places > 0 && moved.toString().length > MOST_DIGITS) {
    moved /= 10n;
    places -= 1;
  }
  return textOf(moved, places);
}

/** A fraction in percent, without its sign: "0.001" is "0.1". */
export function inPercent(share: string): string {
  const { digits, scale } = digitsOf(share);
  return textOf(digits * 100n, scale);
}
