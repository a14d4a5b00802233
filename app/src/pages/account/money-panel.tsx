// What comes in and what leaves.
import { useState } from 'react';
import type { AccountView, BankView } from '../../risk/types';
import { Panel, Tabs } from '../../ui/kit';
import { DepositForm } from './deposit-form';
import { WithdrawForm } from './withdraw-form';

export function MoneyPanel(props: { view: AccountView; banks: readonly BankView[] }) {
  const { view, banks } = props;
  const [shown, setShown] = useState<'deposit' | 'withdraw'>('deposit');
  return (
    <Panel title="Deposit and withdraw">
      <Tabs
        label="Deposit or withdraw"
        value={shown}
        onChange={setShown}
        tabs={[
          {
            name: 'deposit',
            title: 'Deposit',
            body: <DepositForm account={view.address} subId={view.subId} banks={banks} />,
          },
          { name: 'withdraw', title: 'Withdraw', body: <WithdrawForm view={view} banks={banks} /> },
        ]}
      />
    </Panel>
  );
}
