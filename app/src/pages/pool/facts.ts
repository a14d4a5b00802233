// Reads one fact of an event, in the words of its reader.
import type { HistoryItem } from '../../risk/types';
import { amount, moment, percent, price, shortAddress, usd } from '../../ui/format';

export function isLiquidation(item: HistoryItem): boolean {
  return item.name === 'PartiallyLiquidated';
}

/** The first fact whose label is or begins with the word. */
export function factOf(item: HistoryItem, word: string): string | null {
  const label = (it: { label: string }) => it.label.toLowerCase();
  const fact =
    item.facts.find((it) => label(it) === word) ?? item.facts.find((it) => label(it).startsWith(word));
  if (fact === undefined) return null;
  switch (fact.kind) {
    case 'usd':
      return usd(fact.value);
    case 'price':
      return price(fact.value);
    case 'share':
      return percent(fact.value);
    case 'size':
    case 'amount':
      return amount(fact.value);
    case 'time':
      return moment(Number(fact.value));
    case 'address':
      return shortAddress(fact.value);
    case 'text':
      return fact.value;
  }
}
