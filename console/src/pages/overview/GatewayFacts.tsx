// The gateway itself.

import type { ReactElement } from 'react';
import type { Overview } from '../../api/contract.ts';
import { useApi } from '../../api/hooks.ts';
import { paths } from '../../paths.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Link } from '../../ui/Button.tsx';
import { Facts, Panel } from '../../ui/Panel.tsx';
import { Time } from '../../ui/Text.tsx';
import { showCount } from '../../ui/units.ts';

/** The panel. */
export function GatewayFacts({ gateway }: { readonly gateway: Overview['gateway'] }): ReactElement {
  const { data } = useApi('readStatus', {});
  const { ready, startedAt, version, workers, agents, servers } = gateway;
  return (
    <Panel
      title="Gateway"
      actions={
        <Badge tone={ready ? 'good' : 'bad'} hasDot>
          {ready ? 'ready' : 'not ready'}
        </Badge>
      }
    >
      <Facts
        facts={[
          ['Running since', <Time key="since" at={startedAt} />],
          ['Version', version],
          [
            'Workers',
            workers.serving === workers.wanted ? (
              `${workers.serving}`
            ) : (
              <Badge key="workers" tone="bad">
                {workers.serving} of {workers.wanted}
              </Badge>
            ),
          ],
          [
            'Agents',
            <Link key="agents" href={paths.agents()}>
              {showCount(agents)}
            </Link>,
          ],
          [
            'Servers',
            <Link key="servers" href={paths.servers()}>
              {showCount(servers.all)}
              {servers.failed > 0 ? `, ${servers.failed} failed` : ''}
            </Link>,
          ],
          ...(data === undefined
            ? []
            : [
                ['Listens on', data.value.listeners.map(({ url }) => url).join(', ')] as const,
                ['Config', <span key="config">{data.value.config.file ?? 'none'}</span>] as const,
                ['Data', data.value.dataFolder] as const,
              ]),
        ]}
      />
    </Panel>
  );
}
