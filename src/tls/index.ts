// Who is at each end of a connection, as far as certificates can prove it. Now: certificates to serve. To come, each in a file of its own: pins
// of servers' keys (part of the trust that a TLS session belongs to), reading the ClientHello before TLS is ended (tunnel, end or refuse on one
// port), agents' certificates and SPIFFE ids, ACME. Connections are made and accepted in http; nothing here opens a socket.
export { certificateEnd } from './certificate-end.ts';
export { createDevelopmentCertificate } from './development-certificate.ts';
export type { IssuedCertificate } from './development-certificate.ts';
export { readAuthorities, readCertificate } from './read-certificate.ts';
export type { CertificateFacts } from './read-certificate.ts';
