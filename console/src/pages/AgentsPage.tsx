// One page of the console.
import type { ReactElement } from 'react';
import { Page, PageHead } from '../ui/Panel.tsx';

export function AgentsPage(): ReactElement {
  return (
    <Page>
      <PageHead title="Agents" />
    </Page>
  );
}
