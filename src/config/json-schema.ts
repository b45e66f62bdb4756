// The JSON Schema of sallyport.yaml, for editors. Made from the schemas that read the config, so that it cannot say anything else.

import * as z from 'zod';
import { configSchema } from './schema.ts';

/** The schema as a JSON value. Draft 7: what the YAML plugins of editors know best. */
export function configJsonSchema(): object {
  return z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7' });
}
