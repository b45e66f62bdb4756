import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';

import { compileDetectors } from './compile.ts';
import type { CompileOptions } from './compile.ts';
import type { Budget, Detector, Engine, Hit, Passage, Surface, Validator } from './types.ts';

const LITERAL = { kind: 'literals', literals: ['key'] } as const;
const BASE = { class: 'secret', confidence: 'high' } as const;

function compile(detectors: readonly Detector[], options: CompileOptions = {}): Engine {
  const compiled = compileDetectors(detectors, { sweeps: [], readers: [], fold: () => [], ...options });
  assert.ok(compiled.ok, JSON.stringify(compiled));
  return compiled.value;
}

function passageOf(text: string, part: Partial<Passage> = {}): Passage {
  const bytes = Buffer.from(text);
  return { bytes, begin: 0, end: bytes.length, from: 0, to: bytes.length, key: '', surface: 'answer', ...part };
}

function plenty(): Budget {
  return { left: 1e9, failures: 0 };
}

/** What is found, as type and text. */
function found(engine: Engine, text: string, part: Partial<Passage> = {}, budget = plenty()): readonly string[] {
  const passage = passageOf(text, part);
  return engine.search(passage, budget).map((hit) => show(engine, passage, hit));
}

function show(engine: Engine, { bytes }: Passage, { detector, start, end, layers }: Hit): string {
  return [engine.detectors[detector]?.name, Buffer.from(bytes.subarray(start, end)).toString(), ...layers].join(' ');
}

describe('a literal', () => {
  test('is a finding by itself, anywhere', () => {
    const engine = compile([{ ...BASE, name: 'k', anchors: LITERAL }]);
    assert.deepEqual(found(engine, 'A KEY in a monkey'), ['k KEY', 'k key']);
  });

  test('is compared with regard to case where that is asked for', () => {
    const engine = compile([
      { ...BASE, name: 'exact', anchors: { kind: 'literals', literals: ['AbC'], exact: true } },
      { ...BASE, class: 'custom', name: 'any', anchors: { kind: 'literals', literals: ['aBc'] } },
    ]);
    assert.deepEqual(found(engine, 'abc AbC'), ['any abc', 'exact AbC', 'any AbC']);
  });
});

describe('a pattern', () => {
  const engine = compile([{ ...BASE, name: 'k', anchors: LITERAL, pattern: '(?i)key\\s*=\\s*(?P<value>\\w{4,40})', before: 4, after: 24 }]);

  test('gives what its group takes', () => {
    assert.deepEqual(found(engine, 'the KEY = abcd1234, yes'), ['k abcd1234']);
  });

  test('sees no more than the window', () => {
    assert.deepEqual(found(engine, `key${' '.repeat(20)}= abcdefgh`), []);
    assert.deepEqual(found(engine, `key = ${'a'.repeat(40)}`), [`k ${'a'.repeat(21)}`]);
  });

  test('finds all that stands around anchors which are close to each other', () => {
    assert.deepEqual(found(engine, 'key=abcd key=efgh, key=ijkl'), ['k abcd', 'k efgh', 'k ijkl']);
  });

  test('is told in bytes, whatever stands around it', () => {
    assert.deepEqual(found(engine, '日本😀 key=été_ key=abcdé'), ['k abcd']);
    assert.deepEqual(found(engine, '😀😀key=abcd😀'), ['k abcd']);
  });

  test('that ends beyond its reach is cut there, and looking goes on', () => {
    const near = compile([{ ...BASE, name: 'k', anchors: LITERAL, pattern: 'key=(?P<value>[a-z=]+)', before: 0, after: 9 }]);
    const pieces = near.search(passageOf('key='.repeat(40)), plenty()).map(({ start, end }) => [start, end]);
    assert.deepEqual(
      pieces,
      Array.from({ length: 10 }, (_, n) => [4 + 16 * n, 16 + 16 * n]),
    );
  });

  test('finds nothing that begins too far behind its anchor', () => {
    const far = compile([{ ...BASE, name: 'k', anchors: LITERAL, pattern: 'x{8}', after: 8192 }]);
    assert.deepEqual(found(far, `key${' '.repeat(1000)}xxxxxxxx`), ['k xxxxxxxx']);
    assert.deepEqual(found(far, `key${' '.repeat(1100)}xxxxxxxx`), []);
  });
});

