// What the drawer holds.
import { useState } from 'react';
import { moment } from '../../ui/format';
import { Button, Notice, Waiting } from '../../ui/kit';
import { useBurnerAsks } from '../../wallet';
import { FundButton } from './fund';
import { PriceRow } from './price-row';
import { useLocal } from './use-local';

export function LocalControls(props: { url: string }) {
  const { state, problem, tell } = useLocal(props.url);
  return (
    <div className="stack">
      <FundButton tell={tell} />
      <AskBeforeSigning />
      {problem !== null && <Notice tone="bad">{problem}</Notice>}
      {state === null && problem === null && <Waiting what="Asking the local exchange" />}
      {state !== null && (
        <>
          <Recording {...state} tell={tell} />
          {state.prices.map((it) => (
            <PriceRow key={it.symbol} {...it} tell={tell} />
          ))}
        </>
      )}
    </div>
  );
}

/** The burner signs by itself unless it is told to ask, as other wallets do. */
function AskBeforeSigning() {
  const burner = useBurnerAsks();
  if (burner === null) return null;
  return (
    <label className="check">
      <input
        type="checkbox"
        checked={burner.asks}
        onChange={(event) => {
          burner.setAsks(event.target.checked);
        }}
      />
      The burner wallet asks before each signature
    </label>
  );
}

function Recording(props: {
  playing: boolean;
  recordedAt: number | null;
  tell: (what: 'play', body: object) => Promise<string | null>;
}) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const turn = async () => {
    setBusy(true);
    setProblem(await props.tell('play', { playing: !props.playing }));
    setBusy(false);
  };
  return (
    <div>
      <div className="row row-between">
        <span>
          {props.playing ? 'A recording of real prices plays' : 'Prices are held'}
          {props.recordedAt !== null && <span className="muted"> at {moment(props.recordedAt)}</span>}
        </span>
        <Button className="button-small" busy={busy} onClick={() => void turn()}>
          {props.playing ? 'Hold prices' : 'Play the recording'}
        </Button>
      </div>
      {problem !== null && (
        <p className="said said-error" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
