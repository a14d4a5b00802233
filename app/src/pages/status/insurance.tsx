// What stands between a bankrupt account and everybody else.
import type { InsuranceView } from '../../risk/types';
import { useNow } from '../../state';
import { usd } from '../../ui/format';
import { Badge, Facts, Panel, Term, Until } from '../../ui/kit';

export function InsurancePanel(props: { insurance: InsuranceView | null }) {
  const { insurance } = props;
  const now = useNow();
  if (insurance === null)
    return (
      <Panel title="Insurance">
        <p className="empty">This exchange has no insurance fund.</p>
      </Panel>
    );
  const { drawn, drawnUntil } = insurance;
  return (
    <Panel
      title="Insurance"
      actions={<Badge tone={drawn ? 'bad' : 'good'}>{drawn ? 'drawn down' : 'not drawn down'}</Badge>}
    >
      <Facts
        rows={[
          ['Cash', usd(insurance.cash)],
          [
            <Term key="worth" meaning="Its cash and its lines in the markets, when those were last settled.">
              Worth
            </Term>,
            usd(insurance.worth),
          ],
          ['Pays for one account at most', usd(insurance.eventCap)],
          ['Pays in a day at most', usd(insurance.dayCap)],
          drawn &&
            drawnUntil !== null && ['New risk waits until', <Until key="until" at={drawnUntil} now={now} />],
        ]}
      />
    </Panel>
  );
}
