import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { rereadMessage } from '../mcp/index.ts';
import { createCatalogue, digestOfPins, fingerprint } from '../tools/index.ts';
import type { Catalogue, Pin } from '../tools/index.ts';
import { approve } from './approved.ts';
import type { FinalMessage } from './bridge/index.ts';
import type { SightingReport } from './exchange.ts';
import { bed, rule } from './fakes.fixture.ts';

const tool = (name: string, description: string): object => ({ name, description, inputSchema: { type: 'object' } });
const READ = tool('read', 'Reads.');

describe('a list that passes by', () => {
  let catalogue: Catalogue;
  let reports: SightingReport[];
  let isControlThere: boolean;
  beforeEach(() => {
    isControlThere = true;
    reports = [];
    catalogue = createCatalogue({ nowMs: () => 0, verify: () => true });
    const pins: readonly Pin[] = [{ kind: 'tool', name: 'read', fingerprints: [fingerprint(JSON.parse(JSON.stringify(READ)))] }];
    const signed = { server: 's', version: 1, pins, digest: digestOfPins(pins), signature: '' };
    catalogue.adopt({ server: 's', pins: signed, withheld: [], guesses: [], fault: undefined });
  });

  /** What of it an agent sees. */
  const pass = async (result: object): Promise<string> => {
    const { ports } = bed([rule('all', 'allow')]);
    const reportSightings = async (report: SightingReport): Promise<void> => {
      if (!isControlThere) throw new Error('nobody answers');
      reports.push(report);
    };
    const final = rereadMessage('result', Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, result })));
    const shown = await new Promise<FinalMessage>((resolve) => {
      approve({ server: 's', method: 'tools/list', final, isFirst: true }, { ...ports, catalogue, reportSightings }, resolve);
    });
    return Buffer.from(shown.document.bytes).toString();
  };
  const standing = (): string => catalogue.standing('s', 'tool', 'read');

  test('is good for a while where all of it is approved', async () => {
    catalogue.begun('s', 'tool');
    assert.match(await pass({ tools: [READ], ttlMs: 0 }), /Reads\./);
    assert.deepEqual([reports, catalogue.isFresh('s', 'tool'), standing()], [[], true, 'approved']);
  });

  test('and of which nobody can be told what is new: what it changes is not called, and it is not good for any time', async () => {
    isControlThere = false;
    assert.doesNotMatch(await pass({ tools: [tool('read', 'Reads!')], ttlMs: 600_000 }), /Reads/);
    assert.deepEqual([catalogue.isFresh('s', 'tool'), standing()], [false, 'changed']);
    isControlThere = true;
    await pass({ tools: [tool('read', 'Reads!')] });
    assert.deepEqual([reports.map(({ definitions }) => definitions.length), catalogue.isFresh('s', 'tool')], [[1], true]);
  });

  test('is reported once to its end, also where there is nothing on it', async () => {
    await pass({ tools: [], nextCursor: 'n' });
    await pass({ tools: [] });
    await pass({ tools: [] });
    assert.deepEqual(
      reports.map(({ kind, isLast, definitions }) => [kind, isLast, definitions.length]),
      [
        ['tool', false, 0],
        ['tool', true, 0],
      ],
    );
  });

  test('says what is gone, page after page', async () => {
    await pass({ tools: [READ] });
    assert.equal(catalogue.isGone('s', 'tool', 'read'), false);
    await pass({ tools: [] });
    assert.equal(catalogue.isGone('s', 'tool', 'read'), true);
    await pass({ tools: [], nextCursor: 'n' });
    assert.equal(catalogue.isGone('s', 'tool', 'read'), false);
  });

  test('is good again once the server shows what was approved', async () => {
    isControlThere = false;
    await pass({ tools: [tool('read', 'Reads!')] });
    await pass({ tools: [READ] });
    assert.deepEqual([catalogue.isFresh('s', 'tool'), standing()], [true, 'approved']);
  });
});
