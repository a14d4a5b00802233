import { useState } from 'react';
import { useActions } from '../../chain/actions';
import { useAccounts, useMyAccount } from '../../state';
import { Field, Panel } from '../../ui/kit';
import { AmountForm } from './amount-form';
import { depositHint, useWalletAmount } from './money';

// A number of a margin account is kept in 16 bits.
const MOST_SUB_ID = 65_535;

/** The number typed, or null when it is none. */
export function subIdOf(text: string): number | null {
  const value = Number(text.trim());
  return /^\d+$/.test(text.trim()) && value <= MOST_SUB_ID ? value : null;
}

/** A first deposit, which opens the account. */
export function OpenAccount() {
  const { subId } = useMyAccount();
  const { accounts, select } = useAccounts();
  const actions = useActions();
  const held = useWalletAmount();
  const [text, setText] = useState(String(subId));
  const wanted = subIdOf(text);
  return (
    <Panel title="Open a margin account">
      <div className="stack open-account">
        <p>
          A deposit opens the account. What it loses is limited to what is in it: each account of a wallet
          stands alone.
        </p>
        {accounts.length > 0 && (
          <p className="row">
            Open already:
            {accounts.map((it) => (
              <button
                key={it.address}
                type="button"
                className="link"
                onClick={() => {
                  select(it.subId);
                }}
              >
                Account {it.subId}
              </button>
            ))}
          </p>
        )}
        <Field
          label="Account number"
          inputMode="numeric"
          value={text}
          error={wanted === null ? `Write a whole number from 0 to ${MOST_SUB_ID}` : null}
          hint="Another number is another account with risks of its own."
          onChange={(event) => {
            setText(event.target.value);
            const chosen = subIdOf(event.target.value);
            if (chosen !== null) select(chosen);
          }}
        />
        <AmountForm
          label="Open and deposit"
          mostOf={held}
          hint={depositHint}
          step={({ bank, atoms, shown }) => ({
            title: `Open account ${wanted ?? subId} and deposit ${shown}`,
            build: () => actions.openAndDeposit({ bank: bank.index, atoms, subId: wanted ?? subId }),
            done: 'The margin account is open',
          })}
        />
      </div>
    </Panel>
  );
}
