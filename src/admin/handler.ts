// What a handler of the admin API is, for the files that each hold those of one matter: it sees what was checked, asks a port, and answers what the contract
// says.

import { ok } from '../base/index.ts';
import type { Result, Secret } from '../base/index.ts';
import type { Actor } from './acts.ts';
import type { ENDPOINTS, EndpointName, ParametersOf, QueryOf, RequestOf, ResponseOf } from './contract.ts';
import type { GatewayPorts, Writing } from './ports.ts';
import type { AdminProblem } from './problems.ts';
import type { Visit } from './visit.ts';

/** What a handler sees: everything is checked. */
export type Call<Name extends EndpointName> = Readonly<Record<ParametersOf<(typeof ENDPOINTS)[Name]['path']>, string>> & Asked<Name>;

interface Asked<Name extends EndpointName> {
  readonly approver: Secret | undefined;
  /** Who comes by way of the console; undefined: whoever may use the socket. */
  readonly visit: Visit | undefined;
  /** Everything is to be checked, and nothing done. */
  readonly isDryRun: boolean;
  readonly query: QueryOf<Name>;
  /** Who asks, as they stand on record. */
  readonly actor: () => Promise<Result<Actor, AdminProblem>>;
  readonly expectedVersion: number | undefined;
  /** The same where versions are no numbers. */
  readonly expectedTag: string | undefined;
  readonly body: RequestOf<Name>;
}

/** What a handler answers. */
export type Answer<Name extends EndpointName> = Result<
  { readonly value: ResponseOf<Name>; readonly version?: number | string; readonly cookie?: string },
  AdminProblem
>;

/** Endpoint → handler. */
export type Handlers<Name extends EndpointName = EndpointName> = {
  readonly [Each in Name]: (ports: GatewayPorts, call: Call<Each>) => Promise<Answer<Each>>;
};

/** The same result with another value. */
export function map<T, U, E>(result: Result<T, E>, change: (value: T) => U): Result<U, E> {
  return result.ok ? ok(change(result.value)) : result;
}

/** How a request wants something to be written. */
export function writingOf({ expectedVersion, isDryRun }: Writing): Writing {
  return { expectedVersion, isDryRun };
}
