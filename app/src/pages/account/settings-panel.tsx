// What the owner sets or does to the account as a whole.
import { useState } from 'react';
import { useActions } from '../../chain/actions';
import { useTransaction, type Failure, type Wanted } from '../../chain/send';
import type { AccountView } from '../../risk/types';
import { useNow } from '../../state';
import { percent, usd } from '../../ui/format';
import { Addr, Button, Facts, Notice, Panel, Term, Until } from '../../ui/kit';
import { whatIsLeft } from './empty';

const CLASSES = ['Retail', 'Standard', 'Professional'];

export function SettingsPanel(props: { view: AccountView }) {
  const { view } = props;
  const { run } = useTransaction();
  const actions = useActions();
  const [busy, setBusy] = useState<'reserve' | 'settle' | 'close' | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const account = view.address;
  const send = async (what: 'reserve' | 'settle' | 'close', wanted: Wanted) => {
    setBusy(what);
    const outcome = await run(wanted);
    setBusy(null);
    setFailure(outcome.ok ? null : outcome.failure);
  };
  return (
    <Panel title="This account">
      <div className="stack">
        <Facts
          rows={[
            ['Address', <Addr key="address" address={account} />],
            view.delegate !== null && ['Delegate', <Addr key="delegate" address={view.delegate} />],
          ]}
        />
        <Leverage view={view} />
        {Number(view.claims) !== 0 && (
          <Button
            className="button-wide"
            busy={busy === 'settle'}
            disabled={busy !== null}
            onClick={() =>
              void send('settle', {
                title: `Settle claims of ${usd(view.claims)}`,
                done: 'Paid as far as the pool has the cash.',
                build: () => actions.settleAccount({ account }),
              })
            }
          >
            Settle claims of {usd(view.claims)}
          </Button>
        )}
        <Reserve
          view={view}
          busy={busy !== null}
          onChange={(isReserve) =>
            void send('reserve', {
              title: isReserve ? 'Make this account a reserve' : 'End the reserve',
              build: () => actions.setReserve({ account, isReserve }),
            })
          }
        />
        <Close
          view={view}
          busy={busy === 'close'}
          disabled={busy !== null}
          onClose={() =>
            void send('close', {
              title: 'Close the account',
              done: 'Closed. Its rent is back in your wallet.',
              build: () => actions.closeAccount({ account }),
            })
          }
        />
        {failure !== null && (
          <Notice tone={failure.kind === 'rejected' ? 'info' : 'bad'}>{failure.message}</Notice>
        )}
      </div>
    </Panel>
  );
}

function Leverage(props: { view: AccountView }) {
  const { leverage } = props.view;
  const now = useNow();
  const named = (index: number) => CLASSES[index] ?? `Class ${index}`;
  const own = (cap: string | null) => (cap === null ? 'none' : `${percent(cap)} of notional`);
  return (
    <div>
      <Facts
        rows={[
          [
            <Term
              key="class"
              meaning="Decides the least initial margin of every position, whatever a market would allow. It never causes a liquidation."
            >
              Leverage class
            </Term>,
            named(leverage.class),
          ],
          [
            <Term
              key="own"
              meaning="The least initial margin that you asked for yourself, to hold yourself back."
            >
              Own least initial margin
            </Term>,
            own(leverage.ownCap),
          ],
        ]}
      />
      {leverage.next !== null && (
        <p className="said">
          Becomes {named(leverage.next.class)}, own least initial margin {own(leverage.next.ownCap)},{' '}
          <Until at={leverage.next.at} now={now} />.
        </p>
      )}
    </div>
  );
}

function Reserve(props: { view: AccountView; busy: boolean; onChange: (isReserve: boolean) => void }) {
  const { view, busy, onChange } = props;
  const cannot = !view.isReserve && view.positions.length > 0;
  return (
    <div>
      <label className="check">
        <input
          type="checkbox"
          checked={view.isReserve}
          disabled={busy || cannot}
          aria-describedby="account-reserve"
          onChange={(event) => {
            onChange(event.target.checked);
          }}
        />
        Reserve for my other accounts
      </label>
      <p className="said" id="account-reserve">
        Anyone may move its free cash to another of your accounts that has a recovery plan and fell under the
        plan’s trigger, at no cost, up to the plan’s target.
        {cannot && ' A reserve holds no positions: close them first.'}
      </p>
    </div>
  );
}

function Close(props: { view: AccountView; busy: boolean; disabled: boolean; onClose: () => void }) {
  const left = whatIsLeft(props.view);
  if (left.length > 0)
    return (
      <p className="said">
        An account can be closed once it is empty. Here there is still: {left.join(', ')}.
      </p>
    );
  return (
    <Button
      tone="danger"
      className="button-wide"
      busy={props.busy}
      disabled={props.disabled}
      onClick={props.onClose}
    >
      Close the empty account
    </Button>
  );
}
