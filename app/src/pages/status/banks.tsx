// Tokens that count as collateral.
import type { BankView } from '../../risk/types';
import { useNow } from '../../state';
import { amount, percent, price } from '../../ui/format';
import { Ago, Badge, Panel, Table, type Column } from '../../ui/kit';
import { Meter } from './meter';

export function BanksPanel(props: { banks: readonly BankView[] }) {
  const now = useNow();
  const columns: Column<BankView>[] = [
    { title: 'Token', cell: (it) => <strong>{it.symbol}</strong> },
    {
      title: 'Price',
      numeric: true,
      cell: (it) =>
        it.oracleKind === null ? 'counts as a dollar' : it.price === null ? '–' : price(it.price),
    },
    {
      title: 'Published',
      numeric: true,
      cell: (it) =>
        it.oracleKind === null || it.publishTime === 0 ? '–' : <Ago at={it.publishTime} now={now} />,
    },
    {
      title: 'Counts for',
      numeric: true,
      cell: (it) =>
        it.weight === it.weightTarget
          ? percent(it.weight)
          : `${percent(it.weight)}, on the way to ${percent(it.weightTarget)}`,
    },
    { title: 'Deposits', numeric: true, cell: (it) => <Deposits bank={it} /> },
    { title: 'State', cell: (it) => <State bank={it} /> },
  ];
  return (
    <Panel title="Collateral">
      <Table
        caption="Tokens that count as collateral"
        columns={columns}
        rows={props.banks}
        rowKey={(it) => it.address}
        empty="No token is listed."
      />
    </Panel>
  );
}

function Deposits({ bank }: { bank: BankView }) {
  if (bank.depositCap === null) return <>{amount(bank.deposits)}, no cap</>;
  return (
    <Meter
      label={`Deposits of ${bank.symbol} of their cap`}
      part={Number(bank.deposits) / (Number(bank.depositCap) || 1)}
      words={`${amount(bank.deposits)} of ${amount(bank.depositCap)}`}
    />
  );
}

function State({ bank }: { bank: BankView }) {
  if (bank.pegBroken) return <Badge tone="bad">peg broken</Badge>;
  if (bank.stale) return <Badge tone="warn">price too old</Badge>;
  if (bank.uncertain) return <Badge tone="warn">price uncertain</Badge>;
  return <Badge tone="good">fine</Badge>;
}
