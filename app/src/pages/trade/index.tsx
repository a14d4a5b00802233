import { useState } from 'react';
import { useMyAccount, useOverview } from '../../state';
import { HealthBar } from '../../ui/health-bar';
import { Panel, Waiting } from '../../ui/kit';
import { HealthNotices } from '../account/notices';
import { MarketBar } from './market-bar';
import { Orders } from './orders';
import './page.css';
import { Positions } from './positions';
import { PricePanel } from './price-panel';
import { Ticket } from './ticket';

export default function TradePage() {
  const overview = useOverview();
  const { view } = useMyAccount();
  const [chosen, setChosen] = useState<number | null>(null);
  if (overview === null) return <Waiting what="Reading the markets" />;
  const { markets } = overview;
  const market = markets.find((it) => it.index === chosen) ?? markets[0];
  if (market === undefined)
    return <p className="empty">The exchange has no market yet. The Status page shows what is proposed.</p>;
  return (
    <div className="stack">
      <MarketBar market={market} markets={markets} onChoose={setChosen} />
      {view !== null && <HealthNotices view={view} exchange={overview.exchange} />}
      <div className="columns">
        <div className="stack">
          <PricePanel market={market} view={view} />
          <Positions view={view} markets={markets} />
          <Orders view={view} markets={markets} />
        </div>
        <div className="stack">
          <Ticket key={market.index} market={market} />
          {view !== null && (
            <Panel title="Health">
              <HealthBar health={view.health} />
            </Panel>
          )}
        </div>
      </div>
    </div>
  );
}
