import type { Bundle } from '@medplum/fhirtypes';
import { send, type Target } from './drive.ts';
import { FREQUENT_CODE } from './vital-signs.ts';
import type { Workload } from './workload.ts';

const DEPTH = 50;

/** A page far down in a long result: what follows the last link that {@link DEPTH} pages lead to, or fewer. */
export async function deepPageWorkload(base: string, target: Target): Promise<Workload> {
  let path = `${base}/Observation?code=${FREQUENT_CODE}&_count=20`;
  let depth = 1;
  while (depth < DEPTH) {
    const { status, body } = await send(target, { method: 'GET', path });
    if (status !== 200) throw new TypeError(`Paging: status ${status}: ${body.slice(0, 500)}`);
    const next = (JSON.parse(body) as Bundle).link?.find(
      ({ relation }) => relation === 'next',
    )?.url;
    if (next === undefined) break;
    // The link bears the public origin; the bench asks where the server listens.
    const url = new URL(next, 'http://127.0.0.1');
    path = url.pathname + url.search;
    depth += 1;
  }
  return {
    name: `search code, page ${depth}`,
    identity: 'full',
    status: 200,
    writes: 0,
    server: () => ({ method: 'GET', path }),
    comparable: false,
  };
}
