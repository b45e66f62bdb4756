// Somebody with write access to the audit log removes, changes, adds or moves records. Every such change is found, and the first bad
// record is named by file, line and number. What a chain without a key cannot show is said, not hidden.

import assert from 'node:assert/strict';
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';

import { verifyLogs } from '../../src/audit/index.ts';
import type { LogReport, Tampering } from '../../src/audit/index.ts';
import { sha256Hex } from '../../src/base/index.ts';
import { logFolder, openLog, segmentFiles, writeCalls } from '../../src/audit/log.fixture.ts';

const CALLS = 60;

/** A real log of several segments, closed in order, and its lines file by file. */
async function realLog(t: TestContext) {
  const folder = logFolder(t);
  const log = await openLog(folder);
  await writeCalls(
    log,
    Array.from({ length: CALLS }, (_, i) => `call-${i}`),
  );
  await log.close();
  const files = segmentFiles(folder);
  assert.ok(files.length >= 3);
  const read = (file: string): string[] => readFileSync(join(folder, file), 'latin1').split('\0', 1).join('').split('\n').slice(0, -1);
  const write = (file: string, lines: readonly string[]): void => {
    const size = readFileSync(join(folder, file)).length;
    const bytes = Buffer.alloc(Math.max(size, lines.join('\n').length + 1));
    bytes.write(lines.map((line) => `${line}\n`).join(''), 'latin1');
    writeFileSync(join(folder, file), bytes);
  };
  return { folder, files, read, write };
}

function seqOf(line: string | undefined): number {
  return Number(/"seq":(\d+)/.exec(line ?? '')?.[1]);
}

async function verified(folder: string): Promise<LogReport> {
  const [report] = (await verifyLogs(folder)).logs;
  assert.ok(report !== undefined);
  return report;
}

/** A forged line: fits its place if `prev` is the chain hash before it. */
function forge(line: string, prev: string): string {
  const head = line.slice(0, line.indexOf(',"chain":"'));
  return `${head},"chain":"${sha256Hex(prev + head)}"}`;
}

const chainOf = (line: string | undefined): string => /"chain":"([0-9a-f]{64})"/.exec(line ?? '')?.[1] ?? '';

interface Attack {
  readonly name: string;
  /** Changes the lines of the second segment; returns the line (from 0) that is the first bad one. */
  readonly change: (lines: string[]) => number;
  readonly what: Tampering;
  /** The record named; default: the one that stood at the line before the change. */
  readonly seq?: (before: readonly string[]) => number;
}

const AT = 7;

