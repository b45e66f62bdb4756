// Every page and where it is. A page is loaded when somebody goes there; who is not signed in is sent to sign in first.

import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { asProblem } from './api/problem.ts';
import { sessionQuery } from './api/session.tsx';
import { PageFault, Shell, ShellFault } from './layout/Shell.tsx';
import { NotFoundPage } from './pages/NotFoundPage.tsx';
import { fromSearch, paths, toSearch } from './paths.ts';

const root = createRootRouteWithContext<{ readonly queryClient: QueryClient }>()({
  notFoundComponent: NotFoundPage,
  errorComponent: ShellFault,
});

/** What stands behind the question mark: texts; each page takes of them what it knows. */
const texts = (search: Record<string, unknown>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(search).filter((member): member is [string, string] => typeof member[1] === 'string'));

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: texts,
  component: lazyRouteComponent(() => import('./pages/sign-in/SignInPage.tsx'), 'SignInPage'),
});

const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  validateSearch: texts,
  component: Shell,
  errorComponent: ShellFault,
  beforeLoad: async ({ context, location }) => {
    try {
      await context.queryClient.ensureQueryData(sessionQuery);
    } catch (error) {
      if (asProblem(error).code === 'signed_out') throw redirect({ to: paths.signIn(), search: { to: location.href } });
      throw error;
    }
  },
});

const overview = createRoute({
  getParentRoute: () => shell,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/overview/OverviewPage.tsx'), 'OverviewPage'),
});

const live = createRoute({
  getParentRoute: () => shell,
  path: '/live',
  component: lazyRouteComponent(() => import('./pages/live/LivePage.tsx'), 'LivePage'),
});

const agents = createRoute({
  getParentRoute: () => shell,
  path: '/agents',
  component: lazyRouteComponent(() => import('./pages/agents/AgentsPage.tsx'), 'AgentsPage'),
});

const agent = createRoute({
  getParentRoute: () => shell,
  path: '/agents/$agent',
  component: lazyRouteComponent(() => import('./pages/agents/AgentPage.tsx'), 'AgentPage'),
});

const servers = createRoute({
  getParentRoute: () => shell,
  path: '/servers',
  component: lazyRouteComponent(() => import('./pages/servers/ServersPage.tsx'), 'ServersPage'),
});

const server = createRoute({
  getParentRoute: () => shell,
  path: '/servers/$server',
  component: lazyRouteComponent(() => import('./pages/servers/ServerPage.tsx'), 'ServerPage'),
});

const catalogue = createRoute({
  getParentRoute: () => shell,
  path: '/catalogue',
  component: lazyRouteComponent(() => import('./pages/catalogue/CataloguePage.tsx'), 'CataloguePage'),
});

const definition = createRoute({
  getParentRoute: () => shell,
  path: '/catalogue/definition',
  component: lazyRouteComponent(() => import('./pages/catalogue/DefinitionPage.tsx'), 'DefinitionPage'),
});

const policies = createRoute({
  getParentRoute: () => shell,
  path: '/policies',
  component: lazyRouteComponent(() => import('./pages/policies/PoliciesPage.tsx'), 'PoliciesPage'),
});

const approvals = createRoute({
  getParentRoute: () => shell,
  path: '/approvals',
  component: lazyRouteComponent(() => import('./pages/approvals/ApprovalsPage.tsx'), 'ApprovalsPage'),
});

const audit = createRoute({
  getParentRoute: () => shell,
  path: '/audit',
  component: lazyRouteComponent(() => import('./pages/audit/AuditPage.tsx'), 'AuditPage'),
});

const limits = createRoute({
  getParentRoute: () => shell,
  path: '/limits',
  component: lazyRouteComponent(() => import('./pages/limits/LimitsPage.tsx'), 'LimitsPage'),
});

const settings = createRoute({
  getParentRoute: () => shell,
  path: '/settings',
  component: lazyRouteComponent(() => import('./pages/settings/SettingsPage.tsx'), 'SettingsPage'),
});

const tree = root.addChildren([
  signIn,
  shell.addChildren([overview, live, agents, agent, servers, server, catalogue, definition, policies, approvals, audit, limits, settings]),
]);

/** Makes the router. */
// oxlint-disable-next-line typescript/explicit-function-return-type
export function createConsoleRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { queryClient },
    defaultPreload: 'intent',
    defaultErrorComponent: PageFault,
    // Members are texts, as a person would type them, and not JSON.
    parseSearch: fromSearch,
    stringifySearch: toSearch,
    scrollRestoration: false,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    readonly router: ReturnType<typeof createConsoleRouter>;
  }
}
