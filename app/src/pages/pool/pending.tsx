// One's own request while it waits, and the way to get it back.
import { useState } from 'react';
import { useActions } from '../../chain/actions';
import { decimal } from '../../decimal';
import type { RequestView } from '../../chain/request';
import { useTransaction } from '../../chain/send';
import type { Overview } from '../../risk/types';
import { useLiquidityRequests, useNow } from '../../state';
import { amount } from '../../ui/format';
import { Ago, Badge, Button, Facts, Panel, Until } from '../../ui/kit';
import { useWallet } from '../../wallet';
import { requestState, SHARE_DECIMALS } from './request';

export function PendingRequest(props: { overview: Overview }) {
  const owner = useWallet().connected?.address;
  const request = useLiquidityRequests().find((it) => it.owner === owner);
  if (request === undefined) return null;
  return <Pending request={request} overview={props.overview} />;
}

function Pending(props: { request: RequestView; overview: Overview }) {
  const { request, overview } = props;
  const now = useNow();
  const { run } = useTransaction();
  const actions = useActions();
  const [busy, setBusy] = useState<'fill' | 'refund' | null>(null);
  const quote = overview.banks.find((it) => it.index === 0);
  const dueAt = request.requestedAt + (overview.exchange?.orderDelaySecs ?? 0);
  const state = requestState({ dueAt, expiresAt: request.expiresAt, now });
  const tokens = { symbol: quote?.symbol ?? '', decimals: quote?.decimals ?? SHARE_DECIMALS };
  const shares = { symbol: 'shares', decimals: SHARE_DECIMALS };
  const [gives, gets] = request.kind === 'deposit' ? [tokens, shares] : [shares, tokens];
  const send = async (what: 'fill' | 'refund') => {
    setBusy(what);
    await run(
      what === 'fill'
        ? {
            title: 'Fill your request',
            done: 'Filled at the newest prices.',
            build: () => actions.fillLiquidity({ request: request.address }),
          }
        : {
            title: 'Refund your request',
            done: 'What you gave is back in your wallet.',
            build: () => actions.refundLiquidity(),
          },
    );
    setBusy(null);
  };
  return (
    <Panel
      title="Your request"
      actions={<Badge tone={state === 'expired' ? 'warn' : 'info'}>{TITLES[state]}</Badge>}
    >
      <Facts
        rows={[
          [
            request.kind === 'deposit' ? 'You deposit' : 'You give back',
            amount(decimal(BigInt(request.amountAtoms), gives.decimals), gives.symbol),
          ],
          BigInt(request.minOutAtoms) > 0n && [
            'Least to receive',
            amount(decimal(BigInt(request.minOutAtoms), gets.decimals), gets.symbol),
          ],
          ['Asked', <Ago key="asked" at={request.requestedAt} now={now} />],
          state === 'early' && ['Can be filled', <Until key="due" at={dueAt} now={now} />],
          state !== 'expired' && ['Expires', <Until key="ends" at={request.expiresAt} now={now} />],
        ]}
      />
      <p className="said">{MEANINGS[state]}</p>
      <div className="row">
        <Button
          busy={busy === 'fill'}
          disabled={state !== 'due' || busy !== null}
          onClick={() => void send('fill')}
        >
          Fill it
        </Button>
        <Button
          tone={state === 'expired' ? 'primary' : 'quiet'}
          busy={busy === 'refund'}
          disabled={state !== 'expired' || busy !== null}
          onClick={() => void send('refund')}
        >
          Refund
        </Button>
      </div>
    </Panel>
  );
}

const TITLES = { early: 'Waits for later prices', due: 'Can be filled', expired: 'Expired' } as const;
const MEANINGS = {
  early: 'It is filled at prices published after its delay. Nobody knows them yet, and neither do you.',
  due: 'A keeper fills it as soon as every market with positions has a price from after the delay. Anybody may, you too.',
  expired: 'It was not filled in time and cannot be any more. Take back what you gave.',
} as const;
