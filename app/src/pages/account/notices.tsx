import type { AccountView } from '../../risk/types';
import { useNow } from '../../state';
import { moment, percent, usd } from '../../ui/format';
import { Notice, Until } from '../../ui/kit';

/** What an account in danger must do and by when. Nothing when all is well. */
export function AccountNotices(props: { view: AccountView }) {
  const { view } = props;
  const { health, flag } = view;
  const now = useNow();
  return (
    <>
      {health.state === 'marginCall' && (
        <Notice tone="warn">
          <strong>
            Margin call{view.marginCalledAt !== null && ` since ${moment(view.marginCalledAt)}`}.
          </strong>{' '}
          Equity of {usd(health.equity)} is under the margin-call level of {usd(health.call)}. Only orders
          that reduce are accepted. Deposit or reduce before equity falls to {usd(health.maintenance)}: there
          a liquidation begins.
        </Notice>
      )}
      {health.state === 'healthy' && view.marginCalledAt !== null && (
        <Notice tone="info">
          A margin call of {moment(view.marginCalledAt)} is met; it ends with the next transaction that looks
          at the account.
        </Notice>
      )}
      {health.state !== 'healthy' && health.state !== 'marginCall' && <Under view={view} />}
      {flag !== null && (
        <Notice tone="bad">
          <strong>Flagged {moment(flag.since)}.</strong>{' '}
          {flag.confirmsAt === null
            ? 'It was seen healthy since: a keeper has to flag it anew before anything is closed.'
            : flag.confirmsAt > now
              ? 'Newer prices may confirm it from '
              : 'Newer prices may confirm it '}
          {flag.confirmsAt !== null && <Until at={flag.confirmsAt} now={now} />}. Whoever liquidates gets{' '}
          {percent(flag.bonusRate, 3)} of what is closed, growing until {moment(flag.bonusMaxAt)}. Deposit or
          reduce to clear the flag; else it lapses {moment(flag.lapsesAt)}.
        </Notice>
      )}
    </>
  );
}

function Under(props: { view: AccountView }) {
  const { health, confirmedPlan: plan } = props.view;
  if (health.state === 'bankrupt')
    return (
      <Notice tone="bad">
        <strong>Bankrupt.</strong> No position is left and the account owes more than it has. Others bear the
        loss; nothing can be withdrawn.
      </Notice>
    );
  return (
    <Notice tone="bad">
      <strong>Under maintenance.</strong> Equity of {usd(health.equity)} is under the requirement of{' '}
      {usd(health.maintenance)}.{' '}
      {plan !== null &&
        `A liquidation would close ${usd(plan.closed)} of ${usd(plan.notional)} (${percent(plan.share, 1)}). `}
      Deposit or reduce now.
    </Notice>
  );
}
