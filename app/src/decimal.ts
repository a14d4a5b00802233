// Exact decimal text, moved about as text: nothing here passes through a binary number.

/** Digits and how many of them stand behind the point. */
export function digitsOf(decimal: string): { digits: bigint; scale: number } {
  const [whole = '0', rest = ''] = decimal.split('.');
  return { digits: BigInt(whole + rest), scale: rest.length };
}

/** The number of so many digits behind the point: atoms of so many decimals. */
export function decimal(digits: bigint, scale: number): string {
  const sign = digits < 0n ? '-' : '';
  const all = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0');
  const whole = all.slice(0, all.length - scale);
  const rest = all.slice(all.length - scale).replace(/0+$/, '');
  return sign + (rest === '' ? whole : `${whole}.${rest}`);
}

/** A fraction in percent, without its sign: "0.001" is "0.1". */
export function inPercent(share: string): string {
  const { digits, scale } = digitsOf(share);
  return decimal(digits * 100n, scale);
}

// What the engine reads of a price for certain: more may not fit the 64 bits of its digits.
const MOST_DIGITS = 15;

/** A price to ask about, so many thousandths away: as exact as the engine reads it, the rest cut off. */
export function movedPrice(price: string, permille: number): string {
  const { digits, scale } = digitsOf(price);
  let moved = digits * BigInt(1000 + permille);
  let places = scale + 3;
  while (places > 0 && moved.toString().length > MOST_DIGITS) {
    moved /= 10n;
    places -= 1;
  }
  return decimal(moved, places);
}
