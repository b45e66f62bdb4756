import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileCondition, createSteps, Failure, MAX_STEPS } from './index.ts';
import type { Facts } from './index.ts';

const FACTS: Facts = {
  agent: { name: 'ada', groups: ['staff', 'night'], attributes: { team: 'red' }, tenant: 'default' },
  server: { name: 'files' },
  tool: { name: 'write', labels: ['destructive'], class: 'critical' },
  args: {
    path: '/srv/shared/a.txt',
    amount: 250,
    price: 2.5,
    dry: true,
    none: null,
    tags: ['x', 'yy', 'zzz'],
    to: [{ host: 'a.example' }, { host: 'b.example' }],
    deep: { a: { b: 1 } },
    emoji: 'a😀',
    constructor: 'mine',
  },
  request: { time: new Date('2026-03-06T22:30:15Z'), era: 'modern', source: '10.0.0.7', listener: 'main' },
};

const answer = (text: string, facts: Facts = FACTS): unknown => {
  const compiled = compileCondition(text);
  assert.ok(compiled.ok, `${text}: ${JSON.stringify(compiled)}`);
  const held = compiled.value.holds(facts, createSteps());
  return held instanceof Failure ? held.reason : held;
};

const answers: readonly (readonly [text: string, expected: boolean | RegExp])[] = [
  ['true', true],
  ['agent.name == "ada" && "staff" in agent.groups', true],
  ['agent.attributes.team == "blue"', false],
  ['agent["tenant"] == "default"', true],
  ['has(agent.user)', false],
  ['agent.user == "eve"', /there is no "user" in it/],
  ['server.name == "files" && tool.name == "write"', true],
  ['"destructive" in tool.labels && tool.class == "critical"', true],
  ['args.path.startsWith("/srv/") && args.path.endsWith(".txt")', true],
  ['args.path.contains("shared")', true],
  ['args.path.matches("^/srv/[a-z/]+\\\\.txt$")', true],
  ['args.path.matches("shared")', true],
  ['args.path.upperAscii() == "/SRV/SHARED/A.TXT"', true],
  ['"ÄX".lowerAscii() == "Äx"', true],
  ['args.amount > 100 && args.amount <= 250', true],
  ['args.amount == 250.0', true],
  ['args.amount + 1 == 251', true],
  ['args.amount / 100 == 2', true],
  ['args.amount % 100 == 50', true],
  ['args.amount * 1.5 == 375.0', true],
  ['-args.amount < 0', true],
  ['args.price > 2 && args.price < 3', true],
  ['args.dry', true],
  ['!args.dry', false],
  ['args.none == null', true],
  ['has(args.none) && !has(args.other)', true],
  ['size(args.tags) == 3 && args.tags.size() == 3', true],
  ['size(args.emoji) == 2', true],
  ['size(args.deep) == 1', true],
  ['args.tags[1] == "yy"', true],
  ['args.tags[3] == "yy"', /no element "3"/],
  ['args.tags == ["x", "yy", "zzz"]', true],
  ['args.deep == args.deep && args.deep != args.to', true],
  ['args.tags.all(t, t.size() < 4)', true],
  ['args.tags.exists(t, t == "yy")', true],
  ['args.tags.exists_one(t, t.size() > 1)', false],
  ['args.tags.filter(t, t.size() > 1) == ["yy", "zzz"]', true],
  ['args.tags.map(t, t + "!") == ["x!", "yy!", "zzz!"]', true],
  ['args.tags.map(t, t != "x", t + "!") == ["yy!", "zzz!"]', true],
  ['args.to.all(r, r.host.endsWith(".example"))', true],
  ['args.deep.all(k, k == "a")', true],
  ['args.tags.filter(t, t != "x").all(t, t.size() > 1)', true],
  ['args.tags.exists(args, args == "x")', true],
  ['args.dry ? args.amount > 1 : false', true],
  ['args.amount in [1, 250]', true],
  ['"path" in args', true],
  ['args.constructor == "mine"', true],
  ['has(args.toString)', false],
  ['args.hasOwnProperty == "x"', /there is no "hasOwnProperty"/],
  ['args.path == args.amount', false],
  ['args.path > args.amount', /no order/],
  ['args.path + args.amount == "x"', /no string \+ int/],
  ['args.amount / 0 == 1', /divides by zero/],
  ['args.amount * 9223372036854775807 > 1', /beyond 64 bits/],
  ['args.path', /neither true nor false, but a string/],
  ['args.missing.deep == 1', /there is no "missing"/],
  // Either side may decide alone.
  ['args.missing == 1 || args.dry', true],
  ['args.missing == 1 && !args.dry', false],
  ['args.missing == 1 && args.dry', /there is no "missing"/],
  ['args.tags.exists(t, t.host == "x" || t == "zzz")', true],
  ['args.tags.all(t, t.host == "x")', /a string has no "host"/],
  ['int("42") == 42 && int(2.9) == 2 && double(2) == 2.0 && string(3) == "3"', true],
  ['int(args.path) == 1', /like this is no int/],
  ['request.era == "modern" && request.listener == "main" && request.source.startsWith("10.")', true],
  ['request.time < timestamp("2026-12-31T00:00:00Z")', true],
  ['request.time.getHours() == 22 && request.time.getMinutes() == 30 && request.time.getSeconds() == 15', true],
  ['request.time.getHours("Europe/Berlin") == 23', true],
  ['request.time.getDayOfWeek() == 5 && request.time.getDayOfWeek("Asia/Tokyo") == 6', true],
  ['request.time.getFullYear() == 2026 && request.time.getMonth() == 2 && request.time.getDate() == 6', true],
  ['request.time.getDayOfMonth("Asia/Tokyo") == 6', true],
  ['timestamp(args.path) > request.time', /a timestamp is written like/],
];
for (const [text, expected] of answers) {
  test(`${text} → ${String(expected)}`, () => {
    const held = answer(text);
    if (typeof expected === 'boolean') assert.equal(held, expected);
    else assert.match(String(held), expected);
  });
}

