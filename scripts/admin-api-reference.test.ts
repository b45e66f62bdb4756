// The document of the admin API is one, and says of every endpoint what the contract says.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { ENDPOINTS } from '../src/admin/contract.ts';
import type { Endpoint } from '../src/admin/endpoint.ts';
import { openApiDocument } from '../src/admin/index.ts';
import { renderAdminApiReference } from './admin-api-reference.ts';

test('it is an OpenAPI 3.1 document', async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(structuredClone(openApiDocument()));
  assert.ok(valid, JSON.stringify(errors));
  assert.equal(validator.version, '3.1');
});

test('every endpoint is in it once, under its name, and on the page', () => {
  const paths = Object.entries(openApiDocument()['paths'] as Readonly<Record<string, Readonly<Record<string, { operationId: string }>>>>);
  const found = paths.flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => `${operationId}: ${method.toUpperCase()} ${path}`),
  );
  const wanted = Object.entries<Endpoint>(ENDPOINTS).map(([name, { method, path }]) => `${name}: ${method} ${path}`);
  assert.deepEqual(found.toSorted(), wanted.toSorted());
  const page = renderAdminApiReference();
  for (const { method, path } of Object.values<Endpoint>(ENDPOINTS)) assert.ok(page.includes(`\n### ${method} ${path}\n`), path);
});
