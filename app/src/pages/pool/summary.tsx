// What the pool is worth, and what of it is one's own.
import type { PoolView } from '../../risk/types';
import { useAsk, useBalances, useNow } from '../../state';
import { amount, usd } from '../../ui/format';
import { Facts, Notice, Panel, Term } from '../../ui/kit';
import { useWallet } from '../../wallet';

const LEAVE =
  'What those who leave share. It counts all that traders have won, and only part of what they have lost and not realised, because losses may come back.';
const ENTER = 'What those who enter pay for. It counts all that traders have lost and not realised.';
const RESERVE = 'Pays claims when cash is short. It is filled first and cannot be withdrawn.';

export function SummaryPanel(props: { pool: PoolView }) {
  const { pool } = props;
  return (
    <Panel title="Liquidity pool">
      {pool.lowerValue === null && (
        <Notice tone="warn">
          A market with positions has no price yet, so the pool’s value is not known at present.
        </Notice>
      )}
      <div className="pool-figures">
        <Figure
          name={<Term meaning={LEAVE}>Value for those who leave</Term>}
          value={money(pool.lowerValue)}
        />
        <Figure
          name={<Term meaning={ENTER}>Value for those who enter</Term>}
          value={money(pool.higherValue)}
        />
      </div>
      <Facts
        rows={[
          ['One share, leaving', money(pool.lowerPrice)],
          ['One share, entering', money(pool.higherPrice)],
          ['Shares', pool.shares === null ? '–' : amount(pool.shares)],
          ['Cash', usd(pool.cash)],
          [
            <Term key="reserve" meaning={RESERVE}>
              Reserve
            </Term>,
            usd(pool.reserve),
          ],
        ]}
      />
      <Own pool={pool} />
    </Panel>
  );
}

function Own(props: { pool: PoolView }) {
  const { pool } = props;
  const { tokens } = useBalances();
  const connected = useWallet().connected !== null;
  const now = useNow();
  const mine = tokens[pool.shareMint]?.amount ?? '0';
  const worth = useAsk('shareWorth', connected ? { shares: mine, now } : null).answer?.worth ?? null;
  if (!connected) return <p className="said pool-own">Connect a wallet to see your shares.</p>;
  return (
    <div className="pool-own">
      <Facts
        rows={[
          ['Your shares', amount(mine)],
          ['Worth to you when you leave now', worth === null ? '–' : usd(worth)],
        ]}
      />
    </div>
  );
}

function Figure(props: { name: React.ReactNode; value: string }) {
  return (
    <div>
      <div className="muted">{props.name}</div>
      <div className="figure">{props.value}</div>
    </div>
  );
}

function money(value: string | null): string {
  return value === null ? '–' : usd(value);
}
