// A key that was just issued: the only time that its text is seen.

import type { ReactElement } from 'react';
import type { GatewayStatus } from '../../api/contract.ts';
import { useApi } from '../../api/hooks.ts';
import { CopyButton } from '../../ui/CommandLine.tsx';
import { Notice } from '../../ui/State.tsx';
import { Code, Time } from '../../ui/Text.tsx';
import { clientConfig } from './agent-words.ts';
import './agents.css';

/** Where agents find all servers as one. */
function addressFor({ listeners, routes }: GatewayStatus): string | undefined {
  const base = listeners[0]?.url;
  return base === undefined ? undefined : `${base.replace(/\/$/, '')}${routes?.[0]?.path ?? '/mcp'}`;
}

/** The key, and how a program comes to the gateway with it. */
export function NewKey({ text, expiresAt }: { readonly text: string; readonly expiresAt: string | null }): ReactElement {
  const { data } = useApi('readStatus', {});
  const url = data === undefined ? undefined : addressFor(data.value);
  return (
    <>
      <Notice tone="warn" title="Copy the key now">
        It is shown this once and stored nowhere.{' '}
        {expiresAt === null ? (
          'It works until it is revoked.'
        ) : (
          <>
            It works until <Time at={expiresAt} />.
          </>
        )}
      </Notice>
      <div className="new-key">
        <code tabIndex={0} role="textbox" aria-readonly="true" aria-label="Key">
          {text}
        </code>
        <CopyButton text={text} label="Copy key" />
      </div>
      {url === undefined ? null : (
        <div className="new-key-use">
          <div className="new-key-head">
            <h3>For a program that speaks MCP</h3>
            <CopyButton text={clientConfig(url, text)} label="Copy configuration" />
          </div>
          <Code text={clientConfig(url, text)} label="Configuration of a client" />
        </div>
      )}
    </>
  );
}
