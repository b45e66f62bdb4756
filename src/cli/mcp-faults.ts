// What went wrong between this program and an endpoint, as a sentence with its remedy. A request that was sent is never reported as one
// that nobody got: whoever reads that would send it again, and a tool would run twice.

import { connect } from 'node:tls';

const PROBE_MS = 2_000;

/** Why a request has no result. */
export interface McpFailure {
  /** unreachable: nobody got it. lost: it was sent, and what became of it is not known. refused: somebody said no. */
  readonly kind: 'unreachable' | 'lost' | 'refused';
  readonly detail: string;
  /** HTTP status of a refusal. */
  readonly status?: number;
}

/** How far a request came before it failed. */
export interface FaultScene {
  readonly url: URL;
  /** The connection stood, TLS included, so that the request may have arrived. */
  readonly sent: boolean;
  /** This endpoint has answered something before, so it speaks what we speak. */
  readonly known: boolean;
  /** Authorities were named in place of the system's. */
  readonly ownAuthorities: boolean;
}

/** Explains an error of a request. May ask the endpoint once more, without saying anything, whether it speaks TLS. */
export async function explainFault(error: unknown, scene: FaultScene): Promise<McpFailure> {
  const { url, sent, known } = scene;
  const code = codeOf(error);
  if (code === 'ABORT_ERR') return sent ? lost(url, 'You interrupted it') : { kind: 'unreachable', detail: 'Interrupted.' };
  const unheard = url.protocol === 'https:' ? explainTls(error, code, scene) : explainConnect(code, url);
  if (unheard !== undefined) return { kind: 'unreachable', detail: unheard };
  const strange = code.startsWith('HPE_');
  if (url.protocol === 'http:' && !known && (strange || isCut(code)) && (await speaksTls(url))) {
    return { kind: 'unreachable', detail: `${url.host} speaks TLS. Write https:// instead of http://.` };
  }
  if (strange && !known) return { kind: 'unreachable', detail: `What listens on ${url.host} does not speak HTTP. Correct the address.` };
  if (sent)
    return lost(url, isCut(code) ? 'The connection was lost before the answer came' : `The answer could not be read (${textOf(error)})`);
  return { kind: 'unreachable', detail: `${url.host} could not be asked: ${textOf(error)}.` };
}

function lost(url: URL, what: string): McpFailure {
  return { kind: 'lost', detail: `${what} (${url.host}).` };
}

function isCut(code: string): boolean {
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNABORTED';
}

function explainConnect(code: string, { host, hostname }: URL): string | undefined {
  switch (code) {
    case 'ECONNREFUSED':
      return `Nobody listens on ${host}. Start the gateway, or correct the address.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The name ${hostname} cannot be found. Correct the address.`;
    default:
      return undefined;
  }
}

function explainTls(error: unknown, code: string, { url, sent, ownAuthorities }: FaultScene): string | undefined {
  const { host } = url;
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH|HTTP_REQUEST/.test(code) || /wrong version number|packet length too long/.test(textOf(error))) {
    return `${host} does not speak TLS. Write http:// instead of https://, or correct the port.`;
  }
  switch (code) {
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `The certificate of ${host} is for other names (${namesIn(error)}). Write one of them in the URL, or have the certificate made for ${url.hostname}.`;
    case 'CERT_HAS_EXPIRED':
      return `The certificate of ${host} has expired. Renew it.`;
    case 'CERT_NOT_YET_VALID':
      return `The certificate of ${host} is not valid yet. Check the clock of this machine.`;
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return untrusted(url, ownAuthorities);
  }
  if (!sent && isCut(code))
    return `${host} ended the connection while TLS began. If it speaks plain HTTP, write http:// instead of https://.`;
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) return `TLS with ${host} failed (${reasonOf(error) ?? code}).`;
  return explainConnect(code, url);
}

function untrusted(url: URL, ownAuthorities: boolean): string {
  const why = ownAuthorities ? 'is not from an authority in the file of --ca' : 'is not from an authority that this system trusts';
  const local = isLoopback(url.hostname) ? " A gateway that runs here shows its own with 'sallyport certs show'." : '';
  return `The certificate of ${url.host} ${why}. Name the file of the right one with --ca FILE.${local}`;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
}

/** Whether a TLS handshake succeeds there. Nothing is sent in it, so whose certificate it is does not matter. */
function speaksTls({ hostname, port }: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const host = hostname.replace(/^\[|\]$/g, '');
    const socket = connect({ host, port: Number(port || 80), rejectUnauthorized: false, timeout: PROBE_MS });
    const done = (speaks: boolean): void => {
      socket.destroy();
      resolve(speaks);
    };
    socket.once('secureConnect', () => done(true));
    socket.once('timeout', () => done(false));
    socket.once('error', () => done(false));
    socket.once('close', () => done(false));
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function reasonOf(error: unknown): string | undefined {
  return error instanceof Error && 'reason' in error && typeof error.reason === 'string' ? error.reason : undefined;
}

/** The names that a certificate is for, without their kinds. */
function namesIn(error: unknown): string {
  const cert: unknown = error instanceof Error && 'cert' in error ? error.cert : undefined;
  const names = typeof cert === 'object' && cert !== null && 'subjectaltname' in cert ? String(cert.subjectaltname) : '';
  return names.replaceAll(/DNS:|IP Address:/g, '') || 'none at all';
}
