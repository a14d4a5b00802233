// Which of the wallet's accounts is looked at, and the way to another one.
import { useAccounts, useMyAccount } from '../../state';

export function AccountChooser() {
  const { accounts, select } = useAccounts();
  const { subId } = useMyAccount();
  if (accounts.length === 0) return null;
  const known = accounts.map((it) => it.subId);
  const next = Math.max(...known) + 1;
  const shown = [...new Set([...known, subId, next])].sort((a, b) => a - b);
  return (
    <label>
      <span className="sr-only">Account</span>
      <select
        className="select"
        value={subId}
        onChange={(event) => {
          select(Number(event.target.value));
        }}
      >
        {shown.map((it) => (
          <option key={it} value={it}>
            {known.includes(it) ? `Account ${it + 1}` : `Open account ${it + 1}`}
          </option>
        ))}
      </select>
    </label>
  );
}
