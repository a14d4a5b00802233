import { useState } from 'react';
import { Button } from '../../ui/kit';
import { useWallet } from '../../wallet';

export function FundButton(props: { tell: (what: 'fund', body: object) => Promise<string | null> }) {
  const address = useWallet().connected?.address;
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState<{ bad: boolean; text: string } | null>(null);
  const fund = async () => {
    setBusy(true);
    setSaid(null);
    const problem = await props.tell('fund', { address });
    setSaid(
      problem === null ? { bad: false, text: 'Test funds are in the wallet.' } : { bad: true, text: problem },
    );
    setBusy(false);
  };
  return (
    <div>
      <Button
        tone="primary"
        className="button-wide"
        busy={busy}
        disabled={address === undefined}
        onClick={() => void fund()}
      >
        Get test funds
      </Button>
      {address === undefined && (
        <p className="said">Connect a wallet first: the burner wallet is made for this.</p>
      )}
      {said !== null && (
        <p className={said.bad ? 'said said-error' : 'said'} role={said.bad ? 'alert' : 'status'}>
          {said.text}
        </p>
      )}
    </div>
  );
}
