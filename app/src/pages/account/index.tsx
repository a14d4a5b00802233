// One's own account: how far it is from a liquidation, what one would do, and what happened.
import { useAsk, useMyAccount, useNow, useOverview } from '../../state';
import type { Overview } from '../../risk/types';
import { Notice, Panel, Waiting } from '../../ui/kit';
import './account.css';
import { AccountChooser } from './chooser';
import { DepositForm } from './deposit-form';
import { HealthPanel } from './health-panel';
import { HistoryPanel } from './history-panel';
import { MoneyPanel } from './money-panel';
import { RecoveryPanel } from './recovery-panel';
import { SettingsPanel } from './settings-panel';
import { WhatIfPanel } from './what-if-panel';

export default function AccountPage() {
  const overview = useOverview();
  if (overview === null) return null;
  return <Account overview={overview} />;
}

function Account(props: { overview: Overview }) {
  const { overview } = props;
  const { owner, address, exists, view, subId } = useMyAccount();
  if (owner === null) return <WithoutWallet />;
  if (!exists || address === null)
    return (
      <div className="account-narrow stack">
        <Panel
          title={subId === 0 ? 'Open your account' : `Open account ${subId + 1}`}
          actions={<AccountChooser />}
        >
          <div className="stack">
            <p className="said">
              Your first deposit opens it. All positions of an account share one margin; an account never pays
              for another.
            </p>
            <DepositForm key={subId} account={null} subId={subId} banks={overview.banks} />
          </div>
        </Panel>
      </div>
    );
  if (view === null) return <Unread account={address} />;
  // What was typed belongs to the account it was typed for.
  return (
    <div className="columns" key={address}>
      <div className="stack">
        <HealthPanel view={view} overview={overview} />
        <WhatIfPanel view={view} markets={overview.markets} />
        <RecoveryPanel view={view} exchange={overview.exchange} />
        <HistoryPanel view={view} />
      </div>
      <div className="stack">
        <MoneyPanel view={view} banks={overview.banks} />
        <SettingsPanel view={view} />
      </div>
    </div>
  );
}

/** The account is there, but the engine has no answer about it: not yet, or for a reason. */
function Unread(props: { account: string }) {
  const now = useNow();
  const { problem } = useAsk('account', { account: props.account, now });
  if (problem === null) return <Waiting what="Reading your account" />;
  return <Notice tone="warn">{problem.message}</Notice>;
}

function WithoutWallet() {
  return (
    <div className="account-narrow">
      <Panel title="Your account">
        <div className="stack">
          <p>Connect a wallet, at the top of the page, to see here:</p>
          <ul className="account-list">
            <li>how far your account is from a margin call and a liquidation, and at which prices;</li>
            <li>what a liquidation would close at any price and cost, against closing everything;</li>
            <li>deposits and withdrawals, to the exact amount that may leave;</li>
            <li>a recovery plan that reduces your positions before a liquidation has to;</li>
            <li>your history, with a receipt for each liquidation that this browser checks again.</li>
          </ul>
        </div>
      </Panel>
    </div>
  );
}
