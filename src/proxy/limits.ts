// The caps of the wire, taken from the caps of the config. Every buffer, queue and wait on the road has its cap in one of the two.

import type { Limits } from '../config/index.ts';
import type { ServerLimits } from '../http/index.ts';

/** The caps of an accepted connection. */
export function serverLimits(limits: Limits): ServerLimits {
  return {
    maxHeadBytes: limits.maxHeadBytes,
    maxHeaders: limits.maxHeaders,
    maxBodyBytes: limits.maxBodyBytes,
    headTimeoutMs: limits.headTimeoutMs,
    bodyTimeoutMs: limits.bodyTimeoutMs,
    keepAliveTimeoutMs: limits.keepAliveTimeoutMs,
    maxPipelined: limits.maxPipelined,
    maxRequestsPerConnection: limits.maxRequestsPerConnection,
    maxConnections: limits.maxConnections,
    maxConnectionsPerAddress: limits.maxConnectionsPerAddress,
    highWaterBytes: limits.highWaterBytes,
    writeTimeoutMs: limits.writeTimeoutMs,
  };
}
