// The console: a client of the admin API in a browser, with no rights of its own.

import './styles/tokens.css';
import './styles/base.css';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { createRoot } from 'react-dom/client';
import { RouterProvider as LinkProvider } from 'react-aria-components';
import { whenSignedOut } from './api/client.ts';
import { asProblem } from './api/problem.ts';
import { followTheme } from './layout/theme.ts';
import { paths } from './paths.ts';
import { createConsoleRouter } from './routes.tsx';

const RETRIES = 2;

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // What the gateway refused it refuses again; what it could not do for now may go.
      retry: (failures, error) => failures < RETRIES && [0, 502, 503].includes(asProblem(error).status),
    },
  },
});
const router = createConsoleRouter(queryClient);

whenSignedOut(() => {
  const { pathname, href } = router.state.location;
  if (pathname === paths.signIn()) return;
  // What the last person saw is gone with them, once nothing of it is shown any more.
  void router.navigate({ to: paths.signIn(), search: { to: href } }).then(() => queryClient.clear());
});
followTheme();

const root = document.getElementById('root');
if (root !== null) {
  createRoot(root).render(
    <QueryClientProvider client={queryClient}>
      <LinkProvider navigate={(href) => void router.navigate({ href })}>
        <RouterProvider router={router} />
      </LinkProvider>
    </QueryClientProvider>,
  );
}