describe('a validator', () => {
  const validators = new Map<string, Validator>([
    ['even', ({ value }) => Number(value) % 2 === 0],
    [
      'parts',
      ({ value, at }) => [...value.matchAll(/\d+/g)].map((match) => ({ start: at + match.index, end: at + match.index + match[0].length })),
    ],
    ['key', ({ key, surface }) => key === 'id' && surface === 'request'],
    ['window', ({ window, at }) => window.slice(0, at).endsWith('no: ')],
    ['outside', () => [{ start: 0, end: 10_000 }]],
    [
      'broken',
      () => {
        throw new Error('broken');
      },
    ],
  ]);
  const engineOf = (validator: string, rest: Partial<Detector> = {}): Engine =>
    compile(
      [{ ...BASE, name: 'n', anchors: { kind: 'literals', literals: ['no'] }, pattern: '\\b\\d+(?: \\d+)*\\b', validator, ...rest }],
      { validators },
    );

  test('decides', () => {
    assert.deepEqual(found(engineOf('even'), 'no 12'), ['n 12']);
    assert.deepEqual(found(engineOf('even'), 'no 13'), []);
  });

  test('that refuses hides nothing that begins at a word inside of what it refused', () => {
    assert.deepEqual(found(engineOf('even'), 'no 13 17 21 34'), ['n 34']);
  });

  test('names parts', () => {
    assert.deepEqual(found(engineOf('parts'), 'no 13 17 é 21'), ['n 13', 'n 17', 'n 21']);
  });

  test('knows the name of the member, the surface and the window', () => {
    assert.deepEqual(found(engineOf('key'), 'no 13', { key: 'id', surface: 'request' }), ['n 13']);
    assert.deepEqual(found(engineOf('key'), 'no 13', { key: 'id', surface: 'answer' }), []);
    assert.deepEqual(found(engineOf('window'), 'some no: 13'), ['n 13']);
  });

  test('is asked about the anchor where there is no pattern', () => {
    const run: Partial<Detector> = { anchors: { kind: 'run', run: 'digits', min: 4 }, pattern: undefined };
    assert.deepEqual(found(engineOf('even', run), 'é 1234 and 1235, 123'), ['n 1234']);
    assert.deepEqual(found(engineOf('parts', run), '12-34 56'), ['n 12', 'n 34', 'n 56']);
  });

  for (const validator of ['broken', 'outside']) {
    test(`that fails (${validator}) is counted, and the others go on`, () => {
      const fine: Detector = { ...BASE, class: 'custom', name: 'fine', anchors: { kind: 'literals', literals: ['no'] } };
      const engine = compile([{ ...fine, class: 'secret', name: 'n', pattern: 'no', validator }, fine], { validators });
      const budget = plenty();
      assert.deepEqual(found(engine, `no${' '.repeat(600)}no`, {}, budget), ['fine no', 'fine no']);
      assert.equal(budget.failures, 2);
    });
  }
});

describe('a pattern that cannot be built', () => {
  test('fails where it is needed', () => {
    const engine = compile([{ ...BASE, name: 'k', anchors: LITERAL, pattern: '(?=k)' }]);
    const budget = plenty();
    assert.deepEqual(found(engine, 'no anchor', {}, budget), []);
    assert.equal(budget.failures, 0);
    assert.deepEqual(found(engine, 'a key', {}, budget), []);
    assert.equal(budget.failures, 1);
  });
});

describe('the name of a member', () => {
  const engine = compile([
    { ...BASE, name: 'named', anchors: { kind: 'name', literals: ['password', 'api_key'] }, pattern: '\\S{4,}', after: 16 },
    { ...BASE, class: 'custom', name: 'whole', anchors: { kind: 'name', literals: ['note'] }, surfaces: ['request'] },
  ]);

  test('is what makes its value worth looking at, from the beginning', () => {
    assert.deepEqual(found(engine, 'hunter2 and more', { key: 'userPassword' }), ['named hunter2']);
    assert.deepEqual(found(engine, ' hunter2', { key: 'userPassword' }), []);
    assert.deepEqual(found(engine, 'hunter2', { key: 'pass' }), []);
    assert.deepEqual(found(engine, 'hunter2'), []);
  });

  test('says nothing about what stands further in a long value', () => {
    assert.deepEqual(found(engine, 'words hunter2', { key: 'password', from: 6 }), []);
    assert.deepEqual(found(engine, '"hunter2"', { key: 'password', begin: 1, from: 1, end: 8, to: 8 }), ['named hunter2']);
  });

  test('says it where it is asked to', () => {
    assert.deepEqual(found(engine, 'a text', { key: 'notes', surface: 'request' }), ['whole a text']);
    assert.deepEqual(found(engine, 'a text', { key: 'notes', surface: 'answer' }), []);
    assert.deepEqual(found(engine, '', { key: 'notes', surface: 'request' }), []);
  });

  test('may be any of very many', () => {
    for (let n = 0; n < 2000; n += 1) assert.equal(found(engine, 'hunter2', { key: `password${n}` }).length, 1);
    assert.deepEqual(found(engine, 'hunter2', { key: `${'x'.repeat(1000)}password` }), ['named hunter2']);
  });
});

