// Prices of a market at which something happens to an account: lines of the chart and its legend.
import type { AccountView } from '../../risk/types';

export interface Level {
  key: string;
  title: string;
  price: string;
  /** The custom property that colours it. */
  colour: '--accent' | '--warn' | '--down' | '--muted' | '--text';
  dashed: boolean;
}

export function levelsOf(view: AccountView | null, market: number): Level[] {
  if (view === null) return [];
  const levels: Level[] = [];
  const add = (
    key: string,
    title: string,
    price: string | null,
    colour: Level['colour'],
    dashed: boolean,
  ) => {
    if (price !== null) levels.push({ key, title, price, colour, dashed });
  };
  const position = view.positions.find((it) => it.market === market && it.lots !== '0');
  if (position) {
    add('entry', 'Entry', position.entry, '--accent', false);
    add('call', 'Margin call', position.callPrice, '--warn', true);
    add('liquidation', 'Liquidation', position.liquidationPrice, '--down', false);
    add('emergency', 'Emergency', position.emergencyPrice, '--down', true);
  }
  for (const order of view.orders)
    if (order.market === market && order.life === 'waitsForTrigger')
      add(`trigger${order.place}`, 'Trigger', order.trigger, '--text', true);
  return levels;
}
