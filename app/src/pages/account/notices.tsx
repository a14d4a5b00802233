// What a person must know now: a call, a flag, what each means and until when to act.
import type { AccountView, ExchangeView } from '../../risk/types';
import { useNow } from '../../state';
import { percent, usd } from '../../ui/format';
import { Ago, Until } from '../../ui/kit';
import { Standing } from './standing';

export function HealthNotices(props: { view: AccountView; exchange: ExchangeView | null }) {
  const { view, exchange } = props;
  const { state } = view.health;
  return (
    <>
      {state === 'marginCall' && <MarginCall view={view} />}
      {(state === 'liquidatable' || state === 'emergency') && <Under view={view} exchange={exchange} />}
      {state === 'insolvent' && (
        <Standing tone="bad" said="Your account is insolvent.">
          Nothing is left in this account. All positions are closed at no cost to it. A deposit that brings
          equity over {usd(view.health.maintenance)} before that keeps them.
        </Standing>
      )}
      {state === 'bankrupt' && (
        <Standing tone="bad" said="Your account is bankrupt.">
          The positions are closed and left a loss of {usd(view.deficit)}, which insurance and others bear.
          Nothing leaves the account until it is resolved.
        </Standing>
      )}
      {(state === 'healthy' || state === 'marginCall') && <Flag view={view} />}
    </>
  );
}

function MarginCall(props: { view: AccountView }) {
  const { health, marginCalledAt } = props.view;
  const now = useNow();
  return (
    <Standing tone="warn" said="Your account is in margin call.">
      <strong>Margin call.</strong> Equity of {usd(health.equity)} is under the margin call at{' '}
      {usd(health.call)}. Deposit, or reduce a position, before equity falls to {usd(health.maintenance)}:
      there a liquidation may begin. Until then orders that add risk are not filled.
      {marginCalledAt !== null && (
        <>
          {' '}
          Called <Ago at={marginCalledAt} now={now} />.
        </>
      )}
    </Standing>
  );
}

function Under(props: { view: AccountView; exchange: ExchangeView | null }) {
  const now = useNow();
  const pause = props.exchange?.pauses.find((it) => it.what === 'liquidations' && it.until > now);
  const { health, confirmedPlan, refusal } = props.view;
  return (
    <Standing tone="bad" said="Your account is under maintenance and may be liquidated.">
      <strong>Under maintenance.</strong> Equity of {usd(health.equity)} is under the maintenance margin of{' '}
      {usd(health.maintenance)}. Deposit or reduce now; over {usd(health.target)} the liquidation ends.{' '}
      {confirmedPlan !== null && (
        <>
          It would close {usd(confirmedPlan.closed)} of {usd(confirmedPlan.notional)} (
          {percent(confirmedPlan.share)}) and cost {usd(confirmedPlan.cost)}.{' '}
        </>
      )}
      {pause === undefined ? (
        <FlagTimes view={props.view} />
      ) : (
        <>
          Liquidations are paused; the pause ends <Until at={pause.until} now={now} />.
        </>
      )}
      {pause === undefined && refusal !== null && <> At this moment: {refusal.message}</>}
    </Standing>
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
    <Standing tone="info" said="Your account is flagged.">
      The account was flagged <Ago at={flag.since} now={now} /> and is over maintenance again. The flag ends
      when equity reaches {usd(health.target)}, and lapses <Until at={flag.lapsesAt} now={now} />.
    </Standing>
  );
}