test('what is not there is said: no tool, no arguments', () => {
  const bare = { ...FACTS, tool: undefined, args: undefined };
  assert.equal(answer('tool.name == "x"', bare), 'this is not about a tool');
  assert.equal(answer('args.path == "x"', bare), 'there are no arguments');
});

test('a condition knows what it reads', () => {
  const compiled = compileCondition('args.tags.all(tool, tool == agent.name)');
  assert.deepEqual(compiled.ok && [...compiled.value.reads], ['args', 'agent']);
});

const refused: readonly (readonly [text: string, message: RegExp, among?: string])[] = [
  ['', /not a condition/],
  ['args.path ==', /not a condition: unexpected token: EOF at character/],
  ['arg.path == "x"', /no variable/, 'args'],
  ['agent.nam == "x"', /nothing that agent has/, 'name'],
  ['agent.name == 3', /string == int/],
  ['agent.name', /must be true or false, and is a string/],
  ['args.path.matches(agent.name)', /pattern that is not written/],
  ['args.path.matches("(a")', /has the pattern "\(a", which is none/],
  ['args.path.matches("(?=a)b")', /which is none/],
  ['args.path.matches("(\\\\pL{100}){10}")', /instructions; 1000 is the most|which is none/],
  ['args.a.all(x, args.b.all(y, x == y))', /loop in a loop/],
  ['args.a.filter(x, x.map(y, y) == x) == []', /loop in a loop/],
  ['cel.bind(x, args.a, x == 1)', /no method|no variable/],
  ['args.data.json() == 1', /no method/, 'size'],
  ['args.path.startWith("/") == true', /no method/, 'startsWith'],
  ['args.path.split("/")[0] == "x"', /no method/],
  ['type(args) == map', /no function|no variable/],
  ['duration("1h") == duration("1h")', /no function/],
  ['b"x" == b"x"', /holds bytes/],
  ['args.x == 5u', /unsigned/],
  ['{"a": 1}.a == 1', /makes a map/],
  ['has(args)', /has\(\)|has\(…\)/],
  ['request.time.getHours("Mars/Olympus") == 1', /time zone/],
  ['request.time.getHours(args.zone) == 1', /time zone/],
  ['a'.repeat(4097), /4096 is the most/],
  [`${'('.repeat(100)}true${')'.repeat(100)}`, /not a condition/],
  [Array.from({ length: 300 }, () => 'args.a').join(' && '), /not a condition/],
];
for (const [text, message, meant] of refused) {
  test(`refused when the policy is loaded: ${text.slice(0, 60)}`, () => {
    const compiled = compileCondition(text);
    assert.ok(!compiled.ok);
    assert.match(compiled.error.message, message);
    if (meant !== undefined) assert.ok(compiled.error.among?.includes(meant));
  });
}

test('arguments of known types are held against the condition', () => {
  const types = { path: 'string', amount: 'int', tags: 'list<string>', where: { host: 'string' }, any: 'dyn' };
  for (const right of [
    'args.path == "x" && args.amount > 1',
    'args.tags.all(t, t.size() > 1)',
    'args.where.host == "h"',
    'args.any.x == 1',
  ])
    assert.ok(compileCondition(right, types).ok, right);
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['args.pth == "x"', /reads pth, which is not there/],
    ['args.amount == "x"', /int == string/],
    ['args.where.port == 1', /reads port, which is not there/],
    ['args.tags.all(t, t > 1)', /string > int/],
  ];
  for (const [text, message] of wrong) {
    const compiled = compileCondition(text, types);
    assert.ok(!compiled.ok, text);
    assert.match(compiled.error.message, message);
  }
});

test('steps are counted: the same condition on the same arguments always takes as many', () => {
  const compiled = compileCondition('args.tags.all(t, t.size() < 4)');
  assert.ok(compiled.ok);
  const spent = [1, 2].map(() => {
    const steps = createSteps();
    compiled.value.holds(FACTS, steps);
    return MAX_STEPS - steps.left;
  });
  assert.equal(spent[0], spent[1]);
  assert.ok((spent[0] ?? 0) > 10 && (spent[0] ?? 0) < 50);
});
