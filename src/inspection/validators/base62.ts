// Checksums in tokens of code hosts: CRC-32 of what stands in front, as six digits of base 62 at the end. Pure.

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const CHECK_LENGTH = 6;

/** CRC-32 as zip has it (polynomial EDB88320, reflected), of ASCII. Bit by bit: tokens are short and rare. */
export function crc32(text: string): number {
  let crc = 0xffffffff;
  for (let at = 0; at < text.length; at += 1) {
    crc ^= text.charCodeAt(at);
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** The digits that belong behind a body. */
export function checkDigitsOf(body: string): string {
  let rest = crc32(body);
  let digits = '';
  for (let at = 0; at < CHECK_LENGTH; at += 1) {
    digits = DIGITS.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}

/** Whether the last six characters are the checksum of those between them and the prefix, which ends with the first underscore. */
export function hasCheckDigits(token: string): boolean {
  const body = token.slice(token.indexOf('_') + 1, -CHECK_LENGTH);
  return token.endsWith(checkDigitsOf(body));
}
