// Decimal text as text: nothing here passes through a binary number.

/** The same number with its point moved to the right: a fraction to percent is two places. */
export function shifted(text: string, places: number): string {
  const negative = text.startsWith('-');
  const [whole = '', fraction = ''] = text.replace(/^-/, '').split('.');
  const digits = whole + fraction.padEnd(places, '0');
  const point = whole.length + places;
  const before = digits.slice(0, point).replace(/^0+(?=\d)/, '');
  const after = digits.slice(point).replace(/0+$/, '');
  return `${negative ? '-' : ''}${before === '' ? '0' : before}${after === '' ? '' : `.${after}`}`;
}

/** A price so many tenths of a percent away: which price to ask about, exactly. */
export function movedBy(price: string, tenths: number): string {
  const [whole = '0', fraction = ''] = price.split('.');
  const digits = (BigInt(whole + fraction) * BigInt(1000 + tenths)).toString();
  const places = fraction.length + 3;
  const padded = digits.padStart(places + 1, '0');
  const after = padded.slice(padded.length - places).replace(/0+$/, '');
  return padded.slice(0, padded.length - places) + (after === '' ? '' : `.${after}`);
}
