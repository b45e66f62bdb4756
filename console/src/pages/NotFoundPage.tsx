// An address that is of no page.

import type { ReactElement } from 'react';
import { paths } from '../paths.ts';
import { LinkButton } from '../ui/Button.tsx';
import { EmptyState } from '../ui/State.tsx';

/** Says so, and where to go on. */
export function NotFoundPage(): ReactElement {
  return (
    <main>
      <h1 className="visually-hidden">Not found</h1>
      <EmptyState icon="search" title="There is no such page" action={<LinkButton href={paths.overview()}>To the overview</LinkButton>}>
        The address may be of an older version, or something it names is gone.
      </EmptyState>
    </main>
  );
}
