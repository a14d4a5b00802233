import { useState } from 'react';
import { useActions } from '../../chain/actions';
import { useAsk, useBalances, useNow } from '../../state';
import type { AccountView, BankView } from '../../risk/types';
import { amount, percent } from '../../ui/format';
import { Panel, Tabs } from '../../ui/kit';
import { AmountForm } from './amount-form';

/** Into the account and out of it. */
export function Money(props: { view: AccountView }) {
  const [tab, setTab] = useState<'deposit' | 'withdraw'>('deposit');
  return (
    <Panel title="Deposit and withdraw">
      <Tabs
        label="Deposit or withdraw"
        value={tab}
        onChange={setTab}
        tabs={[
          { name: 'deposit', title: 'Deposit', body: <Deposit view={props.view} /> },
          { name: 'withdraw', title: 'Withdraw', body: <Withdraw view={props.view} /> },
        ]}
      />
    </Panel>
  );
}

/** What the wallet holds of a bank's token. */
export function useWalletAmount(): (bank: BankView) => string {
  const { tokens } = useBalances();
  return (bank) => tokens[bank.mint]?.amount ?? '0';
}

export function depositHint(bank: BankView, most: string | null) {
  const counts = Number(bank.weight) < 1 ? ` ${percent(bank.weight)} of its value counts.` : '';
  return `The wallet holds ${amount(most ?? '0', bank.symbol)}.${counts}`;
}

function Deposit(props: { view: AccountView }) {
  const { address } = props.view;
  const actions = useActions();
  const held = useWalletAmount();
  return (
    <AmountForm
      label="Deposit"
      mostOf={held}
      hint={depositHint}
      step={({ bank, atoms, shown }) => ({
        title: `Deposit ${shown}`,
        build: () => actions.deposit({ account: address, bank: bank.index, atoms }),
        done: 'It is in the margin account',
      })}
    />
  );
}

function Withdraw(props: { view: AccountView }) {
  const { view } = props;
  const now = useNow();
  const actions = useActions();
  const [bank, setBank] = useState(0);
  const { answer, problem } = useAsk('withdrawable', { account: view.address, bank, now });
  const heldOf = (it: BankView) =>
    it.oracleKind === null
      ? view.cash
      : (view.collaterals.find((collateral) => collateral.bank === it.index)?.amount ?? '0');
  return (
    <AmountForm
      label="Withdraw"
      onBank={setBank}
      mostOf={(it) => (it.index === bank ? (answer?.amount ?? null) : null)}
      hint={(it, most) => (
        <>
          The account holds {amount(heldOf(it), it.symbol)}.{' '}
          {most === null ? (
            (problem?.message ?? 'What may leave is not known yet.')
          ) : (
            <>
              May leave now: <strong>{amount(most, it.symbol)}</strong>.{' '}
              {answer?.why && <>Not more because: {answer.why.message}</>}
            </>
          )}
        </>
      )}
      step={({ bank: of, atoms, shown }) => ({
        title: `Withdraw ${shown}`,
        build: () => actions.withdraw({ account: view.address, bank: of.index, atoms }),
        done: 'It is in the wallet',
      })}
    />
  );
}
