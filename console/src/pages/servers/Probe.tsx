// A look at every step of the way to a server: done now, by the road that calls take, with the time each step took.

import type { CSSProperties, ReactElement } from 'react';
import type { ProbeHop, ServerProbe, ServerTls } from '../../api/contract.ts';
import { useAct } from '../../api/hooks.ts';
import { useRefusal } from '../../api/session.tsx';
import { Badge } from '../../ui/Badge.tsx';
import type { Tone } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Facts, Panel } from '../../ui/Panel.tsx';
import { EmptyState, Notice } from '../../ui/State.tsx';
import { Duration, Time, Untrusted, useNow } from '../../ui/Text.tsx';
import { timelineOf } from './timeline.ts';

const NAMES: Readonly<Record<ProbeHop['hop'], string>> = {
  credentials: 'Credentials',
  dns: 'Name (DNS)',
  tcp: 'Connection (TCP)',
  tls: 'TLS',
  process: 'Program',
  http: 'HTTP',
  auth: 'Authorization',
  era: 'Protocol',
  list: 'List of tools',
};
const TONES: Readonly<Record<ProbeHop['verdict'], Tone>> = { ok: 'good', slow: 'warn', failed: 'bad', skipped: 'neutral' };
const NOTICES = { ok: 'good', slow: 'warn', failed: 'bad' } as const;
const END_SOON_MS = 14 * 86_400_000;

/** The panel; `last`: what was seen the last time. */
export function Probe({ server, last }: { readonly server: string; readonly last: ServerProbe | null }): ReactElement {
  const probe = useAct('probeServer', ['readServer', 'listServers']);
  const refusal = useRefusal('probeServer');
  const seen = probe.data?.value ?? last;
  return (
    <Panel
      title="The way to it"
      description={
        seen === null ? undefined : (
          <>
            Looked at <Time at={seen.at} form="distance" />, by the road that calls take
          </>
        )
      }
      actions={
        <Button
          size="small"
          icon="refresh"
          isPending={probe.isPending}
          disabledReason={refusal}
          onPress={() => probe.mutate({ path: { server } })}
        >
          {probe.isPending ? 'Looking' : 'Look now'}
        </Button>
      }
    >
      {probe.error === null ? null : (
        <Notice tone="bad" title={probe.error.title}>
          {probe.error.detail}
        </Notice>
      )}
      {seen === null ? (
        <EmptyState icon="bolt" title="Nobody has looked yet">
          Look at every step now: name, connection, certificate, authorization, protocol, list of tools.
        </EmptyState>
      ) : (
        <Seen probe={seen} />
      )}
    </Panel>
  );
}

function Seen({ probe }: { readonly probe: ServerProbe }): ReactElement {
  const { says, addresses, clockSkewSeconds, tls } = probe;
  return (
    <div className="probe">
      <Notice tone={NOTICES[probe.verdict]} title={<Untrusted text={probe.text} />} />
      <ol className="probe-hops">
        {timelineOf(probe.hops).map(({ hop, from, share }) => (
          <li key={hop.hop}>
            <span className="probe-name">{NAMES[hop.hop]}</span>
            <Badge tone={TONES[hop.verdict]}>{hop.verdict}</Badge>
            <span className="probe-bar" aria-hidden="true">
              <span className={`probe-fill probe-${hop.verdict}`} style={{ '--from': from, '--share': share } as CSSProperties} />
            </span>
            <span className="probe-ms">{hop.ms === null ? '' : <Duration ms={hop.ms} />}</span>
            <span className="probe-text soft">
              <Untrusted text={hop.text} />
              {hop.remedy === null ? null : (
                <strong>
                  {' '}
                  <Untrusted text={hop.remedy} />
                </strong>
              )}
            </span>
          </li>
        ))}
      </ol>
      <Facts
        facts={[
          says === null ? undefined : ['It calls itself', <Untrusted key="says" text={`${says.name} ${says.version}`} />],
          addresses.length === 0 ? undefined : ['Addresses', addresses.join(', ')],
          clockSkewSeconds === null ? undefined : ['Its clock', skewText(clockSkewSeconds)],
        ]}
      />
      {tls === null ? null : <Certificate tls={tls} />}
    </div>
  );
}

function Certificate({ tls }: { readonly tls: ServerTls }): ReactElement {
  const left = Date.parse(tls.validUntil) - useNow();
  return (
    <div className="probe-tls">
      <h3>Certificate</h3>
      <Facts
        facts={[
          ['Issued to', <Untrusted key="subject" text={tls.subject} />],
          ['Issued by', <Untrusted key="issuer" text={tls.issuer} />],
          ['Names', <Untrusted key="names" text={tls.names.join(', ')} />],
          [
            'Valid until',
            <span key="until">
              <Time at={tls.validUntil} />{' '}
              {left < 0 ? <Badge tone="bad">over</Badge> : left < END_SOON_MS ? <Badge tone="warn">ends soon</Badge> : null}
            </span>,
          ],
          [
            'Trusted',
            tls.isTrusted ? (
              'yes'
            ) : (
              <Badge key="trusted" tone="bad">
                no
              </Badge>
            ),
          ],
          ['Spoken', [tls.version, tls.cipher].filter((word) => word !== null).join(', ')],
          ['SHA-256', <code key="sha256">{tls.sha256}</code>],
        ]}
      />
    </div>
  );
}

function skewText(seconds: number): string {
  const size = Math.abs(Math.round(seconds));
  return size <= 1 ? 'right' : `${size} s ${seconds > 0 ? 'ahead' : 'behind'}`;
}
