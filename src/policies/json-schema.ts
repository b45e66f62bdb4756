// What may stand in a policy, for editors. Made from the schema that reads it, so that it cannot say anything else.

import * as z from 'zod';
import { policySchema } from './schema.ts';

/** The schema as a JSON value. Draft 7: what editors know best. */
export function policyJsonSchema(): Record<string, z.core.util.JSONType> {
  const { $schema, ...schema } = z.toJSONSchema(policySchema, { io: 'input', target: 'draft-7' });
  return JSON.parse(JSON.stringify({ $schema, ...schema }));
}
