// Which network, whether it tells what happens, and through which node.
import { useState, type SyntheticEvent } from 'react';
import { ConfigError, nodeOverrides, setNodeOverrides } from '../config';
import { useConfig, useFeed } from '../state';
import { Button, Dialog, Field } from './kit';

const WORDS = {
  loading: 'loading',
  live: 'live',
  resyncing: 'reading again',
  down: 'no connection',
  wrongNetwork: 'wrong network',
} as const;

const TONES = { loading: 'warn', live: 'good', resyncing: 'warn', down: 'bad', wrongNetwork: 'bad' } as const;

export function Connection() {
  const config = useConfig();
  const { status } = useFeed();
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className={`badge badge-${TONES[status]} connection`}
        onClick={() => {
          setOpen(true);
        }}
      >
        <span role="status">
          {config.name}: {WORDS[status]}
        </span>
        <span className="sr-only">. Choose a node</span>
      </button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title="Node"
        description="The page reads the exchange from this node and sends your transactions through it. Another one must be of the same network."
      >
        <NodeForm />
      </Dialog>
    </>
  );
}

function NodeForm() {
  const config = useConfig();
  const [rpcUrl, setRpcUrl] = useState(config.rpcUrl);
  const [wsUrl, setWsUrl] = useState(config.wsUrl);
  const [problem, setProblem] = useState<ConfigError | null>(null);
  const wrong = (field: string) => (problem?.field === field ? problem.message : null);
  const begin = (overrides: { rpcUrl?: string; wsUrl?: string }) => {
    try {
      setNodeOverrides(overrides);
      window.location.reload();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      setProblem(error);
    }
  };
  const save = (event: SyntheticEvent) => {
    event.preventDefault();
    begin({ rpcUrl: rpcUrl.trim(), wsUrl: wsUrl.trim() });
  };
  return (
    <form className="stack" style={{ gap: 12 }} onSubmit={save}>
      <Field
        label="Requests"
        value={rpcUrl}
        error={wrong('rpcUrl')}
        hint="Begins with https:// or http://"
        onChange={(event) => {
          setRpcUrl(event.target.value);
        }}
      />
      <Field
        label="Notifications"
        value={wsUrl}
        error={wrong('wsUrl')}
        hint="Begins with wss:// or ws://"
        onChange={(event) => {
          setWsUrl(event.target.value);
        }}
      />
      <div className="row">
        <Button type="submit" tone="primary">
          Use this node
        </Button>
        {Object.keys(nodeOverrides()).length > 0 && (
          <Button
            onClick={() => {
              begin({});
            }}
          >
            Back to the page’s own
          </Button>
        )}
      </div>
    </form>
  );
}
