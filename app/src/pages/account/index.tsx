import { useMyAccount } from '../../state';
import { HealthBar, StateBadge } from '../../ui/health-bar';
import { Notice, Panel, Waiting } from '../../ui/kit';
import { WalletButton } from '../../ui/wallet-button';
import { Equity } from './equity';
import { History } from './history';
import { Money } from './money';
import { AccountNotices } from './notices';
import { OpenAccount } from './open';
import './page.css';
import { RecoveryPlanPanel } from './recovery';
import { LastReceipt } from './last-receipt';
import { Settings } from './settings';
import { WhatIf } from './what-if';

export default function AccountPage() {
  const { owner, address, exists, view } = useMyAccount();
  if (owner === null)
    return (
      <Panel title="Account">
        <div className="stack" style={{ justifyItems: 'start' }}>
          <p>Connect a wallet to see its margin account, or to open one with a deposit.</p>
          <WalletButton />
        </div>
      </Panel>
    );
  if (!exists) return <OpenAccount />;
  if (view === null || address === null) return <Waiting what="Reading the account" />;
  return (
    <div className="stack">
      <AccountNotices view={view} />
      <Panel title="Health" actions={<StateBadge state={view.health.state} />}>
        <HealthBar health={view.health} />
        {view.health.why !== null && <Notice tone="warn">{view.health.why.message}</Notice>}
      </Panel>
      <div className="columns-even">
        <Equity view={view} />
        <Money key={address} view={view} />
      </div>
      <WhatIf view={view} />
      <div className="columns-even">
        <RecoveryPlanPanel key={address} view={view} />
        <Settings view={view} />
      </div>
      {view.receipt !== null && <LastReceipt receipt={view.receipt} />}
      <History address={address} />
    </div>
  );
}
