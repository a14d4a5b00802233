// Where equity stands, and what it is made of.
import type { AccountView, Overview } from '../../risk/types';
import { percent, ratio, signedUsd, usd } from '../../ui/format';
import { HealthBar, StateBadge } from '../../ui/health-bar';
import { Facts, Panel, Signed, Term } from '../../ui/kit';
import { AccountChooser } from './chooser';
import { HealthNotices } from './notices';

export function HealthPanel(props: { view: AccountView; overview: Overview }) {
  const { view, overview } = props;
  const { health } = view;
  return (
    <Panel
      title="Health"
      actions={
        <>
          <StateBadge state={health.state} />
          <AccountChooser />
        </>
      }
    >
      <div className="stack">
        <HealthNotices view={view} exchange={overview.exchange} />
        <HealthBar health={health} />
        <div className="account-parts">
          <EquityParts view={view} overview={overview} />
          <Requirements view={view} />
        </div>
      </div>
    </Panel>
  );
}

function EquityParts(props: { view: AccountView; overview: Overview }) {
  const { view, overview } = props;
  return (
    <div>
      <h3 className="account-heading">What equity is made of</h3>
      <Facts
        rows={[
          [
            'Cash',
            <Signed key="cash" value={view.cash}>
              {usd(view.cash)}
            </Signed>,
          ],
          ...view.collaterals.map((it) => {
            const weight = overview.banks.find((bank) => bank.index === it.bank)?.weight;
            return [
              <Term
                key="name"
                meaning={`Worth ${usd(it.value)}. A haircut leaves ${usd(it.counted)}${weight === undefined ? '' : `: ${percent(weight)} of its value counts at present`}.`}
              >
                {it.symbol} after its haircut
              </Term>,
              usd(it.counted),
            ] as const;
          }),
          ...view.positions.map(
            (it) =>
              [
                `${it.symbol}, profit or loss`,
                <Signed key="profit" value={it.profit}>
                  {signedUsd(it.profit)}
                </Signed>,
              ] as const,
          ),
          ...view.positions
            .filter((it) => Number(it.funding) !== 0)
            .map(
              (it) =>
                [
                  `${it.symbol}, funding`,
                  <Signed key="funding" value={it.funding}>
                    {signedUsd(it.funding)}
                  </Signed>,
                ] as const,
            ),
          Number(view.claims) !== 0 && [
            <Term key="claims" meaning="Profit that is recorded and waits for the pool to pay it.">
              Claims
            </Term>,
            usd(view.claims),
          ],
          Number(view.interest) !== 0 && [
            <Term key="interest" meaning="On cash that is overdrawn. It is taken off equity.">
              Interest owed
            </Term>,
            usd(view.interest),
          ],
          Number(view.deficit) !== 0 && ['Deficit booked', usd(view.deficit)],
          [<strong key="name">Equity</strong>, <strong key="value">{usd(view.health.equity)}</strong>],
        ]}
      />
    </div>
  );
}

function Requirements(props: { view: AccountView }) {
  const { health, notional } = props.view;
  return (
    <div>
      <h3 className="account-heading">What is required</h3>
      <Facts
        rows={[
          ['Notional of all positions', usd(notional)],
          ['Maintenance margin', usd(health.maintenance)],
          health.ratio !== null && ['Equity / maintenance', ratio(health.ratio)],
          ['A liquidation stops at', usd(health.target)],
          health.initial !== null && ['Initial margin', usd(health.initial)],
          health.initialEquity !== null && [
            <Term
              key="initial"
              meaning="Counted with care: at prices moved against you by their confidence, and with only a part of unrealised profit."
            >
              Equity for new risk
            </Term>,
            usd(health.initialEquity),
          ],
          health.excess !== null && [
            <Term
              key="excess"
              meaning="What is over the initial margin, at most the settled cash: it may leave."
            >
              Free
            </Term>,
            usd(health.excess),
          ],
        ]}
      />
      {health.why !== null && <p className="said">{health.why.message}</p>}
    </div>
  );
}
