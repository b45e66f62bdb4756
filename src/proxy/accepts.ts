// What an agent takes as an answer (RFC 9110 §12.5.1, as far as MCP needs it).

/** Whether an Accept header names a media type, or its family, or all. */
export function accepts(accept: string, type: string): boolean {
  const family = `${type.slice(0, type.indexOf('/'))}/*`;
  return accept.split(',').some((range) => {
    const [name = ''] = range.toLowerCase().split(';');
    const bare = name.trim();
    return bare === type || bare === '*/*' || bare === family;
  });
}
