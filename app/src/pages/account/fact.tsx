import type { HistoryItem } from '../../risk/types';
import { amount, moment, percent, price, usd } from '../../ui/format';
import { Addr } from '../../ui/kit';

type FactOf = HistoryItem['facts'][number];

/** A value of an event by its kind. */
export function Fact(props: { fact: FactOf }) {
  const { kind, value } = props.fact;
  switch (kind) {
    case 'usd':
      return usd(value);
    case 'price':
      return price(value);
    case 'share':
      return percent(value, 3);
    case 'size':
    case 'amount':
      return amount(value);
    case 'time':
      return moment(Number(value));
    case 'address':
      return <Addr address={value} />;
    case 'text':
      return value;
  }
}