const attacks: readonly Attack[] = [
  {
    name: 'one letter of a value altered',
    what: 'altered',
    change: (lines) => {
      lines[AT] = lines[AT]?.replace('laptop', 'Laptop') ?? '';
      return AT;
    },
  },
  {
    name: 'a verdict altered',
    what: 'altered',
    change: (lines) => {
      lines[AT] = lines[AT]?.replace('"allow"', '"deny"') ?? '';
      return AT;
    },
  },
  {
    name: 'a chain hash altered',
    what: 'altered',
    change: (lines) => {
      lines[AT] = lines[AT]?.replace(/.(?="\}$)/, (digit) => (digit === '0' ? '1' : '0')) ?? '';
      return AT;
    },
  },
  {
    name: 'a record altered and given a fitting hash: the next one no longer follows',
    what: 'altered',
    change: (lines) => {
      lines[AT] = forge(lines[AT]?.replace('laptop', 'Laptop') ?? '', chainOf(lines[AT - 1]));
      return AT + 1;
    },
  },
  {
    name: 'a record made unreadable',
    what: 'altered',
    change: (lines) => {
      lines[AT] = 'x'.repeat(lines[AT]?.length ?? 0);
      return AT;
    },
  },
  {
    name: 'a member added',
    what: 'altered',
    change: (lines) => {
      lines[AT] = lines[AT]?.replace(',"chain"', ',"note":1,"chain"') ?? '';
      return AT;
    },
  },
  {
    name: 'a byte that is no ASCII',
    what: 'altered',
    change: (lines) => {
      lines[AT] = lines[AT]?.replace('l', '\u00ec') ?? '';
      return AT;
    },
  },
  {
    name: 'a record removed',
    what: 'missing',
    change: (lines) => {
      lines.splice(AT, 1);
      return AT;
    },
  },
  {
    name: 'several records removed',
    what: 'missing',
    change: (lines) => {
      lines.splice(AT, 5);
      return AT;
    },
  },
  {
    name: 'the head of a segment removed',
    what: 'missing',
    change: (lines) => {
      lines.splice(0, 1);
      return 0;
    },
  },
  {
    name: 'all of a segment but its head removed',
    what: 'missing',
    change: (lines) => {
      lines.splice(1);
      return 1;
    },
  },
  {
    name: 'a record duplicated',
    what: 'duplicated',
    change: (lines) => {
      lines.splice(AT + 1, 0, lines[AT] ?? '');
      return AT + 1;
    },
    seq: (before) => seqOf(before[AT]),
  },
  {
    name: 'an old record put in again',
    what: 'duplicated',
    change: (lines) => {
      lines.splice(AT, 0, lines[2] ?? '');
      return AT;
    },
    seq: (before) => seqOf(before[2]),
  },
  {
    name: 'two records swapped',
    what: 'reordered',
    change: (lines) => {
      lines.splice(AT, 2, lines[AT + 1] ?? '', lines[AT] ?? '');
      return AT;
    },
  },
  {
    name: 'a record moved far down',
    what: 'reordered',
    change: (lines) => {
      lines.splice(AT + 6, 0, ...lines.splice(AT, 1));
      return AT;
    },
  },
  {
    name: 'a record moved up',
    what: 'reordered',
    change: (lines) => {
      lines.splice(AT, 0, ...lines.splice(AT + 6, 1));
      return AT;
    },
  },
  {
    name: 'a record put in that was never written',
    what: 'inserted',
    change: (lines) => {
      lines.splice(AT, 0, (lines[AT] ?? '').replace('laptop', 'nobody'));
      return AT;
    },
  },
  {
    name: 'a record put in with a hash that fits its place',
    what: 'duplicated',
    change: (lines) => {
      lines.splice(AT, 0, forge((lines[AT] ?? '').replace('laptop', 'nobody'), chainOf(lines[AT - 1])));
      return AT + 1;
    },
    seq: (before) => seqOf(before[AT]),
  },
  {
    name: 'a line that is no record put in',
    what: 'inserted',
    change: (lines) => {
      lines.splice(AT, 0, '{"v":1,"note":"hello"}');
      return AT;
    },
  },
  {
    name: 'an empty line put in',
    what: 'inserted',
    change: (lines) => {
      lines.splice(AT, 0, '');
      return AT;
    },
  },
];

describe('tampering in the middle of the log', () => {
  for (const { name, change, what, seq } of attacks) {
    it(`${name}: ${what}, and named exactly`, async (t) => {
      const { folder, files, read, write } = await realLog(t);
      const file = files[1] ?? '';
      const lines = read(file);
      const before = [...lines];
      const bad = change(lines);
      assert.notDeepEqual(lines, before);
      write(file, lines);
      const report = await verified(folder);
      assert.equal(report.ok, false);
      const [first] = report.findings;
      // When the rest of a segment is gone, the first line that shows it is the next segment's.
      const place = bad < lines.length ? { file, line: bad + 1 } : { file: files[2], line: 1 };
      assert.deepEqual(
        { what: first?.what, file: first?.file, line: first?.line, seq: first?.seq },
        { what, ...place, seq: seq?.(before) ?? seqOf(before[bad]) },
      );
      assert.equal(report.findings.length, 1, 'one change is one finding: the rest of the log is still checked');
    });
  }

  it('finds every change of its own, not only the first', async (t) => {
    const { folder, files, read, write } = await realLog(t);
    const file = files[1] ?? '';
    const lines = read(file);
    const seqs = [4, 9, 12].map((at) => seqOf(lines[at]));
    for (const at of [4, 9, 12]) lines[at] = lines[at]?.replace('"v":1', '"v":2') ?? '';
    write(file, lines);
    assert.deepEqual(
      (await verified(folder)).findings.map((finding) => finding.seq),
      seqs,
    );
  });

  it('finds any single byte that was changed, wherever it is', async (t) => {
    const { folder, files } = await realLog(t);
    const path = join(folder, files[1] ?? '');
    const bytes = readFileSync(path);
    const end = bytes.indexOf(0);
    for (let at = 0; at < end; at += 97) {
      for (const value of [(bytes[at] ?? 0) ^ 1, 0x0a, 0]) {
        if (value === bytes[at]) continue;
        const changed = Buffer.from(bytes);
        changed[at] = value;
        writeFileSync(path, changed);
        const report = await verified(folder);
        assert.equal(report.ok, false, `byte ${at} set to ${value} was not found`);
        const line = bytes.subarray(0, at).toString('latin1').split('\n').length;
        // A line's break belongs to it and to the next.
        assert.ok(
          report.findings[0]?.file === files[1] && Math.abs((report.findings[0]?.line ?? 0) - line) <= 1,
          `byte ${at} in line ${line}: ${report.findings[0]?.says}`,
        );
      }
    }
  });
});

describe('tampering with whole files', () => {
  it('a segment removed from the middle', async (t) => {
    const { folder, files, read } = await realLog(t);
    const gone = read(files[1] ?? '');
    rmSync(join(folder, files[1] ?? ''));
    const [first] = (await verified(folder)).findings;
    assert.deepEqual([first?.what, first?.file, first?.line, first?.seq], ['missing', files[2], 1, seqOf(gone[0])]);
    assert.match(first?.says ?? '', new RegExp(`Records ${seqOf(gone[0])} to ${seqOf(gone.at(-1))} are missing`));
  });

  it('the first segment removed', async (t) => {
    const { folder, files } = await realLog(t);
    rmSync(join(folder, files[0] ?? ''));
    const [first] = (await verified(folder)).findings;
    assert.deepEqual([first?.what, first?.seq, first?.line], ['missing', 1, 1]);
  });

  it('two segments that changed names', async (t) => {
    const { folder, files } = await realLog(t);
    const [one, two] = [readFileSync(join(folder, files[1] ?? '')), readFileSync(join(folder, files[2] ?? ''))];
    writeFileSync(join(folder, files[1] ?? ''), two);
    writeFileSync(join(folder, files[2] ?? ''), one);
    const [first] = (await verified(folder)).findings;
    assert.deepEqual([first?.what, first?.file, first?.line], ['reordered', files[1], 1]);
  });

  it('a segment of another log in its place', async (t) => {
    const { folder, files } = await realLog(t);
    const other = await realLog(t);
    writeFileSync(join(folder, files[1] ?? ''), readFileSync(join(other.folder, files[1] ?? '')));
    const [first] = (await verified(folder)).findings;
    assert.deepEqual([first?.what, first?.file, first?.line], ['altered', files[1], 1]);
  });

  it('zeros over a part of a segment', async (t) => {
    const { folder, files, read } = await realLog(t);
    for (const file of [files[1] ?? '', files.at(-1) ?? '']) {
      const bytes = readFileSync(join(folder, file));
      const seq = seqOf(read(file)[2]);
      const from = bytes.indexOf('\n', bytes.indexOf('\n') + 1) + 1;
      writeFileSync(join(folder, file), Buffer.from(bytes).fill(0, from, from + 50));
      const [first] = (await verified(folder)).findings;
      assert.deepEqual([first?.what, first?.file, first?.line, first?.position, first?.seq], ['torn', file, 3, from, seq]);
      writeFileSync(join(folder, file), bytes);
    }
  });

  it('bytes written behind the last record', async (t) => {
    const { folder, files } = await realLog(t);
    for (const file of [files[1] ?? '', files.at(-1) ?? '']) {
      const bytes = readFileSync(join(folder, file));
      writeFileSync(join(folder, file), Buffer.from(bytes).fill('x', bytes.length - 10));
      assert.equal((await verified(folder)).findings[0]?.what, 'torn', file);
      writeFileSync(join(folder, file), bytes);
    }
  });

  it('an empty folder is not a good log', async (t) => {
    const folder = logFolder(t);
    assert.deepEqual(await verifyLogs(folder).then(({ ok, logs }) => ({ ok, logs })), { ok: false, logs: [] });
    assert.equal((await verifyLogs(join(folder, 'nowhere'))).ok, false);
  });
});

describe('cutting off the end', () => {
  it('of the file is found', async (t) => {
    const { folder, files } = await realLog(t);
    for (const [file, bytes] of [
      [files[1], 2_000],
      [files.at(-1), 2_000],
      [files.at(-1), 16_383],
    ] as const) {
      const whole = readFileSync(join(folder, file ?? ''));
      truncateSync(join(folder, file ?? ''), bytes);
      const { ok, findings } = await verified(folder);
      assert.equal(ok, false);
      assert.ok(
        findings.some(({ what, file: named }) => what === 'cut' && named === file),
        `${file} cut at ${bytes}: ${JSON.stringify(findings)}`,
      );
      writeFileSync(join(folder, file ?? ''), whole);
    }
  });

  it('of the records, with zeros in their place, cannot be found without an anchor: verify says since when, and that the log was not closed', async (t) => {
    const { folder, files, read, write } = await realLog(t);
    const file = files.at(-1) ?? '';
    const whole = await verifyLogs(folder);
    write(file, read(file).slice(0, -2));
    const cut = await verifyLogs(folder);
    assert.equal(cut.ok, true);
    assert.deepEqual([whole.logs[0]?.end, cut.logs[0]?.end], ['closed', 'open']);
    assert.equal(cut.logs[0]?.seq, (whole.logs[0]?.seq ?? 0) - 2);
    assert.match(cut.limits[0] ?? '', /records after 2023-11-14T22:13:20\.\d+Z were cut off its end cannot be told without an anchor/);
    assert.match(cut.limits.at(-1) ?? '', /the chain has no key/);
  });

  it('in the middle of a record is named as unfinished', async (t) => {
    const { folder, files, read } = await realLog(t);
    const file = join(folder, files.at(-1) ?? '');
    const lines = read(files.at(-1) ?? '');
    const keep = lines.slice(0, 3).join('\n').length - 10;
    writeFileSync(file, readFileSync(file).fill(0, keep));
    assert.equal((await verified(folder)).end, 'unfinished');
  });
});

it('verifies a log while it is being written to', async (t) => {
  const folder = logFolder(t);
  const log = await openLog(folder);
  let writing = true;
  const writer = (async () => {
    for (let i = 0; writing; i++) await writeCalls(log, [`call-${i}`]);
  })();
  const findings: unknown[] = [];
  for (let round = 0; round < 20; round++) findings.push(...(await verified(folder)).findings);
  writing = false;
  await writer;
  await log.close();
  assert.deepEqual(findings, []);
  assert.equal((await verified(folder)).end, 'closed');
});
