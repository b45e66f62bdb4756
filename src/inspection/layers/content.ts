// What bytes are, by how they begin: compressed, encrypted, or an image, a sound, an archive, a program. Magic numbers as their formats publish them.

/** What a beginning says. Undefined where it says nothing. */
export type Content = 'gzip' | 'zlib' | 'binary' | 'encrypted';

/** Bytes that are enough to tell. */
export const HEAD_BYTES = 128;

const BINARY: readonly Uint8Array[] = [
  '89504e470d0a1a0a', // PNG
  'ffd8ff', // JPEG
  '474946383761', // GIF87a
  '474946383961', // GIF89a
  '49492a00', // TIFF
  '4d4d002a',
  '00000100', // ICO
  '25504446', // PDF
  '504b0304', // ZIP, and with it office documents, jar, apk
  '504b0506',
  '526172211a07', // RAR
  '377abcaf271c', // 7-Zip
  'fd377a585a00', // xz
  '28b52ffd', // Zstandard
  '04224d18', // LZ4
  '425a68', // bzip2
  '4f676753', // Ogg
  '494433', // MP3 with ID3
  'fffb', // MPEG audio
  'fff3',
  'fff2',
  'fff1', // AAC
  'fff9',
  '664c6143', // FLAC
  '4d546864', // MIDI
  '1a45dfa3', // Matroska, WebM
  '7f454c46', // ELF
  '4d5a9000', // PE
  'cafebabe', // Java, Mach-O
  'cffaedfe',
  '0061736d', // WebAssembly
  '53514c69746520666f726d6174203300', // SQLite
  '774f4646', // WOFF
  '774f4632',
  'd0cf11e0a1b11ae1', // old office documents
].map((hex) => Buffer.from(hex, 'hex'));

const FIRST_OF_BINARY = new Uint8Array(256);
for (const [first = 0] of BINARY) FIRST_OF_BINARY[first] = 1;

/** RIFF (WAV, WebP, AVI), the boxes of MP4, HEIF and AVIF, and tar say what they are further in. */
const FURTHER_IN: readonly { readonly at: number; readonly mark: Uint8Array }[] = [
  { at: 8, mark: Buffer.from('WAVE') },
  { at: 8, mark: Buffer.from('WEBP') },
  { at: 8, mark: Buffer.from('AVI ') },
  { at: 4, mark: Buffer.from('ftyp') },
];

const ENCRYPTED: readonly Uint8Array[] = [Buffer.from('Salted__'), Buffer.from('age-encryption.org/v1')];
/** A Fernet token: version 0x80, and a time of which the first bytes are zero until 2106. */
const FERNET = Buffer.from('8000000000', 'hex');
/** The object identifier of enveloped data (RFC 5652 §6.1), in DER. */
const ENVELOPED = Buffer.from('06092a864886f70d010703', 'hex');
const DER_SEQUENCE = 0x30;

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const DELETE = 0x7f;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const GZIP = Buffer.from('1f8b08', 'hex');
const ZLIB_METHOD = 0x78;
const ZLIB_MODULUS = 31;

/** Tells by the first bytes what all of them are. */
export function tellContent(head: Uint8Array): Content | undefined {
  if (beginsWith(head, GZIP)) return 'gzip';
  if (head[0] === ZLIB_METHOD && (ZLIB_METHOD * 256 + (head[1] ?? 0)) % ZLIB_MODULUS === 0) return 'zlib';
  // Many marks are letters, and a text may begin with them: what reads as text is text, whatever it says it is.
  if (isPlain(head)) return isEncryptedToken(head) ? 'encrypted' : undefined;
  if (
    (FIRST_OF_BINARY[head[0] ?? 0] === 1 && BINARY.some((mark) => beginsWith(head, mark))) ||
    FURTHER_IN.some(({ at, mark }) => beginsWith(head, mark, at))
  )
    return 'binary';
  if (ENCRYPTED.some((mark) => beginsWith(head, mark)) || beginsWith(head, FERNET)) return 'encrypted';
  return head[0] === DER_SEQUENCE && Buffer.from(head.subarray(0, HEAD_BYTES)).includes(ENVELOPED) ? 'encrypted' : undefined;
}

/** Nothing but characters that are printed, and what parts lines. */
function isPlain(head: Uint8Array): boolean {
  for (const byte of head) {
    if (byte >= DELETE || (byte < SPACE && byte !== TAB && byte !== LINE_FEED && byte !== CARRIAGE_RETURN)) return false;
  }
  return head.length > 0;
}

/** The header of a JWE has `enc` (RFC 7516 §4.1.2), which that of a JWS never has; it is short, and all of what its letters say. */
function isEncryptedToken(head: Uint8Array): boolean {
  return head[0] === OPEN_BRACE && head.at(-1) === CLOSE_BRACE && Buffer.from(head).includes('"enc":"');
}

/** Bytes that no text has, near its beginning. */
export function isNoText(bytes: Uint8Array): boolean {
  return tellContent(bytes.subarray(0, HEAD_BYTES)) !== undefined || bytes.subarray(0, 1024).includes(0);
}

/** Of a text, not one in 32 bytes is a control character; of bytes that are anything, one in nine. */
export function hasManyControls(bytes: Uint8Array): boolean {
  let controls = 0;
  for (const byte of bytes) if (byte < SPACE && byte !== TAB && byte !== LINE_FEED && byte !== CARRIAGE_RETURN) controls++;
  return controls * 32 > bytes.length;
}

function beginsWith(bytes: Uint8Array, mark: Uint8Array, at = 0): boolean {
  if (bytes.length < at + mark.length) return false;
  for (let place = 0; place < mark.length; place++) if (bytes[at + place] !== mark[place]) return false;
  return true;
}