describe('surfaces', () => {
  test('are where a detector looks', () => {
    const engine = compile([{ ...BASE, name: 'k', anchors: LITERAL, surfaces: ['request', 'definition'] }]);
    const on = (surface: Surface): number => found(engine, 'key', { surface }).length;
    assert.deepEqual([on('request'), on('answer'), on('question'), on('definition')], [1, 0, 0, 1]);
  });
});

describe('a canary', () => {
  test('is found as it is written, and in no other way', () => {
    const engine = compile([], { canaries: { planted: 'Très-secret-7', other: 'trèS-SECRET-7' } });
    assert.deepEqual(found(engine, 'xTrès-secret-7x très-secret-7'), ['planted Très-secret-7']);
  });
});

describe('a passage', () => {
  const engine = compile([
    { ...BASE, name: 'k', anchors: LITERAL, pattern: '[a-z]*_?key=(?P<value>\\w{4,12})', before: 8, after: 16 },
    { ...BASE, class: 'payment', name: 'run', anchors: { kind: 'run', run: 'digits', min: 8 } },
  ]);

  test('has what begins in it, and may end behind it', () => {
    const text = 'key=abcd 12345678 key=efgh';
    assert.deepEqual(found(engine, text, { to: 5 }), ['k abcd']);
    assert.deepEqual(found(engine, text, { from: 5, to: 10 }), ['run 12345678']);
    assert.deepEqual(found(engine, text, { from: 18 }), ['k efgh']);
    assert.deepEqual(found(engine, text, { from: 4, to: 4 }), []);
  });

  test('is nothing but [begin, end): what stands around it is no context', () => {
    assert.deepEqual(found(engine, 'key="abcdkey=abcd"1234', { begin: 5, from: 5, end: 17, to: 17 }), ['k abcd']);
    assert.deepEqual(found(engine, '12345678', { begin: 1, from: 1 }), []);
    assert.deepEqual(found(engine, '12345678', { end: 7, to: 7 }), []);
    assert.deepEqual(found(engine, 'key=abcdefgh', { end: 9, to: 9 }), ['k abcde']);
  });

  test('that is cut in two has the same in it as the whole', () => {
    const word = fc.constantFrom(
      'key=abcd',
      'my_key=12345678',
      '4111 1111 1111',
      'filler',
      'été',
      '😀',
      'a longer filler, to keep them apart',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), fc.nat(200), (words, at) => {
        // Far enough from each other that no two windows become one.
        const text = words.join('   ...........................   ');
        const bytes = Buffer.from(text);
        let cut = Math.min(at, bytes.length);
        while (((bytes[cut] ?? 0) & 0xc0) === 0x80) cut -= 1;
        const parts = [...found(engine, text, { to: cut }), ...found(engine, text, { from: cut })];
        assert.deepEqual(parts, found(engine, text));
      }),
    );
  });

  test('that is cut out of a long text, with as much around it as the engine asks for, has the same in it', () => {
    const word = fc.constantFrom('key=abcd', ' my_key=12345678 ', '4111 1111 1111 ', 'filler ', 'été', '😀', 'keykey=', '123456', '. ');
    fc.assert(
      fc.property(fc.array(word, { minLength: 500, maxLength: 600 }), fc.nat(3000), (words, at) => {
        const bytes = Buffer.from(words.join(''));
        const from = Math.min(at, bytes.length);
        const to = Math.min(bytes.length, from + 500);
        const begin = Math.max(0, from - engine.lookBehindBytes);
        const end = Math.min(bytes.length, to + engine.maxMatchBytes);
        const whole = engine.search({ ...passageOf(''), bytes, end: bytes.length, from, to }, plenty());
        const part = engine.search(
          { ...passageOf(''), bytes: bytes.subarray(begin, end), end: end - begin, from: from - begin, to: to - begin },
          plenty(),
        );
        const moved = part.map((hit) => ({ ...hit, start: hit.start + begin, end: hit.end + begin }));
        assert.deepEqual(moved, whole);
      }),
    );
  });
});

