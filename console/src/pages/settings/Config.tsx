// Every key with its value and where it comes from.

import { useDeferredValue } from 'react';
import type { ReactElement } from 'react';
import type { SettingsView, SettingView } from '../../api/contract.ts';
import { useAct, useApi } from '../../api/hooks.ts';
import { useApiPages } from '../../api/pages.ts';
import { useRefusal } from '../../api/session.tsx';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { CommandLine } from '../../ui/CommandLine.tsx';
import { commands } from '../../commands.ts';
import { Drawer } from '../../ui/Dialog.tsx';
import { SearchField } from '../../ui/Field.tsx';
import { Facts, Panel } from '../../ui/Panel.tsx';
import { Select } from '../../ui/Select.tsx';
import { EmptyState, ErrorState, Notice } from '../../ui/State.tsx';
import { Table } from '../../ui/Table.tsx';
import type { Column } from '../../ui/Table.tsx';
import { Code, Time, Untrusted } from '../../ui/Text.tsx';
import { toast } from '../../ui/Toast.tsx';
import { Toolbar } from '../../ui/Toolbar.tsx';
import { sayProblem } from '../problem-text.ts';
import { useAddress } from '../use-address.ts';
import { describeSource, showValue, sourceTone } from './setting-text.ts';

const SOURCES = [
  { value: '', label: 'From anywhere' },
  { value: 'file', label: 'From the file' },
  { value: 'environment', label: 'From the environment' },
  { value: 'command-line', label: 'From the command line' },
  { value: 'default', label: 'By default' },
] as const;

const COLUMNS: readonly Column<SettingView>[] = [
  { id: 'path', header: 'Key', width: { min: 220, share: 2 }, cell: ({ path }) => <code className="truncate">{path}</code> },
  {
    id: 'value',
    header: 'Value',
    width: { min: 180, share: 3 },
    cell: ({ value, isSecret }) =>
      isSecret ? (
        <Badge>secret</Badge>
      ) : (
        <code className="truncate">
          <Untrusted text={showValue(value)} />
        </code>
      ),
  },
  {
    id: 'source',
    header: 'Comes from',
    width: { min: 170, share: 1 },
    cell: ({ source }) => <Badge tone={sourceTone(source)}>{describeSource(source)}</Badge>,
  },
  {
    id: 'description',
    header: 'What it is',
    width: { min: 220, share: 4 },
    cell: ({ description }) => <span className="soft">{description}</span>,
  },
];

const rowsOf = (page: SettingsView): readonly SettingView[] => page.settings;

/** The config in force. */
export function Config(): ReactElement {
  const [address, setAddress] = useAddress();
  const search = useDeferredValue(address['search'] ?? '');
  const from = SOURCES.find(({ value }) => value === address['from'])?.value ?? '';
  const head = useApi('readSettings', { query: { limit: 1 } });
  const pages = useApiPages('readSettings', { query: { search, from: from === '' ? undefined : from, limit: 500 } }, rowsOf);
  const chosen = pages.list.rows.find(({ path }) => path === address['key']);
  const whole = head.data?.value;
  return (
    <div className="settings">
      <Standing />
      <Panel flush fill>
        <Toolbar
          end={
            whole === undefined ? null : (
              <span className="faint">
                {whole.file ?? 'No config file'}, loaded <Time at={whole.loadedAt} form="distance" />
              </span>
            )
          }
        >
          <SearchField
            label="Search key, value or description"
            value={address['search'] ?? ''}
            onChange={(text) => setAddress({ search: text })}
          />
          <Select label="Comes from" layout="hidden" options={SOURCES} value={from} onChange={(value) => setAddress({ from: value })} />
        </Toolbar>
        {pages.error !== null ? (
          <ErrorState problem={pages.error} onRetry={pages.restart} />
        ) : (
          <Table
            label="Settings"
            columns={COLUMNS}
            list={pages.list}
            keyOf={({ path }) => path}
            rowHeight={36}
            onOpen={({ path }) => setAddress({ key: path }, true)}
            openKey={address['key']}
            total={whole?.total}
            empty={
              <EmptyState icon="search" title="No key fits">
                Take something away from the search. Every key there is stands in docs/reference/config.md.
              </EmptyState>
            }
            height="fill"
          />
        )}
      </Panel>
      {whole !== undefined && whole.store.length > 0 && (
        <Panel title="Kept beside the file" description="What stands in the store of the gateway, and is changed here or by a command.">
          <ul className="settings-store">
            {whole.store.map(({ what, count, command }) => (
              <li key={what}>
                <span>
                  {what} <Badge>{count}</Badge>
                </span>
                <CommandLine command={command} label={`Shows ${what}`} />
              </li>
            ))}
          </ul>
        </Panel>
      )}
      <Drawer title={<code>{address['key']}</code>} isOpen={chosen !== undefined} onClose={() => setAddress({ key: undefined })}>
        {chosen !== undefined && <Setting setting={chosen} />}
      </Drawer>
    </div>
  );
}

