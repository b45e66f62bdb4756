// JSON with comments and trailing commas, as the settings files of editors have it. What JSON does not know is blanked, so that everything
// keeps its place and problems can say where they are.

/** The text with comments, trailing commas and tabs outside of strings replaced by spaces. */
export function blankComments(text: string): string {
  let out = '';
  for (let i = 0; i < text.length;) {
    const end = endOfToken(text, i);
    const token = text.slice(i, end);
    if (token.startsWith('//') || token.startsWith('/*')) out += token.replace(/[^\r\n]/g, ' ');
    else if (token === '\t') out += ' ';
    else out += token;
    i = end;
  }
  return blankTrailingCommas(out);
}

function endOfToken(text: string, start: number): number {
  if (text[start] === '"') return endOfString(text, start);
  if (text.startsWith('//', start)) {
    const end = text.indexOf('\n', start);
    return end < 0 ? text.length : end;
  }
  if (text.startsWith('/*', start)) {
    const end = text.indexOf('*/', start + 2);
    return end < 0 ? text.length : end + 2;
  }
  return start + 1;
}

function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i + 1;
  }
  return text.length;
}

function blankTrailingCommas(text: string): string {
  const commas: number[] = [];
  let pending = -1;
  for (let i = 0; i < text.length;) {
    const char = text[i] ?? '';
    if (char === ',') pending = i;
    else if ((char === '}' || char === ']') && pending >= 0) commas.push(pending);
    if (char !== ',' && char.trim() !== '') pending = -1;
    i = char === '"' ? endOfString(text, i) : i + 1;
  }
  const chars = text.split('');
  for (const comma of commas) chars[comma] = ' ';
  return chars.join('');
}
