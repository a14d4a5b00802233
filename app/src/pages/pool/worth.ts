// What shares are worth to who leaves: the program's own division, on exact decimal text.

function scaled(decimal: string, digits: number): bigint {
  const [whole = '0', rest = ''] = decimal.split('.');
  return BigInt(`${whole}${rest.padEnd(digits, '0').slice(0, digits)}`);
}

// Of shares and of dollars, as the program keeps them.
const DIGITS = 6;

/**
 * `mine` of `all` shares in a value, rounded down as the pool does. Null without shares. The price of one
 * share is not used: it is rounded, and so would the product be.
 */
export function worthOf(mine: string, all: string, value: string): string | null {
  const supply = scaled(all, DIGITS);
  const total = scaled(value, DIGITS);
  if (supply <= 0n) return null;
  const atoms = total <= 0n ? 0n : (scaled(mine, DIGITS) * total) / supply;
  const text = atoms.toString().padStart(DIGITS + 1, '0');
  return `${text.slice(0, -DIGITS)}.${text.slice(-DIGITS)}`;
}