describe('the engine', () => {
  test('finds what looking everywhere finds', () => {
    const detectors: readonly Detector[] = [
      { ...BASE, name: 'one', anchors: { kind: 'literals', literals: ['ab', 'abc'] }, pattern: 'abc?-(?P<value>[0-9]{2,4})' },
      { ...BASE, class: 'custom', name: 'two', anchors: { kind: 'run', run: 'digits', min: 3 } },
      { ...BASE, class: 'personal', name: 'three', anchors: { kind: 'literals', literals: ['é-'] } },
    ];
    const naive = [/abc?-(?<value>[0-9]{2,4})/g, /\d(?:[ .-]?\d)*/g, /é-/g];
    const engine = compile(detectors);
    const unit = fc.constantFrom('a', 'b', 'c', '-', '1', '23', ' ', 'é', 'ab-', 'é-', 'x');
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 40 }), (units) => {
        const text = units.join('');
        const expected = detectors.flatMap(({ name }, index) =>
          [...text.matchAll(naive[index] ?? /$^/g)].flatMap((match) => {
            const value = match.groups?.['value'] ?? match[0];
            const start = Buffer.byteLength(text.slice(0, match.index + match[0].indexOf(value)));
            return name === 'two' && value.replace(/\D/g, '').length < 3 ? [] : [{ name, start, end: start + Buffer.byteLength(value) }];
          }),
        );
        const hits = engine
          .search(passageOf(text), plenty())
          .map(({ detector, start, end }) => ({ name: engine.detectors[detector]?.name, start, end }));
        const order = (a: { start: number; name?: string | undefined }, b: typeof a): number =>
          a.start - b.start || (a.name ?? '').localeCompare(b.name ?? '');
        assert.deepEqual(hits.toSorted(order), expected.toSorted(order));
      }),
      { numRuns: 500 },
    );
  });

  test('gives the same again and again', () => {
    const engine = compile([{ ...BASE, name: 'k', anchors: LITERAL, pattern: 'key=\\w+' }]);
    const first = found(engine, 'key=a key=b');
    for (let n = 0; n < 3; n += 1) assert.deepEqual(found(engine, 'key=a key=b'), first);
    assert.deepEqual(found(engine, 'nothing'), []);
  });
});

describe('a budget', () => {
  const asked: string[] = [];
  const validators = new Map<string, Validator>([['ask', ({ value }) => asked.push(value) > 0]]);
  const engine = compile([{ ...BASE, name: 'k', anchors: LITERAL, pattern: 'key=\\w+', validator: 'ask', before: 0, after: 16 }], {
    validators,
  });
  const text = `key=a${' '.repeat(100)}`.repeat(50);

  test('is spent by bytes, and by more where there are anchors', () => {
    const clean = plenty();
    engine.search(passageOf('x'.repeat(1000)), clean);
    assert.equal(1e9 - clean.left, 1000);
    const full = plenty();
    engine.search(passageOf(text), full);
    assert.ok(1e9 - full.left > 1.5 * Buffer.byteLength(text));
  });

  test('that is spent ends the search with what it has', () => {
    const whole = plenty();
    assert.equal(found(engine, text, {}, whole).length, 50);
    const half = { left: Buffer.byteLength(text) + Math.floor((1e9 - whole.left - Buffer.byteLength(text)) / 2), failures: 0 };
    asked.length = 0;
    const some = found(engine, text, {}, half);
    assert.ok(half.left < 0);
    assert.ok(some.length > 5 && some.length < 50);
    assert.equal(asked.length - some.length <= 1, true);
    assert.equal(half.failures, 0);
  });

  test('that does not last for the bytes is not spent on anything else', () => {
    asked.length = 0;
    const budget = { left: 10, failures: 0 };
    assert.deepEqual(found(engine, text, {}, budget), []);
    assert.ok(budget.left < 0);
    assert.deepEqual(asked, []);
  });

  test('ends what sweeps and readers find, and what folded texts hold', () => {
    const everywhere = compile([{ ...BASE, name: 'k', anchors: LITERAL, folded: true }], {
      sweeps: [
        {
          finds: [{ name: 'wide', class: 'hidden', confidence: 'high' }],
          needs: ['wide'],
          run: ({ from, to }, emit) => {
            for (let at = from; at < to; at += 1) emit(0, at, at + 1);
          },
        },
      ],
      readers: [
        {
          finds: [{ name: 'digit', class: 'payment', confidence: 'high' }],
          anchors: { kind: 'run', run: 'digits', min: 4 },
          before: 0,
          after: 0,
          read: ({ value, at }, emit) => {
            for (let offset = 0; offset < value.length; offset += 2) emit(0, { start: at + offset, end: at + offset + 1 });
          },
        },
      ],
      fold: ({ bytes }) => [{ bytes, offsets: [...bytes.keys()], layers: ['folded'] }],
    });
    const all = plenty();
    const passage = passageOf(`é${'1234567890'.repeat(20)} ${'key '.repeat(50)}`);
    const count = everywhere.search(passage, all).length;
    assert.ok(count > 400);
    let last = -1;
    for (let left = 0; left < 1e9 - all.left; left += 997) {
      const budget = { left, failures: 0 };
      const fewer = everywhere.search(passage, budget).length;
      assert.ok(budget.left < 0 && fewer >= last && fewer <= count);
      last = fewer;
    }
  });
});

