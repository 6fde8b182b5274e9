import type { LoadedData } from './load-data.ts';
import { transaction } from './bundle-entries.ts';
import type { Random } from './random.ts';
import { vitalSign } from './vital-signs.ts';
import type { BenchRequest } from './drive.ts';
import type { Workload } from './workload.ts';

const BUNDLE = 50;
/** Observations that are updated again and again, so that they get a history. */
const UPDATED = 200;

/** Writes with full access, and the history that they leave. */
export function writeWorkloads(
  base: string,
  data: LoadedData,
  withRaw: boolean,
): readonly Workload[] {
  const { patients } = data;
  let number = 1_000_000_000;
  const fresh = (random: Random) => vitalSign(random.pick(patients).setting, (number += 1), random);
  const known = patients
    .flatMap(({ setting, observations }) =>
      observations.slice(0, 10).map((id) => ({ id, setting })),
    )
    .slice(0, UPDATED);
  const updated = (random: Random): { id: string; body: string } => {
    const { id, setting } = random.pick(known);
    return { id, body: JSON.stringify({ ...vitalSign(setting, (number += 1), random), id }) };
  };
  const bundle = (type: 'transaction' | 'batch', random: Random): string => {
    const entry = Array.from({ length: BUNDLE }, () => ({
      resource: fresh(random),
      request: { method: 'POST' as const, url: 'Observation' },
    }));
    return JSON.stringify({ ...transaction(entry), type });
  };
  const put = (path: string, body: string): BenchRequest => ({ method: 'PUT', path, body });
  const post = (path: string, body: string): BenchRequest => ({ method: 'POST', path, body });
  const own = { identity: 'full', comparable: false } as const;
  const raw = (make: (random: Random) => BenchRequest, rawStatus = 200) =>
    withRaw ? { raw: make, rawStatus } : {};

  return [
    {
      ...own,
      name: 'create Observation',
      status: 201,
      writes: 1,
      server: (random) => post(`${base}/Observation`, JSON.stringify(fresh(random))),
      ...raw((random) => post('/create', JSON.stringify(fresh(random))), 201),
    },
    {
      ...own,
      name: 'update Observation',
      status: 200,
      writes: 1,
      server: (random) => {
        const { id, body } = updated(random);
        return put(`${base}/Observation/${id}`, body);
      },
      ...raw((random) => {
        const { id, body } = updated(random);
        return put(`/update/${id}`, body);
      }),
    },
    {
      ...own,
      name: 'history of an Observation',
      status: 200,
      writes: 0,
      server: (random) => ({
        method: 'GET',
        path: `${base}/Observation/${random.pick(known).id}/_history?_count=20`,
      }),
      ...raw((random) => ({
        method: 'GET',
        path: `/find/history/Observation?v=${random.pick(known).id}`,
      })),
    },
    {
      ...own,
      name: `transaction of ${BUNDLE} creates`,
      status: 200,
      writes: BUNDLE,
      server: (random) => post(base, bundle('transaction', random)),
      ...raw((random) => post('/transaction', bundle('transaction', random))),
    },
    {
      ...own,
      name: `batch of ${BUNDLE} creates`,
      status: 200,
      writes: BUNDLE,
      server: (random) => post(base, bundle('batch', random)),
    },
  ];
}
