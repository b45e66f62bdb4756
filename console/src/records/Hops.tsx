// The way of a call as bars along one scale of time: what the gateway took, and what the server took.

import type { ReactElement } from 'react';
import type { RecordHop } from '../api/contract.ts';
import { showMs } from '../ui/units.ts';
import { toStretches } from './hops.ts';

/** The stretches of a call, one below the other. */
export function Hops({ hops }: { readonly hops: readonly RecordHop[] }): ReactElement {
  const stretches = toStretches(hops);
  const totalUs = Math.max(stretches.at(-1)?.toUs ?? 0, 1);
  const sum = (whose: 'gateway' | 'server'): number =>
    stretches.filter((one) => one.whose === whose).reduce((total, { fromUs, toUs }) => total + toUs - fromUs, 0);
  const serverUs = sum('server');
  return (
    <>
      <ol className="hops">
        {stretches.map(({ label, whose, fromUs, toUs }) => (
          <li key={`${label} ${fromUs}`}>
            <span className="hops-label">{label}</span>
            <svg className="hops-track" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
              <rect className="hops-rail" x="0" y="3.5" width="100" height="1" />
              {/* Short stretches are drawn wide enough to be seen. */}
              <rect
                className={`hops-${whose}`}
                x={Math.min((100 * fromUs) / totalUs, 99.2)}
                y="0"
                width={Math.max((100 * (toUs - fromUs)) / totalUs, 0.8)}
                height="8"
                rx="0.8"
              />
            </svg>
            <span className="hops-time">{showMs((toUs - fromUs) / 1_000)}</span>
          </li>
        ))}
      </ol>
      <p className="hops-sum">
        <span className="hops-key hops-key-gateway">Gateway {showMs(sum('gateway') / 1_000)}</span>
        {serverUs > 0 && <span className="hops-key hops-key-server">Server {showMs(serverUs / 1_000)}</span>}
        <span className="faint">{showMs(totalUs / 1_000)} in all</span>
      </p>
    </>
  );
}
