// Where a keeper sees what is due, does it, and sees what a fall in price would bring.
import { useWallet } from '../../wallet';
import { Notice } from '../../ui/kit';
import './keepers.css';
import { LadderPanel } from './ladder';
import { OrdersPanel } from './orders';
import { PricesPanel } from './prices';
import { QueuePanel } from './queue';

export default function KeepersPage() {
  const connected = useWallet().connected !== null;
  return (
    <div className="stack">
      {!connected && (
        <Notice tone="info">
          All of this can be looked at without a wallet. To act, connect one: bonuses and rewards go to its
          own margin account.
        </Notice>
      )}
      <QueuePanel connected={connected} />
      <div className="columns-even">
        <PricesPanel connected={connected} />
        <OrdersPanel connected={connected} />
      </div>
      <LadderPanel />
    </div>
  );
}
