// The frame around the pages: where one is, who one is, and whether what is shown is current.
import { lazy, Suspense, useEffect, useState } from 'react';
import { Toaster } from 'sonner';
import { Link, Redirect, Route, Router, Switch, useRoute } from 'wouter';
import { useHashLocation } from 'wouter/use-hash-location';
import { duration } from './ui/format';
import { Button, Notice, Waiting } from './ui/kit';
import { Connection } from './ui/node-dialog';
import { useConfig, useFeed, useNow, useOverview } from './state';
import { WalletButton } from './ui/wallet-button';

const TradePage = lazy(() => import('./pages/trade'));
const AccountPage = lazy(() => import('./pages/account'));
const PoolPage = lazy(() => import('./pages/pool'));
const KeepersPage = lazy(() => import('./pages/keepers'));
const StatusPage = lazy(() => import('./pages/status'));
const LocalDrawer = lazy(() => import('./pages/local'));

const PAGES = [
  { path: '/trade', title: 'Trade', page: TradePage },
  { path: '/account', title: 'Account', page: AccountPage },
  { path: '/pool', title: 'Pool', page: PoolPage },
  { path: '/keepers', title: 'Keepers', page: KeepersPage },
  { path: '/status', title: 'Status', page: StatusPage },
] as const;

export function App() {
  const config = useConfig();
  return (
    <Router hook={useHashLocation}>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <header className="top">
        <Link className="brand" href="/trade">
          <img src="./icon.svg" alt="" /> Whittle
        </Link>
        <nav className="nav" aria-label="Pages">
          {PAGES.map((it) => (
            <NavLink key={it.path} path={it.path} title={it.title} />
          ))}
        </nav>
        <div className="top-right">
          <Connection />
          {config.local !== null && (
            <Suspense>
              <LocalDrawer />
            </Suspense>
          )}
          <ThemeButton />
          <WalletButton />
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        <FeedNotice />
        <Pages />
      </main>
      <Toaster position="bottom-right" theme="system" closeButton toastOptions={{ className: 'toast' }} />
    </Router>
  );
}

function Pages() {
  const overview = useOverview();
  const feed = useFeed();
  if (overview === null) {
    return feed.status === 'down' ? null : <Waiting what="Reading the exchange from the chain" />;
  }
  if (overview.exchange === null)
    return (
      <Notice tone="warn">
        There is no exchange at this program on this network. Check the network that the page connects to.
      </Notice>
    );
  return (
    <Suspense fallback={<Waiting what="Opening the page" />}>
      <Switch>
        {PAGES.map((it) => (
          <Route key={it.path} path={it.path}>
            <Titled title={it.title}>
              <it.page />
            </Titled>
          </Route>
        ))}
        <Route>
          <Redirect to="/trade" replace />
        </Route>
      </Switch>
    </Suspense>
  );
}

/** A page under its heading, which a screen reader jumps to and the browser's tab shows. */
function Titled(props: { title: string; children: React.ReactNode }) {
  const { title } = props;
  useEffect(() => {
    document.title = `${title} · Whittle`;
  }, [title]);
  return (
    <>
      <h1 className="sr-only">{title}</h1>
      {props.children}
    </>
  );
}

function NavLink(props: { path: string; title: string }) {
  const [active] = useRoute(props.path);
  return (
    <Link href={props.path} aria-current={active ? 'page' : undefined}>
      {props.title}
    </Link>
  );
}

/** Says how old the picture is when it is not live. */
function FeedNotice() {
  const feed = useFeed();
  const now = useNow();
  if (feed.status === 'live' || feed.status === 'loading') return null;
  const since = feed.since === null ? '' : ` What is shown is ${duration(now - feed.since)} old.`;
  return (
    <div style={{ marginBottom: 16 }}>
      <Notice tone={feed.status === 'resyncing' ? 'warn' : 'bad'}>
        <div className="row row-between">
          <span>
            {feed.reason ?? 'The connection to the node was lost.'}
            {feed.status === 'wrongNetwork' ? '' : since}
          </span>
          <Button className="button-small" onClick={feed.retry}>
            Try again
          </Button>
        </div>
      </Notice>
    </div>
  );
}

type Theme = 'system' | 'light' | 'dark';
const NEXT: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };
const THEMES: Record<Theme, string> = { system: 'As the system', light: 'Light', dark: 'Dark' };

function storedTheme(): Theme {
  const stored = localStorage.getItem('whittle.theme');
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}

function ThemeButton() {
  const [theme, setTheme] = useState(storedTheme);
  useEffect(() => {
    localStorage.setItem('whittle.theme', theme);
    if (theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  return (
    <Button
      onClick={() => {
        setTheme(NEXT[theme]);
      }}
      aria-label={`Colours: ${THEMES[theme]}. Change`}
      title={`Colours: ${THEMES[theme]}`}
    >
      <span aria-hidden="true">{theme === 'dark' ? '☾' : theme === 'light' ? '☀' : '◐'}</span>
    </Button>
  );
}
