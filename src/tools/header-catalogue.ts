// Which arguments an approved tool mirrors in Mcp-Param headers (SEP-2243). It is the approved definition that says so, and nothing that a server
// lists since: what nobody approved must not decide which arguments travel where everybody on the way sees them.

import { ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { checkHeaderParams, headerParamValues, scanHeaderParams } from '../mcp/index.ts';
import type { HeaderParam, JsonObject, Refusal } from '../mcp/index.ts';
import type { Catalogue } from './catalogue.ts';
import { inputSchemaOf } from './definition-faults.ts';

/** The mirrored arguments of approved tools. */
export interface HeaderCatalogue {
  /** Whether the headers of a call say what its body says. Where several shapes are approved, one that they agree with is enough. */
  check(
    server: string,
    tool: string,
    args: JsonObject | undefined,
    get: (lowercaseHeaderName: string) => string | undefined,
  ): Result<undefined, Refusal>;
  /** The headers to send for these arguments: name, value, name, value… What any approved shape mirrors, the one approved last first. */
  values(server: string, tool: string, args: JsonObject | undefined): readonly string[];
}

type Params = readonly HeaderParam[];

/** Fingerprints of which it is known what they mirror; most mirror nothing, and share that. */
const MAX_KNOWN = 100_000;
const NOTHING: Params = [];

/** Nothing is looked up yet. */
export function createHeaderCatalogue(catalogue: Pick<Catalogue, 'approved' | 'fingerprints'>): HeaderCatalogue {
  const known = new Map<string, Params>();

  const paramsOf = (server: string, tool: string, fingerprint: string): Params => {
    const before = known.get(fingerprint);
    if (before !== undefined) return before;
    const shape = catalogue.approved(server, 'tool', tool).find((one) => one.fingerprint === fingerprint);
    if (shape === undefined) return NOTHING; // Its text may still come.
    const input = inputSchemaOf(shape.definition);
    const scanned = isObject(input) ? scanHeaderParams(input) : ok(NOTHING);
    const params = scanned.ok && scanned.value.length > 0 ? scanned.value : NOTHING;
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(fingerprint, params);
    return params;
  };

  return {
    check: (server, tool, args, get) => {
      let said: Result<undefined, Refusal> = ok(undefined);
      for (const fingerprint of catalogue.fingerprints(server, 'tool', tool)) {
        said = checkHeaderParams(paramsOf(server, tool, fingerprint), args, get);
        if (said.ok) return said;
      }
      return said;
    },
    values: (server, tool, args) => {
      const fingerprints = catalogue.fingerprints(server, 'tool', tool);
      if (fingerprints.length === 1) return headerParamValues(paramsOf(server, tool, fingerprints[0] ?? ''), args);
      const params = new Map<string, HeaderParam>();
      for (const fingerprint of fingerprints)
        for (const param of paramsOf(server, tool, fingerprint)) params.set(param.header.toLowerCase(), param);
      return headerParamValues([...params.values()], args);
    },
  };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
