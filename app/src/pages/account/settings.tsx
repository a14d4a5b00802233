import { useState } from 'react';
import { useActions } from '../../chain/actions';
import { useAccounts } from '../../state';
import type { AccountView } from '../../risk/types';
import { moment, percent } from '../../ui/format';
import { Addr, Button, Dialog, Facts, Panel, Term } from '../../ui/kit';
import { useRun } from '../trade/use-run';
import { OpenAccount } from './open';

const CLASSES = ['retail', 'standard', 'professional'];

function capOf(leverage: { class: number; ownCap: string | null }): string {
  const name = CLASSES[leverage.class] ?? `class ${leverage.class}`;
  return leverage.ownCap === null ? name : `${name}, own initial rate at least ${percent(leverage.ownCap)}`;
}

/** Which account this is and what its owner has set. */
export function Settings(props: { view: AccountView }) {
  const { view } = props;
  const actions = useActions();
  const reserve = useRun();
  const close = useRun();
  const { accounts, select } = useAccounts();
  const [opening, setOpening] = useState(false);
  const isEmpty =
    Number(view.cash) === 0 &&
    view.collaterals.length === 0 &&
    view.positions.length === 0 &&
    view.orders.length === 0;
  return (
    <Panel title="This account">
      <Facts
        rows={[
          [
            'Account',
            accounts.length > 1 ? (
              <select
                key="choice"
                className="select"
                aria-label="Margin account"
                value={view.subId}
                onChange={(event) => {
                  select(Number(event.target.value));
                }}
              >
                {accounts.map((it) => (
                  <option key={it.address} value={it.subId}>
                    Number {it.subId}
                  </option>
                ))}
              </select>
            ) : (
              `Number ${view.subId}`
            ),
          ],
          ['Address', <Addr key="address" address={view.address} />],
          view.delegate !== null && ['May place orders', <Addr key="delegate" address={view.delegate} />],
          [
            <Term
              key="leverage"
              meaning="Initial margin is at least this share of each position. Taking less leverage counts at once, more after a wait."
            >
              Leverage
            </Term>,
            capOf(view.leverage),
          ],
          view.leverage.next !== null && [`From ${moment(view.leverage.next.at)}`, capOf(view.leverage.next)],
        ]}
      />
      <div className="stack settings-actions">
        <label className="check">
          <input
            type="checkbox"
            checked={view.isReserve}
            disabled={reserve.pending}
            onChange={() => {
              void reserve.start({
                title: view.isReserve ? 'End being a reserve' : 'Make this account a reserve',
                build: () => actions.setReserve({ account: view.address, isReserve: !view.isReserve }),
              });
            }}
          />
          <Term meaning="Its cash may top up your other accounts that have a recovery plan, when they need it. A reserve holds no positions.">
            Reserve for my other accounts
          </Term>
        </label>
        {reserve.failure && (
          <p className="said said-error" role="alert">
            {reserve.failure.message}
          </p>
        )}
        <div className="row">
          <Button
            className="button-small"
            onClick={() => {
              setOpening(true);
            }}
          >
            Open another account
          </Button>
          <Button
            className="button-small"
            busy={close.pending}
            disabled={!isEmpty}
            onClick={() => {
              void close.start({
                title: `Close account ${view.subId}`,
                build: () => actions.closeAccount({ account: view.address }),
                done: 'Its rent returned to the wallet',
              });
            }}
          >
            Close this account
          </Button>
        </div>
        {!isEmpty && <p className="said">Only an empty account can be closed: withdraw everything first.</p>}
        {close.failure && (
          <p className="said said-error" role="alert">
            {close.failure.message}
          </p>
        )}
      </div>
      <Dialog open={opening} onOpenChange={setOpening} title="Open another account">
        <OpenAccount />
      </Dialog>
    </Panel>
  );
}
