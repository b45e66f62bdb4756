// One server: how it is, what it took, what it lists, what failed, and a look at every step of the way to it.

import './servers.css';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { ServerDetail, Window } from '../../api/contract.ts';
import { useApi } from '../../api/hooks.ts';
import { useRefusal } from '../../api/session.tsx';
import { LockDialog } from '../../layout/Lockdown.tsx';
import { paths } from '../../paths.ts';
import { Badges } from '../../ui/Badge.tsx';
import { Button, LinkButton } from '../../ui/Button.tsx';
import { commands } from '../../commands.ts';
import { CommandLine } from '../../ui/CommandLine.tsx';
import { Segmented } from '../../ui/Field.tsx';
import { Facts, Page, PageHead, Panel, Stat } from '../../ui/Panel.tsx';
import { ErrorState, Loading, Notice } from '../../ui/State.tsx';
import { Time, Untrusted } from '../../ui/Text.tsx';
import { showCount, showMs, showShare, splitMs } from '../../ui/units.ts';
import { LastCalls } from '../live/LastCalls.tsx';
import { useAddress } from '../use-address.ts';
import { Failures } from './Failures.tsx';
import { Probe } from './Probe.tsx';
import { ServerCharts } from './ServerCharts.tsx';
import { ServerState } from './ServerState.tsx';
import { Tools } from './Tools.tsx';

const WINDOWS = [
  { value: '5m', label: '5 min' },
  { value: '1h', label: '1 h' },
  { value: '6h', label: '6 h' },
  { value: '24h', label: '24 h' },
] as const satisfies readonly { readonly value: Window; readonly label: string }[];
const REFRESH_MS = 10_000;
const BACK = { href: paths.servers(), label: 'Servers' } as const;

/** The page. */
export function ServerPage(): ReactElement {
  const { server: name } = useParams({ from: '/shell/servers/$server' });
  const [address, setAddress] = useAddress();
  const window = WINDOWS.find(({ value }) => value === address['window'])?.value ?? '1h';
  const { data, error, refetch } = useApi('readServer', { path: { server: name }, query: { window } }, { refetchInterval: REFRESH_MS });
  const [isLocking, setLocking] = useState(false);
  return (
    <Page>
      <PageHead
        title={
          <span className="server-title">
            {name} {data === undefined ? null : <ServerState state={data.value.server.state} />}
          </span>
        }
        back={BACK}
        actions={
          <>
            <Segmented label="Window of time" options={WINDOWS} value={window} onChange={(value) => setAddress({ window: value })} />
            <LinkButton icon="live" href={paths.live({ server: name })}>
              Watch live
            </LinkButton>
            <LinkButton icon="catalogue" href={paths.catalogue({ server: name })}>
              Catalogue
            </LinkButton>
            <Button variant="danger" icon="lock" onPress={() => setLocking(true)} disabledReason={useRefusal('lockDown')}>
              Lock
            </Button>
          </>
        }
      />
      {data === undefined ? (
        error === null ? (
          <Loading lines={8} />
        ) : (
          <ErrorState problem={error} onRetry={() => void refetch()} />
        )
      ) : (
        <Content detail={data.value} />
      )}
      <LockDialog kind="server" name={name} isOpen={isLocking} onClose={() => setLocking(false)} />
    </Page>
  );
}

function Content({ detail }: { readonly detail: ServerDetail }): ReactElement {
  const { server, points } = detail;
  return (
    <>
      {server.problem === null ? null : (
        <Notice tone="bad" title="It could not be used">
          <Untrusted text={server.problem} />
        </Notice>
      )}
      <Stats detail={detail} />
      <ServerCharts points={points} />
      <div className="server-columns">
        <Probe server={server.name} last={detail.lastProbe} />
        <About detail={detail} />
      </div>
      <div className="server-columns">
        <Tools detail={detail} />
        <Failures failures={detail.failures} />
      </div>
      <LastCalls title="Last calls" filter={{ server: server.name }} />
      <CommandLine command={commands.doctor(server.name)} label="The same in a terminal" />
    </>
  );
}

function Stats({ detail: { server, totals, running, places, connections, tools } }: { readonly detail: ServerDetail }): ReactElement {
  const half = totals.serverMs === null ? null : splitMs(totals.serverMs.p50);
  return (
    <div className="server-stats">
      <Stat label="Calls" value={showCount(totals.calls)} hint={`${running} of ${showCount(places)} places in use`} />
      <Stat
        label="Errors"
        value={showCount(totals.errors)}
        tone={totals.errors > 0 ? 'bad' : 'neutral'}
        hint={showShare(totals.errors, totals.calls)}
      />
      <Stat
        label="It takes"
        value={half?.value ?? '–'}
        {...(half === null ? {} : { unit: half.unit })}
        hint={
          totals.serverMs === null
            ? 'Half of all calls take less'
            : `p95 ${showMs(totals.serverMs.p95)}, p99 ${showMs(totals.serverMs.p99)}`
        }
      />
      <Stat label="Connections" value={showCount(connections)} hint="Open now, over all workers" />
      <Stat
        label="Tools and texts"
        value={showCount(tools.approved)}
        tone={tools.withheld > 0 ? 'warn' : 'neutral'}
        hint={tools.withheld === 0 ? 'All approved' : `${tools.withheld} ${tools.withheld === 1 ? 'waits' : 'wait'} for a person`}
        href={paths.catalogue({ server: server.name })}
      />
    </div>
  );
}

function About({ detail: { server, terms } }: { readonly detail: ServerDetail }): ReactElement {
  return (
    <Panel title="About">
      <Facts
        facts={[
          [server.kind === 'stdio' ? 'Program' : 'URL', <code key="target">{server.target}</code>],
          ['Eras', server.eras.length === 0 ? <span key="eras">not known yet</span> : server.eras.join(', ')],
          [
            'Revisions',
            server.revisions.length === 0 ? (
              <span key="revisions">not known yet</span>
            ) : (
              <Badges key="revisions" words={server.revisions} max={8} />
            ),
          ],
          server.transport === null ? undefined : ['Older sessions over', server.transport],
          ['Approval', terms.trust === 'first-use' ? 'on first use' : 'by a person'],
          ['Discovery', terms.discovery],
          ['Calls end after', showMs(terms.timeoutMs)],
          ['Stands in', <code key="place">{terms.place}</code>],
          ['Seen so', server.checkedAt === null ? 'never' : <Time key="checked" at={server.checkedAt} />],
          ['Sessions', `${server.holds.sessions} of agents, ${server.holds.bridgeSessions} bridged`],
          server.holds.processes === 0 ? undefined : ['Programs running', `${server.holds.processes}`],
        ]}
      />
    </Panel>
  );
}
