// Starts the page: its configuration, the engine, then what is shown.
import { StrictMode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { App } from './app';
import { loadConfig } from './config';
import { Engine } from './risk/engine';
import engineUrl from './risk/engine.wasm?url';
import { Provider } from './state';
import { Button, Notice } from './ui/kit';
import './ui/styles.css';

function StartFailure(props: { reason: string; retry: () => void }) {
  return (
    <main className="page">
      <h1>Whittle could not start</h1>
      <Notice tone="bad">{props.reason}</Notice>
      <Button tone="primary" onClick={props.retry}>
        Try again
      </Button>
    </main>
  );
}

async function start(root: Root): Promise<void> {
  try {
    const [config, engine] = await Promise.all([loadConfig(), Engine.load(engineUrl)]);
    engine.ask('names', { tokens: config.tokens });
    root.render(
      <StrictMode>
        <Provider config={config} engine={engine}>
          <App />
        </Provider>
      </StrictMode>,
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    root.render(<StartFailure reason={reason} retry={() => void start(root)} />);
  }
}

const place = document.getElementById('root');
if (place === null) throw new Error('index.html has no element with the id root');
void start(createRoot(place));
