// What a person must know now: a call, a flag, what each means and until when to act.
import type { AccountView, ExchangeView } from '../../risk/types';
import { useNow } from '../../state';
import { percent, usd } from '../../ui/format';
import { Ago, Notice, Until } from '../../ui/kit';

export function HealthNotices(props: { view: AccountView; exchange: ExchangeView | null }) {
  const { view } = props;
  const { state } = view.health;
  return (
    <>
      {state === 'marginCall' && <MarginCall view={view} />}
      {(state === 'liquidatable' || state === 'emergency') && <Under view={view} />}
      {state === 'insolvent' && (
        <Notice tone="bad">
          Nothing is left in this account. All positions are closed at no cost to it. A deposit that brings
          equity over {usd(view.health.maintenance)} before that keeps them.
        </Notice>
      )}
      {state === 'bankrupt' && (
        <Notice tone="bad">
          The positions are closed and left a loss of {usd(view.deficit)}, which insurance and others bear.
          Nothing leaves the account until it is resolved.
        </Notice>
      )}
      {state !== 'marginCall' && state !== 'healthy' ? null : <Flag view={view} />}
    </>
  );
}

function MarginCall(props: { view: AccountView }) {
  const { health, marginCalledAt } = props.view;
  const now = useNow();
  return (
    <Notice tone="warn">
      <strong>Margin call.</strong> Equity of {usd(health.equity)} is under the margin call at{' '}
      {usd(health.call)}. Deposit, or reduce a position, before equity falls to {usd(health.maintenance)}:
      there a liquidation may begin. Until then orders that add risk are not filled.
      {marginCalledAt !== null && (
        <>
          {' '}
          Called <Ago at={marginCalledAt} now={now} />.
        </>
      )}
    </Notice>
  );
}

function Under(props: { view: AccountView }) {
  const { health, confirmedPlan, refusal } = props.view;
  return (
    <Notice tone="bad">
      <strong>Under maintenance.</strong> Equity of {usd(health.equity)} is under the maintenance margin of{' '}
      {usd(health.maintenance)}. Deposit or reduce now; over {usd(health.target)} the liquidation ends.{' '}
      {confirmedPlan !== null && (
        <>
          It would close {usd(confirmedPlan.closed)} of {usd(confirmedPlan.notional)} (
          {percent(confirmedPlan.share)}) and cost {usd(confirmedPlan.cost)}.{' '}
        </>
      )}
      <FlagTimes view={props.view} />
      {refusal !== null && <> At this moment: {refusal.message}</>}
    </Notice>
  );
}

/** When a liquidation may follow, and what the keeper gets for it. */
function FlagTimes(props: { view: AccountView }) {
  const { flag, health } = props.view;
  const now = useNow();
  if (health.state === 'emergency')
    return <>In an emergency no waiting time protects the account: it may be liquidated at once.</>;
  if (flag === null) return <>Nobody has flagged it yet; anybody may, and the waiting time begins then.</>;
  if (flag.confirmsAt === null)
    return <>It recovered since it was flagged, so it must be flagged again before a liquidation.</>;
  return (
    <>
      Flagged <Ago at={flag.since} now={now} />; prices published{' '}
      {flag.confirmsAt > now ? <Until at={flag.confirmsAt} now={now} /> : 'from now on'} may confirm it. Until
      then you have time. The keeper’s bonus is {percent(flag.bonusRate)} of what is closed
      {flag.bonusMaxAt > now && (
        <>
          {' '}
          and rises until its most <Until at={flag.bonusMaxAt} now={now} />
        </>
      )}
      .
    </>
  );
}

/** A flag that stays while the account is over maintenance again. */
function Flag(props: { view: AccountView }) {
  const { flag, health } = props.view;
  const now = useNow();
  if (flag === null) return null;
  return (
    <Notice tone="info">
      The account was flagged <Ago at={flag.since} now={now} /> and is over maintenance again. The flag ends
      when equity reaches {usd(health.target)}, and lapses <Until at={flag.lapsesAt} now={now} />.
    </Notice>
  );
}
