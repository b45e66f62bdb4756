// What a head says of a request that nobody reads. It is a claim: only the body would tell, and nobody looks into that. So nothing is decided by it
// that an agent could win by lying, and of its names only those go on record that everybody knows: a tool's or a resource's may say as much about
// somebody as what is said to it.

import { isLegacyRevision, LATEST_MODERN, METHODS } from '../../mcp/index.ts';
import type { Era } from '../../mcp/index.ts';
import type { HeaderList } from '../../http/index.ts';

/** As far as a head goes. */
export interface Claims {
  readonly era: Era;
  readonly revision: string;
  readonly method: string;
}

/** Reads the headers that mirror a body (SPEC basic/transports/streamable-http); what is not known is left out. */
export function claimsOf(method: string, headers: HeaderList): Claims {
  const said = headers.get('mcp-method');
  const revision = headers.get('mcp-protocol-version') ?? '';
  return {
    // No agent of an older revision names its method in the head.
    era: said === undefined ? 'legacy' : 'modern',
    revision: revision === LATEST_MODERN || isLegacyRevision(revision) ? revision : '',
    method: method === 'POST' && said !== undefined && METHODS.has(said) ? said : method,
  };
}
