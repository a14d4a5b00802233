// The account at other prices: what a liquidation would close there, and what it would cost.
import { useState } from 'react';
import type { AccountView, MarketView } from '../../risk/types';
import { Panel } from '../../ui/kit';
import { WhatIf } from './what-if';

export function WhatIfPanel(props: { view: AccountView; markets: readonly MarketView[] }) {
  const { view, markets } = props;
  const [chosen, setChosen] = useState<number | null>(null);
  const position = view.positions.find((it) => it.market === chosen) ?? view.positions[0];
  const market = markets.find((it) => it.index === position?.market);
  const actions =
    position !== undefined && view.positions.length > 1 ? (
      <label>
        <span className="sr-only">Market whose price moves</span>
        <select
          className="select"
          value={position.market}
          onChange={(event) => {
            setChosen(Number(event.target.value));
          }}
        >
          {view.positions.map((it) => (
            <option key={it.market} value={it.market}>
              {it.symbol}
            </option>
          ))}
        </select>
      </label>
    ) : undefined;
  return (
    <Panel title="What if the price moves" actions={actions}>
      {position === undefined || market === undefined ? (
        <p className="empty">Without positions no price can hurt the account. Open one on the trade page.</p>
      ) : market.price === null ? (
        <p className="empty">{position.symbol} has no price yet.</p>
      ) : (
        <WhatIf
          key={position.market}
          account={view.address}
          position={position}
          asset={market.asset}
          present={market.price}
        />
      )}
    </Panel>
  );
}