/** How the file stands against what is in force, and the way to put it there. */
function Standing(): ReactElement | null {
  const status = useApi('readStatus', {});
  const settings = useApi('readSettings', { query: { limit: 1 } });
  const refusal = useRefusal('reload');
  const reload = useAct('reload', ['readSettings', 'readStatus', 'readPolicy']);
  const refused = status.data?.value.config.refusal ?? null;
  const warnings = status.data?.value.config.warnings ?? [];
  const isStale = settings.data?.value.isStale === true;
  const button = (
    <Button
      size="small"
      icon="refresh"
      disabledReason={refusal}
      isPending={reload.isPending}
      onPress={() =>
        reload.mutate(
          {},
          {
            onSuccess: ({ value }) => toast({ tone: 'good', title: `In force as config revision ${value.revision}` }),
            onError: ({ title, detail }) => toast({ tone: 'bad', title, detail }),
          },
        )
      }
    >
      Reload
    </Button>
  );
  return (
    <>
      {refused !== null && (
        <Notice tone="bad" title="The file cannot be put in force; what was in force stays" action={button}>
          <ul>
            {refused.problems.map((problem, at) => (
              <li key={at}>
                {problem.file}:{problem.line} <code>{problem.path}</code> {sayProblem(problem)}
              </li>
            ))}
          </ul>
          <CommandLine command={commands.reload()} label="The same as a command" />
        </Notice>
      )}
      {refused === null && isStale && (
        <Notice tone="warn" title="The file was changed, and is not in force yet" action={button}>
          <CommandLine command={commands.reload()} />
        </Notice>
      )}
      {warnings.length > 0 && (
        <Notice tone="warn" title="Doubtful">
          <ul>
            {warnings.map((problem, at) => (
              <li key={at}>
                {problem.file}:{problem.line} <code>{problem.path}</code> {sayProblem(problem)}
              </li>
            ))}
          </ul>
        </Notice>
      )}
    </>
  );
}

function Setting({ setting }: { readonly setting: SettingView }): ReactElement {
  const { value, isSecret, source, description } = setting;
  return (
    <>
      <p>{description}</p>
      <Facts
        facts={[
          ['Comes from', describeSource(source)],
          source.kind === 'file' && source.variables.length > 0 ? ['Environment', source.variables.join(', ')] : undefined,
          'default' in setting ? ['By default', <code key="default">{showValue(setting.default)}</code>] : undefined,
        ]}
      />
      {isSecret ? (
        <Notice title="It is not shown">What may be a secret leaves the gateway nowhere.</Notice>
      ) : (
        <Code text={JSON.stringify(value, null, 2)} label="Value" />
      )}
      <Notice title="How to change it">
        Write it in the config file, look at it with <code>sallyport check</code>, and put it in force with <code>sallyport reload</code>.
      </Notice>
    </>
  );
}
