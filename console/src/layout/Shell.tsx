// What stands around every page: where one can go, how the gateway is, who is signed in.

import './Shell.css';
import { useQueryClient } from '@tanstack/react-query';
import { Outlet, useNavigate, useRouter, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import { ask } from '../api/client.ts';
import { useApi } from '../api/hooks.ts';
import type { StreamState } from '../api/events.ts';
import { useFreshness, useStreamState } from '../api/live.ts';
import { asProblem } from '../api/problem.ts';
import { sessionQuery, useSession } from '../api/session.tsx';
import { paths } from '../paths.ts';
import { Badge } from '../ui/Badge.tsx';
import { Button, Link } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { Menu } from '../ui/Select.tsx';
import { ErrorState } from '../ui/State.tsx';
import { toast, Toasts } from '../ui/Toast.tsx';
import { Brand } from './Brand.tsx';
import { Lockdown } from './Lockdown.tsx';
import { isCurrent, NAVIGATION } from './navigation.ts';
import type { NavEntry } from './navigation.ts';
import { useTheme } from './theme.ts';

/** The frame of every page. */
export function Shell(): ReactElement {
  useFreshness();
  const [isOpen, setOpen] = useState(false);
  const main = useRef<HTMLElement>(null);
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const isFirst = useRef(true);
  // Who goes to another page by keyboard or by ear begins at its top, as with a page of its own.
  useEffect(() => {
    setOpen(false);
    if (!isFirst.current) main.current?.focus();
    isFirst.current = false;
    main.current?.scrollTo(0, 0);
  }, [pathname]);
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <Side isOpen={isOpen} pathname={pathname} />
      <header className="top">
        <div className="top-start">
          <span className="top-menu">
            <Button variant="quiet" icon="menu" label="Menu" expanded={isOpen} onPress={() => setOpen(!isOpen)} />
          </span>
          <Lockdown />
        </div>
        <Stream />
        <ThemeMenu />
        <Who />
      </header>
      <main id="main" ref={main} className="main" tabIndex={-1}>
        <Outlet />
      </main>
      <Toasts />
    </div>
  );
}

function Side({ isOpen, pathname }: { readonly isOpen: boolean; readonly pathname: string }): ReactElement {
  const { version } = useSession();
  const { data } = useApi('readOverview', { query: { window: '1h' } });
  const waiting = data?.value.waiting;
  const countOf = ({ waits }: NavEntry): number => (waits === undefined ? 0 : (waiting?.[waits] ?? 0));
  return (
    <nav className={`side${isOpen ? ' side-open' : ''}`} aria-label="Pages">
      <Link href={paths.overview()} className="brand">
        <Brand />
      </Link>
      {NAVIGATION.map((group) => (
        <div key={group.title} className="nav-group" role="group" aria-label={group.title}>
          <span className="nav-title" aria-hidden="true">
            {group.title}
          </span>
          {group.entries.map((entry) => (
            <NavLink key={entry.href} entry={entry} isHere={isCurrent(entry.href, pathname)} waiting={countOf(entry)} />
          ))}
        </div>
      ))}
      <p className="side-foot">Version {version}</p>
    </nav>
  );
}

function NavLink({
  entry,
  isHere,
  waiting,
}: {
  readonly entry: NavEntry;
  readonly isHere: boolean;
  readonly waiting: number;
}): ReactElement {
  return (
    <Link href={entry.href} className="nav-link" isCurrent={isHere}>
      <Icon name={entry.icon} size={18} />
      {entry.label}
      {waiting === 0 ? null : (
        <Badge tone="warn">
          {waiting}
          <span className="visually-hidden"> waiting</span>
        </Badge>
      )}
    </Link>
  );
}

function Stream(): ReactElement {
  const state = useStreamState();
  const text = STREAM_TEXTS[state];
  return (
    <span className={`stream stream-${state}`} role="status">
      {text}
    </span>
  );
}

const STREAM_TEXTS: Readonly<Record<StreamState, string>> = {
  connecting: 'Connecting',
  open: 'Live',
  broken: 'Reconnecting',
  elsewhere: 'Live in newer windows; click here to go on',
};

const THEMES = [
  { theme: 'system', label: 'As the system', icon: 'screen' },
  { theme: 'light', label: 'Light', icon: 'sun' },
  { theme: 'dark', label: 'Dark', icon: 'moon' },
] as const;

function ThemeMenu(): ReactElement {
  const [theme, choose] = useTheme();
  const icon = THEMES.find((one) => one.theme === theme)?.icon ?? 'screen';
  return (
    <Menu
      label="Theme"
      trigger={<Icon name={icon} />}
      entries={THEMES.map((one) => ({
        id: one.theme,
        label: one.theme === theme ? `${one.label} (chosen)` : one.label,
        icon: one.icon,
        onSelect: () => choose(one.theme),
      }))}
    />
  );
}

function Who(): ReactElement {
  const { operator, role, groups } = useSession();
  const client = useQueryClient();
  const navigate = useNavigate();
  const signOut = async (): Promise<void> => {
    try {
      await ask('signOut', {});
      client.clear();
      await navigate({ to: paths.signIn() });
    } catch (error) {
      const { title, detail } = asProblem(error);
      toast({ tone: 'bad', title, detail });
    }
  };
  return (
    <Menu
      label="Signed in"
      isTextual
      trigger={
        <span className="who">
          <span className="who-mark" aria-hidden="true">
            {operator.slice(0, 2)}
          </span>
          <span className="truncate">
            <span className="visually-hidden">Signed in as </span>
            {operator}
          </span>
          <Badge tone="accent">{role}</Badge>
        </span>
      }
      head={
        <>
          <p className="who-name">{operator}</p>
          <p className="faint">{groups.length === 0 ? `Role ${role}` : `Role ${role}, in ${groups.join(', ')}`}</p>
        </>
      }
      entries={[{ id: 'sign-out', label: 'Sign out', icon: 'out', onSelect: () => void signOut() }]}
    />
  );
}

/** The gateway is away, or begins: it may be back any moment. */
const AWAY: ReadonlySet<number> = new Set([0, 502, 503]);
const RETRY_MS = 5_000;

/** Shown where not even the frame could be. */
export function ShellFault({ error }: { readonly error: unknown }): ReactElement {
  return (
    <main>
      <h1 className="visually-hidden">Sallyport</h1>
      <PageFault error={error} />
    </main>
  );
}

/** Shown in place of a page that could not be. */
export function PageFault({ error }: { readonly error: unknown }): ReactElement {
  const router = useRouter();
  const client = useQueryClient();
  const retry = async (): Promise<void> => {
    await client.resetQueries({ queryKey: sessionQuery.queryKey });
    await router.invalidate();
  };
  const problem = asProblem(error);
  const isAway = AWAY.has(problem.status);
  useEffect(() => {
    if (!isAway) return undefined;
    const timer = setInterval(() => void retry(), RETRY_MS);
    return () => clearInterval(timer);
    // What it retries is the same as long as the page stands.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [isAway]);
  return <ErrorState problem={problem} onRetry={() => void retry()} />;
}
