// How much more this machine carries, by what a call costs now, and what gives out first.

import { useState } from 'react';
import type { ReactElement } from 'react';
import type { CapacityView, ResourceView } from '../../api/contract.ts';
import { useApi } from '../../api/hooks.ts';
import { Button } from '../../ui/Button.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { ErrorState, Loading } from '../../ui/State.tsx';
import { showBytes, showShort } from '../../ui/units.ts';

const REFRESH_MS = 15_000;

const NAMES: Readonly<Record<ResourceView['resource'], string>> = {
  cpu: 'Processor',
  durable_writes: 'Durable writes',
  server_places: 'Places at servers',
  memory: 'Memory',
  descriptors: 'Descriptors',
  disk: 'Disk',
};

/** The panel. */
export function Capacity(): ReactElement {
  const { data, error, refetch } = useApi('readCapacity', {}, { refetchInterval: REFRESH_MS });
  const [isExplained, setExplained] = useState(false);
  return (
    <Panel
      title="Capacity"
      description={data === undefined ? 'What this machine carries' : sentence(data.value)}
      actions={
        <Button
          variant="quiet"
          size="small"
          icon={isExplained ? 'up' : 'down'}
          expanded={isExplained}
          onPress={() => setExplained(!isExplained)}
        >
          How that is reckoned
        </Button>
      }
    >
      {data === undefined ? (
        error === null ? (
          <Loading lines={4} />
        ) : (
          <ErrorState problem={error} onRetry={() => void refetch()} />
        )
      ) : (
        <ul className="capacity">
          {data.value.resources.map((resource) => (
            <Resource key={`${resource.resource} ${resource.about ?? ''}`} resource={resource} isExplained={isExplained} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Resource({ resource, isExplained }: { readonly resource: ResourceView; readonly isExplained: boolean }): ReactElement {
  const { used, available, unit, carries, text } = resource;
  const name = nameOf(resource);
  // Of the disk it is known what is left, not what others filled it with: a meter would show it empty.
  if (resource.resource === 'disk')
    return (
      <li>
        <span className="capacity-name">{name}</span>
        <span className="numeric capacity-left">{show(available, unit)} free</span>
        <span />
        {isExplained ? <span className="capacity-text faint">{text}</span> : null}
      </li>
    );
  const share = available === 0 ? 0 : Math.min(1, used / available);
  return (
    <li>
      <span className="capacity-name">{name}</span>
      <meter
        className={share > 0.9 ? 'meter meter-bad' : share > 0.7 ? 'meter meter-warn' : 'meter'}
        min={0}
        max={1}
        value={share}
        aria-label={`${name}: ${show(used, unit)} of ${show(available, unit)}`}
      />
      <span className="numeric">
        {show(used, unit)} <span className="faint">of {show(available, unit)}</span>
      </span>
      <span className="capacity-carries numeric soft">{carries === null ? '' : `up to ${showShort(carries)} calls/s`}</span>
      {isExplained ? <span className="capacity-text faint">{text}</span> : null}
    </li>
  );
}

function nameOf({ resource, about }: Pick<ResourceView, 'resource' | 'about'>): string {
  if (about === null) return NAMES[resource];
  return resource === 'server_places' ? `Places at ${about}` : `${NAMES[resource]}, ${about}`;
}

/** How much more it carries, and what gives out first. */
function sentence({ more, isReliable, load, resources, first }: CapacityView): string {
  const now = `${showShort(load.callsPerSecond)} calls/s now`;
  if (more === null) return `${now}. There were too few calls yet to say what one costs.`;
  const limit = resources.find(({ resource }) => resource === first);
  const end = limit === undefined ? '' : ` ${nameOf(limit)} would give out first.`;
  return `${now}, about ${showShort(more)} more would fit.${end}${isReliable ? '' : ' A rough figure, from few calls.'}`;
}

function show(value: number, unit: ResourceView['unit']): string {
  if (unit === 'bytes') return showBytes(value);
  return unit === 'cores' ? `${showShort(value)} cores` : unit === 'writes/s' ? `${showShort(value)}/s` : showShort(value);
}
