// One page of the console.
import type { ReactElement } from 'react';
import { Page, PageHead } from '../ui/Panel.tsx';

export function ServerPage(): ReactElement {
  return (
    <Page>
      <PageHead title="Server" />
    </Page>
  );
}
