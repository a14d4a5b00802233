import type { ReactNode } from 'react';
import { useActions } from '../../chain/actions';
import type { AccountView } from '../../risk/types';
import { amount, usd } from '../../ui/format';
import { Button, Facts, Panel, Signed, Term } from '../../ui/kit';
import { useRun } from '../trade/use-run';

/** What equity is made of. */
export function Equity(props: { view: AccountView }) {
  const { view } = props;
  const { health } = view;
  const actions = useActions();
  const { start, pending } = useRun();
  const hasClaims = Number(view.claims) !== 0;
  const rows: (readonly [name: ReactNode, value: ReactNode] | false)[] = [
    [
      <Term key="cash" meaning="Settled USDC. Negative: an overdraft, which pays interest.">
        Cash
      </Term>,
      <Signed key="cash-value" value={view.cash}>
        {usd(view.cash)}
      </Signed>,
    ],
    [
      <Term key="claims" meaning="Profit that the pool has recorded and not yet paid. Settle to collect it.">
        Claims
      </Term>,
      usd(view.claims),
    ],
    ...view.collaterals.map(
      (it) => [amount(it.amount, it.symbol), `${usd(it.value)}, counts as ${usd(it.counted)}`] as const,
    ),
    ...view.positions
      .filter((it) => it.lots !== '0')
      .map((it): [ReactNode, ReactNode] => [
        `${it.symbol}: profit and funding`,
        <span key={it.market}>
          <Signed value={it.profit}>{usd(it.profit)}</Signed>{' '}
          <Signed value={it.funding}>{usd(it.funding)}</Signed>
        </span>,
      ]),
    Number(view.interest) !== 0 && ['Interest owed', usd(view.interest)],
    Number(view.deficit) !== 0 && ['Deficit', usd(view.deficit)],
    ['Equity', <strong key="equity">{usd(health.equity)}</strong>],
    ['Positions', usd(view.notional)],
    [
      <Term
        key="initial"
        meaning="What new risk requires. What equity counts over it, at most the cash, may leave."
      >
        Initial margin
      </Term>,
      health.initial === null ? 'unknown: a price is too old' : usd(health.initial),
    ],
    [
      'Excess',
      health.excess === null ? (
        'unknown: a price is too old'
      ) : (
        <strong key="excess">{usd(health.excess)}</strong>
      ),
    ],
  ];
  return (
    <Panel
      title="Equity"
      actions={
        hasClaims && (
          <Button
            className="button-small"
            busy={pending}
            onClick={() => {
              void start({
                title: 'Settle claims',
                build: () => actions.settleAccount({ account: view.address }),
                done: 'What the pool could pay is in the account’s cash',
              });
            }}
          >
            Settle claims
          </Button>
        )
      }
    >
      <Facts rows={rows} />
    </Panel>
  );
}
