// Where everything is: every link of the console is made here.

/** Members that stand behind the question mark; what is empty is left out. */
type Search = Readonly<Record<string, string | undefined>>;

/** Page → address. */
export const paths = {
  signIn: () => '/sign-in',
  overview: (search: Search = {}) => withSearch('/', search),
  live: (search: Search = {}) => withSearch('/live', search),
  agents: (search: Search = {}) => withSearch('/agents', search),
  agent: (name: string) => `/agents/${encodeURIComponent(name)}`,
  servers: (search: Search = {}) => withSearch('/servers', search),
  server: (name: string, search: Search = {}) => withSearch(`/servers/${encodeURIComponent(name)}`, search),
  catalogue: (search: Search = {}) => withSearch('/catalogue', search),
  definition: (search: { readonly server: string; readonly kind: string; readonly name: string }) =>
    withSearch('/catalogue/definition', search),
  policies: (search: Search = {}) => withSearch('/policies', search),
  approvals: (search: Search = {}) => withSearch('/approvals', search),
  audit: (search: Search = {}) => withSearch('/audit', search),
  limits: (search: Search = {}) => withSearch('/limits', search),
  settings: (search: Search = {}) => withSearch('/settings', search),
} as const;

function withSearch(path: string, search: Search): string {
  const text = toSearch(search);
  return `${path}${text}`;
}

/** Reads what stands behind the question mark: every member is a text. */
export function fromSearch(search: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(search));
}

/** The other way round. */
export function toSearch(search: Readonly<Record<string, unknown>>): string {
  const text = new URLSearchParams();
  for (const [member, value] of Object.entries(search)) if (typeof value === 'string' && value !== '') text.set(member, value);
  return text.size === 0 ? '' : `?${text.toString()}`;
}
