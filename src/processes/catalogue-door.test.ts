import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { createLog } from '../telemetry/index.ts';
import { canonicalJson } from '../mcp/index.ts';
import { digestOfPins, fingerprint } from '../tools/index.ts';
import type { Pin } from '../tools/index.ts';
import { createCatalogueDoor } from './catalogue-door.ts';
import type { CatalogueDoor } from './catalogue-door.ts';
import { createCatalogueFiles } from './catalogue-files.ts';
import type { Publication } from './catalogue-files.ts';
import { createPinSigner } from './pin-signer.ts';
import type { PinSigner } from './pin-signer.ts';

const log = createLog({ process: 'test', level: 'error', format: 'text', clock: () => 0, write: () => {} });
const DEFINITION = { name: 'read', description: 'Reads.', inputSchema: { type: 'object' } };
const PINS: readonly Pin[] = [{ kind: 'tool', name: 'read', fingerprints: [fingerprint(DEFINITION)] }];

describe('a worker that starts while control is away', () => {
  let folder: string;
  let signer: PinSigner;
  let keep: (publication: Publication) => void;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-door-'));
    signer = createPinSigner(folder);
    keep = createCatalogueFiles(folder);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** What control handed out once, as it was signed then. */
  const publication = (version: number): Publication => {
    const digest = digestOfPins(PINS);
    const signature = signer.sign({ server: 'files', version, digest }) ?? '';
    signer.kept('files', version);
    return {
      catalogue: {
        server: 'files',
        pins: { server: 'files', version, pins: PINS, digest, signature },
        withheld: [],
        guesses: [],
        fault: undefined,
      },
      texts: [{ fingerprint: fingerprint(DEFINITION), text: canonicalJson(DEFINITION) }],
    };
  };
  const door = async (): Promise<CatalogueDoor> => {
    const answer = {
      type: 'answer',
      fields: { publicKey: signer.publicKey(), heads: signer.heads() },
      payload: new Uint8Array(),
      reply: () => {},
    };
    const links = { get: () => undefined, all: () => [], request: async () => answer };
    const made = createCatalogueDoor({ links, log, nowMs: () => 0 });
    const opened = made.open();
    await new Promise((resolve) => void setImmediate(resolve));
    assert.equal(made.isTold, false);
    made.readLast(folder);
    await opened;
    return made;
  };

  test('goes by the last copy, pins and definitions', async () => {
    keep(publication(1));
    const { catalogue } = await door();
    assert.equal(catalogue.standing('files', 'tool', 'read'), 'approved');
    assert.deepEqual(
      catalogue.approved('files', 'tool', 'read').map(({ definition }) => definition),
      [DEFINITION],
    );
  });

  test('not by a copy that is older than what the keeper signed last: an old backup brings no approval back', async () => {
    keep(publication(1));
    publication(2);
    const { catalogue } = await door();
    assert.match(catalogue.faultOf('files') ?? '', /older/);
    assert.equal(catalogue.standing('files', 'tool', 'read'), 'withheld');
  });

  test('a copy that is missing, or cannot be read, is not a server that was never seen', async () => {
    publication(1);
    assert.match((await door()).catalogue.faultOf('files') ?? '', /missing/);
    keep(publication(2));
    writeFileSync(join(folder, 'catalogue', 'files.json'), '{');
    assert.match((await door()).catalogue.faultOf('files') ?? '', /cannot be read/);
  });

  test('and not by one that nobody signed', async () => {
    const signed = publication(1);
    const { pins } = signed.catalogue;
    assert.ok(pins !== undefined);
    const forged = [...PINS, { kind: 'tool' as const, name: 'evil', fingerprints: [fingerprint('x')] }];
    keep({ ...signed, catalogue: { ...signed.catalogue, pins: { ...pins, pins: forged, digest: digestOfPins(forged) } } });
    assert.match((await door()).catalogue.faultOf('files') ?? '', /not as the keeper signed/);
  });
});
