// Whether all runs, and if not, what does not.
import { useFeed, useNow, useOverview } from '../../state';
import { Notice, Panel, Until } from '../../ui/kit';
import { AddressesPanel } from './addresses';
import { BanksPanel } from './banks';
import { InsurancePanel } from './insurance';
import { MarketPanel } from './market';
import { PausesPanel } from './pauses';
import { ProposalsPanel } from './proposals';
import './status.css';
import { unusualOf } from './unusual';

export default function StatusPage() {
  const overview = useOverview();
  const { exchange } = overview ?? {};
  if (overview === null || exchange == null) return null;
  return (
    <div className="stack">
      <UnusualPanel />
      <div className="status-markets">
        {overview.markets.map((it) => (
          <MarketPanel key={it.address} market={it} />
        ))}
      </div>
      <BanksPanel banks={overview.banks} />
      <div className="columns-even">
        <PausesPanel pauses={exchange.pauses} />
        <InsurancePanel insurance={overview.insurance} />
      </div>
      <ProposalsPanel proposals={overview.proposals} />
      <AddressesPanel exchange={exchange} overview={overview} />
    </div>
  );
}

function UnusualPanel() {
  const overview = useOverview();
  const feed = useFeed();
  const now = useNow();
  if (overview === null) return null;
  const found = unusualOf(overview, feed.status, now);
  return (
    <Panel title="At a glance">
      {found.length === 0 ? (
        <Notice tone="good">All is running.</Notice>
      ) : (
        <ul className="status-unusual" aria-label="What is unusual">
          {found.map((it) => (
            <li key={it.key} className={`notice notice-${it.tone}`}>
              {it.text}
              {it.until !== null && (
                <>
                  ; it ends <Until at={it.until} now={now} />
                </>
              )}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
