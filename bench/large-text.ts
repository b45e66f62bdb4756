// The text of large answers: ordinary words, the same in every run, so that its reader can tell whether it came through whole. Pure.

/** Mebibytes of the larger answer. */
export const LARGE = 100;

/** The tool whose answer has one mebibyte, and one whose answer has LARGE. */
export const ONE_TOOL = '"lookup_00"';
export const LARGE_TOOL = 'lookup_01';

const WORDS = [
  'the',
  'order',
  'left',
  'our',
  'warehouse',
  'on',
  'Tuesday',
  'and',
  'waits',
  'at',
  'depot',
  'until',
  'customs',
  'sign',
  'form',
  'late',
];

/** A mebibyte of text as it stands in JSON. */
export const MIB: Buffer = mebibyte();

/** What stands in front of the text, under an id. */
export const BEFORE_TEXT = (id: string): Buffer =>
  Buffer.from(`{"jsonrpc":"2.0","id":${id},"result":{"resultType":"complete","content":[{"type":"text","text":"`);

/** What stands behind it. */
export const BEHIND_TEXT: Buffer = Buffer.from('"}],"isError":false}}');

function mebibyte(): Buffer {
  const words: string[] = [];
  // A linear congruential generator: which word comes next matters to nobody, only that no two stretches are alike.
  for (let seed = 1, length = 0; length < 2 ** 20; seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) {
    const word = WORDS[(seed >> 16) % WORDS.length] ?? '';
    words.push(word);
    length += word.length + 1;
  }
  return Buffer.from(words.join(' ')).subarray(0, 2 ** 20);
}
