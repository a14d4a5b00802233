// Decimal text to what a person reads, in the locale of the browser. The text is exact and Intl
// formats it as it is, so no number is rounded before it is shown.

/** Decimal text, as the engine writes it. */
type Decimal = string;

let locale: string | undefined;

/** For tests; otherwise the browser's. */
export function setLocale(tag: string | undefined): void {
  locale = tag;
  formats.clear();
}

const formats = new Map<string, Intl.NumberFormat>();

function format(name: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const known = formats.get(name);
  if (known) return known;
  const made = new Intl.NumberFormat(locale, options);
  formats.set(name, made);
  return made;
}

/** Intl takes decimal text; the type of its parameter knows only the literal form. */
function shown(formatter: Intl.NumberFormat, value: Decimal): string {
  return formatter.format(value as Intl.StringNumericLiteral);
}

/** "$1,234.50"; amounts under a cent keep their digits, so that nothing that exists reads as zero. */
export function usd(value: Decimal): string {
  const size = Math.abs(Number(value));
  const digits = size !== 0 && size < 0.01 ? 6 : 2;
  return shown(
    format(`usd${digits}`, {
      style: 'currency',
      currency: 'USD',
      currencyDisplay: 'narrowSymbol',
      minimumFractionDigits: 2,
      maximumFractionDigits: digits,
    }),
    value,
  );
}

/** "+$3.00": what comes or goes. */
export function signedUsd(value: Decimal): string {
  return Number(value) > 0 ? `+${usd(value)}` : usd(value);
}

/** "$1.2M", where room is short and the exact figure stands elsewhere. */
export function shortUsd(value: Decimal): string {
  return shown(
    format('short', {
      style: 'currency',
      currency: 'USD',
      currencyDisplay: 'narrowSymbol',
      notation: 'compact',
      maximumFractionDigits: 1,
    }),
    value,
  );
}

/** A price: at least cents, and six significant digits for small ones. */
export function price(value: Decimal): string {
  const size = Math.abs(Number(value));
  const digits = size === 0 || size >= 100 ? 2 : Math.min(10, 5 - Math.floor(Math.log10(size)));
  return shown(
    format(`price${digits}`, {
      style: 'currency',
      currency: 'USD',
      currencyDisplay: 'narrowSymbol',
      minimumFractionDigits: 2,
      maximumFractionDigits: digits,
    }),
    value,
  );
}

/** Units of an asset or tokens. */
export function amount(value: Decimal, unit?: string): string {
  const text = shown(format('amount', { maximumFractionDigits: 9 }), value);
  return unit ? `${text} ${unit}` : text;
}

/** "12.5 %" of a fraction. */
export function percent(value: Decimal, digits = 2): string {
  return shown(
    format(`percent${digits}`, { style: 'percent', minimumFractionDigits: 0, maximumFractionDigits: digits }),
    value,
  );
}

/** "+12.5 %" */
export function signedPercent(value: Decimal, digits = 2): string {
  return Number(value) > 0 ? `+${percent(value, digits)}` : percent(value, digits);
}

/** "1.25", as E / M. */
export function ratio(value: Decimal): string {
  return shown(format('ratio', { minimumFractionDigits: 2, maximumFractionDigits: 3 }), value);
}

/** "x4.2" */
export function times(value: Decimal): string {
  return `×${shown(format('times', { maximumFractionDigits: 1 }), value)}`;
}

/** A count. */
export function count(value: number): string {
  return format('count', {}).format(value);
}

/** "4Nd1…k3fS": enough of an address to tell two apart; the whole stands in a title. */
export function shortAddress(address: string): string {
  return address.length > 12 ? `${address.slice(0, 4)}…${address.slice(-4)}` : address;
}

/** "3 min 5 s", without a sign. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [days, hours, minutes, rest] = [
    Math.floor(whole / 86_400),
    Math.floor((whole % 86_400) / 3_600),
    Math.floor((whole % 3_600) / 60),
    whole % 60,
  ];
  if (days > 0) return hours > 0 ? `${days} d ${hours} h` : `${days} d`;
  if (hours > 0) return minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`;
  if (minutes > 0) return rest > 0 ? `${minutes} min ${rest} s` : `${minutes} min`;
  return `${rest} s`;
}

/** "22 Nov, 14:03:05" in local time. */
export function moment(unixSeconds: number): string {
  return new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).format(new Date(unixSeconds * 1000));
}
