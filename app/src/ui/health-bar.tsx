import type { HealthView, StateName } from '../risk/types';
import { ratio, usd } from './format';
import { Badge, Term } from './kit';

export const STATES: Record<StateName, { title: string; tone: 'good' | 'warn' | 'bad'; meaning: string }> = {
  healthy: {
    title: 'Healthy',
    tone: 'good',
    meaning: 'Equity is over the margin-call level. Everything is possible.',
  },
  marginCall: {
    title: 'Margin call',
    tone: 'warn',
    meaning:
      'Equity is under the margin-call level: only orders that reduce are accepted. Deposit or reduce.',
  },
  liquidatable: {
    title: 'Under maintenance',
    tone: 'bad',
    meaning:
      'Equity is under the maintenance requirement: anyone may close just enough to bring it to its target.',
  },
  emergency: {
    title: 'Emergency',
    tone: 'bad',
    meaning:
      'Far under maintenance: no waiting time protects the account, and more than just enough may be closed.',
  },
  insolvent: {
    title: 'Insolvent',
    tone: 'bad',
    meaning: 'Nothing is left: all positions are closed at no cost to the account.',
  },
  bankrupt: {
    title: 'Bankrupt',
    tone: 'bad',
    meaning: 'No positions are left, and a loss that others bear.',
  },
};

/** A state in a word. */
export function StateBadge(props: { state: StateName }) {
  const state = STATES[props.state];
  return <Badge tone={state.tone}>{state.title}</Badge>;
}

/** Where equity stands among the levels at which something happens. */
export function HealthBar(props: { health: HealthView }) {
  const { health } = props;
  const levels = [
    {
      name: 'forced',
      title: 'All closed',
      value: health.forced,
      meaning: 'At this equity or less everything is closed.',
    },
    {
      name: 'maintenance',
      title: 'Maintenance',
      value: health.maintenance,
      meaning: 'Under this equity the account may be liquidated, just enough to reach its target.',
    },
    {
      name: 'call',
      title: 'Margin call',
      value: health.call,
      meaning: 'Under this equity only orders that reduce are accepted.',
    },
  ];
  const equity = Number(health.equity);
  // For drawing alone: room for the larger of equity and the levels.
  const scale = Math.max(Number(health.call) * 1.6, Math.min(equity, Number(health.call) * 4)) || 1;
  const place = (value: number) => `${Math.max(0, Math.min(100, (value / scale) * 100)).toFixed(2)}%`;
  if (Number(health.maintenance) === 0)
    return <p className="said">Nothing is required: without positions the account cannot be liquidated.</p>;
  const state = STATES[health.state];
  const spoken = `${state.title}. Equity ${usd(health.equity)}, margin call at ${usd(health.call)}, maintenance ${usd(health.maintenance)}, all closed at ${usd(health.forced)}.`;
  return (
    <div className="health">
      <div className="health-track" role="img" aria-label={spoken}>
        <div className={`health-fill health-${state.tone}`} style={{ width: place(equity) }} />
        {levels.map((level) => (
          <span
            key={level.name}
            className={`health-mark health-mark-${level.name}`}
            style={{ left: place(Number(level.value)) }}
          />
        ))}
      </div>
      <ul className="health-legend">
        <li>
          <span className={`dot dot-${state.tone}`} aria-hidden="true" />
          <Term meaning="Cash, other collateral after its haircut, unrealised profit and loss, less funding and interest.">
            Equity
          </Term>{' '}
          <strong>{usd(health.equity)}</strong>
          {health.ratio !== null && <> ({ratio(health.ratio)} × maintenance)</>}
        </li>
        {[...levels].reverse().map((level) => (
          <li key={level.name}>
            <span className={`dot dot-${level.name}`} aria-hidden="true" />
            <Term meaning={level.meaning}>{level.title}</Term> {usd(level.value)}
          </li>
        ))}
      </ul>
    </div>
  );
}
