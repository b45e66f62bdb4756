// What is wrong or will be, the worst first, each with what to do about it.

import { useState } from 'react';
import type { ReactElement } from 'react';
import type { Warning } from '../../api/contract.ts';
import { paths } from '../../paths.ts';
import { Button, LinkButton } from '../../ui/Button.tsx';
import { Notice } from '../../ui/State.tsx';
import { Untrusted } from '../../ui/Text.tsx';

const TONES = { critical: 'bad', warning: 'warn', info: 'info' } as const;
/** More are behind a button: a page of warnings hides what else there is to see. */
const SHOWN = 3;
const ABOUT_SERVERS: ReadonlySet<Warning['code']> = new Set(['server_failed', 'server_slow']);

/** What is wrong; nothing where nothing is. */
export function Warnings({ warnings }: { readonly warnings: readonly Warning[] }): ReactElement | null {
  const [isWhole, setWhole] = useState(false);
  if (warnings.length === 0) return null;
  const shown = isWhole ? warnings : warnings.slice(0, SHOWN);
  return (
    <section className="overview-warnings" aria-label="Warnings">
      {shown.map((warning) => (
        <OneWarning key={`${warning.code} ${warning.about ?? ''} ${warning.text}`} warning={warning} />
      ))}
      {warnings.length > SHOWN ? (
        <Button variant="quiet" size="small" icon={isWhole ? 'up' : 'down'} expanded={isWhole} onPress={() => setWhole(!isWhole)}>
          {isWhole ? 'Fewer' : `${warnings.length - SHOWN} more`}
        </Button>
      ) : null}
    </section>
  );
}

function OneWarning({ warning: { severity, code, about, text, remedy, runbook } }: { readonly warning: Warning }): ReactElement {
  const server = ABOUT_SERVERS.has(code) ? about : null;
  return (
    <Notice
      tone={TONES[severity]}
      title={
        <>
          {about === null ? null : (
            <>
              <Untrusted text={about} />:{' '}
            </>
          )}
          <Untrusted text={text} />
        </>
      }
      action={
        server === null ? null : (
          <LinkButton size="small" href={paths.server(server)}>
            Look at it
          </LinkButton>
        )
      }
    >
      {remedy === null ? null : <Untrusted text={remedy} />}
      {runbook === null ? null : (
        <>
          {' '}
          <span className="faint">
            See <code>{runbook}</code>
          </span>
        </>
      )}
    </Notice>
  );
}
