// Where liquidity providers see what the pool has, owes and risks, and enter and leave.
import { useOverview } from '../../state';
import { Notice } from '../../ui/kit';
import { ExposurePanel } from './exposure';
import { HoldsPanel } from './holds';
import { PastPanel } from './past';
import { PendingRequest } from './pending';
import './pool.css';
import { RequestPanel } from './request-form';
import { SummaryPanel } from './summary';

export default function PoolPage() {
  const overview = useOverview();
  const pool = overview?.pool ?? null;
  if (overview === null) return null;
  if (pool === null) return <Notice tone="warn">This exchange has no liquidity pool yet.</Notice>;
  return (
    <div className="columns">
      <div className="stack">
        <SummaryPanel pool={pool} />
        <ExposurePanel pool={pool} />
        <PastPanel markets={overview.markets} />
      </div>
      <div className="stack">
        <PendingRequest overview={overview} />
        <RequestPanel pool={pool} overview={overview} />
        <HoldsPanel pool={pool} overview={overview} />
      </div>
    </div>
  );
}
