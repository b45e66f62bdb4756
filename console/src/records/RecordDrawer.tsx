// The whole story of one entry, beside the list it stands in.

import type { ReactElement } from 'react';
import { useApi } from '../api/hooks.ts';
import { useRefusal } from '../api/session.tsx';
import { Drawer } from '../ui/Dialog.tsx';
import { ErrorState, Loading } from '../ui/State.tsx';
import { placeOf, readPlace } from './place.ts';
import { RecordStory } from './RecordStory.tsx';

/** Open while there is a place; `onOpen` gets that of another entry that has to do with this one. */
export function RecordDrawer({
  place,
  onClose,
  onOpen,
}: {
  readonly place: string | undefined;
  readonly onClose: () => void;
  readonly onOpen: (place: string) => void;
}): ReactElement {
  const read = readPlace(place);
  return (
    <Drawer title="One entry of the record" isOpen={read !== undefined} onClose={onClose}>
      {read === undefined ? null : <Story {...read} onOpen={onOpen} />}
    </Drawer>
  );
}

function Story({
  log,
  seq,
  onOpen,
}: {
  readonly log: string;
  readonly seq: string;
  readonly onOpen: (place: string) => void;
}): ReactElement {
  const { data, error, failureReason, refetch } = useApi('readRecord', { path: { log, seq }, query: {} });
  const proofDenied = useRefusal('proveRecord');
  if (data !== undefined) return <RecordStory story={data.value} onOpen={(other) => onOpen(placeOf(other))} proofDenied={proofDenied} />;
  return error === null ? (
    <Loading lines={8} says={failureReason?.detail} />
  ) : (
    <ErrorState problem={error} onRetry={() => void refetch()} />
  );
}
