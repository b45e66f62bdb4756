// The record: found, counted, checked and given to other tools. Looking at it is on record as well.

import './audit.css';
import type { ReactElement } from 'react';
import { useRefusal } from '../../api/session.tsx';
import { Page, PageHead } from '../../ui/Panel.tsx';
import { EmptyState } from '../../ui/State.tsx';
import { Tabs } from '../../ui/Tabs.tsx';
import { RecordDrawer } from '../../records/RecordDrawer.tsx';
import { useAddress } from '../use-address.ts';
import { Figures } from './Figures.tsx';
import { Records } from './Records.tsx';
import { Verify } from './Verify.tsx';

const VIEWS = ['records', 'figures', 'verify'] as const;
type View = (typeof VIEWS)[number];

/** Everything about the record. */
export function AuditPage(): ReactElement {
  const [address, setAddress] = useAddress();
  const listRefusal = useRefusal('listRecords');
  const view = VIEWS.find((one) => one === address['view']) ?? 'records';
  return (
    <Page fill>
      <PageHead
        title="Audit"
        description="Who called what, what was decided and how it ended: never what was said. Each look at it is on record, too."
      />
      <Tabs<View>
        label="Views of the record"
        selected={view}
        onSelect={(chosen) => setAddress({ view: chosen === 'records' ? undefined : chosen, entry: undefined })}
        tabs={[
          {
            id: 'records',
            label: 'Records',
            content: listRefusal === undefined ? <Records /> : <NotForThem why={listRefusal} />,
          },
          { id: 'figures', label: 'Figures', content: <Figures /> },
          { id: 'verify', label: 'Verify', content: <Verify /> },
        ]}
      />
      <RecordDrawer place={address['entry']} onClose={() => setAddress({ entry: undefined })} onOpen={(entry) => setAddress({ entry })} />
    </Page>
  );
}

function NotForThem({ why }: { readonly why: string }): ReactElement {
  return (
    <EmptyState icon="lock" title="Single records are not for this role">
      {why} Figures tell nobody apart, and can be seen by everybody.
    </EmptyState>
  );
}
