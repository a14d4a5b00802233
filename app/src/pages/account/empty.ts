// What keeps an account from being closed.
import type { AccountView } from '../../risk/types';
import { amount, count, usd } from '../../ui/format';

export function whatIsLeft(view: AccountView): string[] {
  const money: [string, string][] = [
    ['cash', view.cash],
    ['claims', view.claims],
    ['interest', view.interest],
    ['a deficit', view.deficit],
  ];
  const counted: [number, string][] = [
    [view.positions.length, 'open positions'],
    [view.orders.length, 'orders'],
  ];
  return [
    ...money.filter(([, value]) => Number(value) !== 0).map(([name, value]) => `${name} of ${usd(value)}`),
    ...view.collaterals.map((it) => amount(it.amount, it.symbol)),
    ...counted.filter(([many]) => many > 0).map(([many, name]) => `${name} (${count(many)})`),
  ];
}
