// What holds withdrawals and requests back at present.
import type { Overview, PoolView } from '../../risk/types';
import { useNow } from '../../state';
import { usd } from '../../ui/format';
import { Facts, Notice, Panel, Until } from '../../ui/kit';

export function HoldsPanel(props: { pool: PoolView; overview: Overview }) {
  const { pool, overview } = props;
  const now = useNow();
  const pause = overview.exchange?.pauses.find((it) => it.what === 'liquidity' && it.until > now);
  const drawn = overview.insurance?.drawn === true;
  const stale = overview.markets.filter(
    (it) => it.stale && (Number(it.longSize) !== 0 || Number(it.shortSize) !== 0),
  );
  return (
    <Panel title="What holds withdrawals back">
      <div className="stack">
        {pause !== undefined && (
          <Notice tone="warn">
            Requests are paused; the pause ends by itself <Until at={pause.until} now={now} />. An expired
            request can be refunded all the same.
          </Notice>
        )}
        {drawn && (
          <Notice tone="warn">
            The insurance fund lost much within a day, so half of the daily limit counts
            {overview.insurance?.drawnUntil != null && (
              <>
                {' '}
                until <Until at={overview.insurance.drawnUntil} now={now} />
              </>
            )}
            .
          </Notice>
        )}
        {stale.length > 0 && (
          <Notice tone="warn">
            Nothing is filled until there are newer prices of {stale.map((it) => it.symbol).join(', ')}.
          </Notice>
        )}
        <Facts
          rows={[
            ['May still leave today (UTC)', pool.withdrawalsLeft === null ? '–' : usd(pool.withdrawalsLeft)],
            ['Free cash to leave with', usd(pool.cash)],
          ]}
        />
        {pause === undefined && !drawn && stale.length === 0 && (
          <p className="said">No pause and no drawdown: only the daily limit and the cash that is there.</p>
        )}
      </div>
    </Panel>
  );
}
