// One fact of an event, by its kind.
import type { HistoryItem } from '../../risk/types';
import { amount, moment, percent, price, usd } from '../../ui/format';
import { Addr } from '../../ui/kit';

export function FactValue(props: { fact: HistoryItem['facts'][number] }) {
  const { kind, value } = props.fact;
  switch (kind) {
    case 'usd':
      return <>{usd(value)}</>;
    case 'price':
      return <>{price(value)}</>;
    case 'share':
      return <>{percent(value)}</>;
    case 'size':
    case 'amount':
      return <>{amount(value)}</>;
    case 'time':
      return <>{moment(Number(value))}</>;
    case 'address':
      return <Addr address={value} />;
    case 'text':
      return <>{value}</>;
  }
}
