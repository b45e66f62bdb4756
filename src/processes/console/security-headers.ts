// What every answer of the admin listener tells the browser, whatever is in it: that nothing runs, loads, frames or embeds but what comes from here. Text of
// servers and agents is shown in these pages; should any of it ever be taken for markup, it still finds nothing that it may do.

/** No inline script or style anywhere: what a page needs is in files of its own, or set by script on the elements it made. */
const CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const ALWAYS: Readonly<Record<string, string>> = {
  'content-security-policy': CONTENT_POLICY,
  'x-content-type-options': 'nosniff',
  // For browsers that do not know frame-ancestors.
  'x-frame-options': 'DENY',
  // Paths name agents and servers.
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'permissions-policy': 'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), serial=(), hid=()',
};
const YEAR_SECONDS = 365 * 24 * 3_600;

/**
 * The headers of every answer.
 * @param isTrusted the certificate is one that browsers are meant to trust: from then on they may refuse anything else, so not for one made for trying out
 */
export function securityHeaders(isTrusted: boolean): Readonly<Record<string, string>> {
  return isTrusted ? { ...ALWAYS, 'strict-transport-security': `max-age=${YEAR_SECONDS}` } : ALWAYS;
}
