// One thing that a server lists, before somebody approves it: what changed, what stands out, what it would be able to do and for whom.

import './catalogue.css';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { DefinitionView } from '../../api/contract.ts';
import { useApi } from '../../api/hooks.ts';
import { SideBySide } from '../../diff/SideBySide.tsx';
import { paths } from '../../paths.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Segmented } from '../../ui/Field.tsx';
import { Page, PageHead, Panel } from '../../ui/Panel.tsx';
import { EmptyState, ErrorState, Loading, Notice } from '../../ui/State.tsx';
import { Code, Time, Untrusted } from '../../ui/Text.tsx';
import { showBytes } from '../../ui/units.ts';
import { useAddress } from '../use-address.ts';
import { Decide } from './Decide.tsx';
import { DefinitionFacts } from './DefinitionFacts.tsx';
import { KIND_WORDS, toOutline } from './readable-definition.ts';
import { StateBadge } from './StateBadge.tsx';

type Kind = DefinitionView['kind'];
type Form = 'outline' | 'json';

const FORMS: readonly { readonly value: Form; readonly label: string }[] = [
  { value: 'outline', label: 'Readable' },
  { value: 'json', label: 'JSON' },
];
const BACK = { href: paths.catalogue(), label: 'Catalogue' };

/** What stands out, in words. */
const FINDING_WORDS: Readonly<Record<DefinitionView['findings'][number]['kind'], string>> = {
  'hidden-characters': 'Characters that are not seen',
  orders: 'Tells the model what to do',
  'prefers-itself': 'Asks to be used before others',
  secret: 'Looks like a secret',
  'active-content': 'Content that acts by itself',
};

/** One definition. */
export function DefinitionPage(): ReactElement {
  const [{ server = '', kind = 'tool', name = '' }] = useAddress();
  const isKind = Object.hasOwn(KIND_WORDS, kind);
  const { data, error, refetch } = useApi(
    'readDefinition',
    { query: { server, kind: isKind ? kind : 'tool', name } },
    { enabled: server !== '' && isKind },
  );
  if (server === '' || !isKind) {
    return (
      <Page>
        <PageHead title="No definition" back={BACK} />
        <EmptyState icon="catalogue" title="This address names no definition">
          Choose one in the catalogue.
        </EmptyState>
      </Page>
    );
  }
  return (
    <Page>
      {error !== null ? (
        <>
          <PageHead title={<Untrusted text={name} />} back={BACK} />
          <ErrorState problem={error} onRetry={() => void refetch()} />
        </>
      ) : data === undefined ? (
        <Loading lines={8} />
      ) : (
        <Definition key={data.value.fingerprint} definition={data.value} />
      )}
    </Page>
  );
}

function Definition({ definition }: { readonly definition: DefinitionView }): ReactElement {
  const { server, kind, name, state, since, fault, tooLarge, bytes, findings } = definition;
  return (
    <>
      <PageHead
        back={BACK}
        title={
          <span className="definition-title">
            {name === '' ? `${KIND_WORDS[kind]} of ${server}` : <Untrusted text={name} />} <StateBadge state={state} />
          </span>
        }
        description={
          <>
            {KIND_WORDS[kind as Kind]} of {server}, first seen like this <Time at={since} form="distance" />
          </>
        }
        actions={<Decide definition={definition} />}
      />
      {fault !== null && (
        <Notice tone="bad" title={`What was approved of ${server} cannot be trusted`}>
          {fault}
        </Notice>
      )}
      {tooLarge && (
        <Notice tone="warn" title="Too large to be reviewed">
          It has {showBytes(bytes)}. What nobody can read cannot be approved; ask whoever runs the server to make it smaller.
        </Notice>
      )}
      <div className="definition">
        <div className="definition-main">
          <Texts definition={definition} />
          {findings.length > 0 && (
            <Panel title="What stands out" description="Found in its texts. That nothing is found says nothing.">
              <ul className="definition-findings">
                {findings.map((finding, at) => (
                  <li key={at}>
                    <Badge tone={finding.finding === null ? 'warn' : 'bad'}>{FINDING_WORDS[finding.kind]}</Badge>
                    <code className="faint">{finding.place}</code>
                    <q>
                      <Untrusted text={finding.text} />
                    </q>
                  </li>
                ))}
              </ul>
            </Panel>
          )}
        </div>
        <DefinitionFacts definition={definition} />
      </div>
    </>
  );
}

/** What it is now, against what is approved where something is. */
function Texts({ definition }: { readonly definition: DefinitionView }): ReactElement {
  const { approved, present, state, serverVersion } = definition;
  const [form, setForm] = useState<Form>('outline');
  const show = (text: string): string => (form === 'outline' ? toOutline(text) : text);
  const isChange = approved !== null && present !== null && approved !== present;
  const only = present ?? approved;
  return (
    <Panel
      title={isChange ? 'What changed' : state === 'gone' ? 'What it was' : 'What it is'}
      description={serverVersion === '' ? undefined : `Listed by version ${serverVersion} of the server.`}
      actions={<Segmented label="Form" options={FORMS} value={form} onChange={setForm} />}
    >
      {isChange ? (
        <SideBySide
          label="What is approved, and what it is now"
          left={show(approved)}
          right={show(present)}
          leftTitle="Approved"
          rightTitle="Now"
        />
      ) : only === null ? (
        <p className="soft">It is too large to be shown.</p>
      ) : (
        <Code text={show(only)} label="Definition" />
      )}
    </Panel>
  );
}