describe('what else looks', () => {
  test('a sweep: only where there are bytes for it, only what begins in the passage, only where it is wanted', () => {
    let calls = 0;
    const engine = compile([], {
      sweeps: [
        {
          finds: [
            { name: 'any', class: 'hidden', confidence: 'high' },
            { name: 'asked', class: 'custom', confidence: 'high', surfaces: ['request'] },
          ],
          needs: ['control'],
          run: ({ bytes }, emit) => {
            calls += 1;
            for (const [at, byte] of bytes.entries()) {
              if (byte === 0x1b) {
                emit(0, at, at + 1);
                emit(1, at, at + 2);
              }
            }
          },
        },
      ],
    });
    assert.deepEqual(found(engine, 'plain, and é'), []);
    assert.equal(calls, 0);
    assert.deepEqual(found(engine, 'a\u001b[b\u001b['), ['any \u001b', 'any \u001b']);
    assert.deepEqual(found(engine, 'a\u001b[b\u001b[', { from: 2, surface: 'request' }), ['any \u001b', 'asked \u001b[']);
  });

  test('a sweep that fails is counted', () => {
    const engine = compile([{ ...BASE, name: 'k', anchors: LITERAL }], {
      sweeps: [
        {
          finds: [],
          needs: ['wide'],
          run: () => {
            throw new Error('broken');
          },
        },
      ],
    });
    const budget = plenty();
    assert.deepEqual(found(engine, 'é key', {}, budget), ['k key']);
    assert.equal(budget.failures, 1);
  });

  test('a folded text: for detectors that want it, told where it stands in the original', () => {
    const engine = compile(
      [
        { ...BASE, name: 'plain', anchors: LITERAL },
        { ...BASE, class: 'directive', name: 'folded', anchors: { kind: 'literals', literals: ['orders'] } },
      ],
      {
        // Drops the dots.
        fold: ({ bytes }) => {
          const offsets = [...bytes.keys()].filter((at) => bytes[at] !== 0x2e);
          return [{ bytes: Uint8Array.from(offsets, (at) => bytes[at] ?? 0), offsets, layers: ['folded'] }];
        },
      },
    );
    assert.deepEqual(found(engine, 'é o.r.d.e.r.s. k.e.y'), ['folded o.r.d.e.r.s folded']);
    assert.deepEqual(found(engine, 'orders o.rders', { from: 3 }), ['folded o.rders folded']);
    assert.deepEqual(found(engine, 'orders'), ['folded orders']);
  });

  test('a fold that fails is counted', () => {
    const engine = compile([{ ...BASE, name: 'k', anchors: LITERAL, folded: true }], {
      fold: () => {
        throw new Error('broken');
      },
    });
    const budget = plenty();
    assert.deepEqual(found(engine, 'a longer key', {}, budget), ['k key']);
    assert.equal(budget.failures, 1);
  });

  test('a text too short to read otherwise is not folded, unless it is of other characters', () => {
    const folded: string[] = [];
    const engine = compile([{ ...BASE, name: 'k', anchors: LITERAL, folded: true }], {
      fold: ({ bytes }) => {
        folded.push(Buffer.from(bytes).toString());
        return [];
      },
    });
    for (const text of ['a  key', 'key as it is', 'ｋｅｙ']) found(engine, text);
    assert.deepEqual(folded, ['key as it is', 'ｋｅｙ']);
  });
});
