// Who one is: choosing a wallet, the account of it that is looked at, and leaving.
import { useState } from 'react';
import { useAccounts, useBalances, useConfig, useMyAccount } from '../state';
import { useWallet } from '../wallet';
import { amount, shortAddress } from './format';
import { Addr, Button, Dialog, Facts, Notice } from './kit';

export function WalletButton() {
  const wallet = useWallet();
  const [open, setOpen] = useState(false);
  const title = wallet.connected === null ? 'Connect a wallet' : wallet.connected.name;
  return (
    <>
      <Button
        tone={wallet.connected === null ? 'primary' : 'quiet'}
        busy={wallet.connecting}
        onClick={() => {
          setOpen(true);
        }}
      >
        {wallet.connected === null ? 'Connect wallet' : <Connected {...wallet.connected} />}
      </Button>
      <Dialog open={open} onOpenChange={setOpen} title={title}>
        {wallet.connected === null ? (
          <Chooser
            onDone={() => {
              setOpen(false);
            }}
          />
        ) : (
          <Details
            address={wallet.connected.address}
            onDisconnect={() => {
              wallet.disconnect();
              setOpen(false);
            }}
          />
        )}
      </Dialog>
    </>
  );
}

function Connected(props: { address: string; icon: string }) {
  return (
    <>
      <img src={props.icon} alt="" width={18} height={18} />
      <span className="mono">{shortAddress(props.address)}</span>
    </>
  );
}

function Chooser(props: { onDone: () => void }) {
  const wallet = useWallet();
  const [problem, setProblem] = useState<string | null>(null);
  if (wallet.wallets.length === 0)
    return (
      <Notice tone="info">
        This browser has no wallet for Solana that signs transactions. Install one that supports the Wallet
        Standard and open this page again.
      </Notice>
    );
  const choose = async (name: string) => {
    setProblem(null);
    try {
      await wallet.connect(name);
      props.onDone();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <>
      {problem !== null && <Notice tone="bad">{problem}</Notice>}
      <ul className="stack" style={{ gap: 8 }}>
        {wallet.wallets.map((it) => (
          <li key={it.name}>
            <Button
              className="button-wide"
              onClick={() => {
                void choose(it.name);
              }}
            >
              <img src={it.icon} alt="" width={20} height={20} /> {it.name}
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}

function Details(props: { address: string; onDisconnect: () => void }) {
  const config = useConfig();
  const balances = useBalances();
  const mine = useMyAccount();
  const { accounts, select } = useAccounts();
  return (
    <>
      <Facts
        rows={[
          ['Address', <Addr key="address" address={props.address} />],
          ['Network', config.name],
          ['For fees', balances.sol === null ? 'unknown' : amount(balances.sol, 'SOL')],
        ]}
      />
      {accounts.length > 1 && (
        <label className="row row-between">
          Margin account
          <select
            className="select"
            value={mine.subId}
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
        </label>
      )}
      <Button onClick={props.onDisconnect}>Disconnect</Button>
    </>
  );
}
