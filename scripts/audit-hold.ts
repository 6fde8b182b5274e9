// Places and lifts legal holds on the audit ledger: npm run audit:hold -- --url OWNER_URL --patient ID --reference CASE
import { parseArgs } from 'node:util';
import { isNativeError } from 'node:util/types';
import { activeHolds, type HoldScope, liftHold, placeHold } from '../src/audit/retention/holds.ts';
import { systemClock } from '../src/clock.ts';
import { loadConfig } from '../src/config/load.ts';
import { processSources } from '../src/config/process-sources.ts';
import { openOwner } from './audit-owner.ts';

const USAGE = `Usage: npm run audit:hold -- --url postgresql://OWNER@… [what to do]
  --reference TEXT   why, such as the number of a case: no personal data; for placing and lifting
  --patient ID       places a hold on what concerns a patient and what they did
  --resource T/ID    … on what was done with a resource
  --from, --to DATE  … on a time; with several, all have to hold
  --lift HOLD        lifts a hold
  --keys FILE        key set that signs; audit.keys of the configuration unless given
Without any of these it lists the holds in force.`;

const ID = /^[A-Za-z0-9\-.]{1,64}$/;
const RESOURCE = /^[A-Z][A-Za-z]{1,63}\/[A-Za-z0-9\-.]{1,64}$/;

interface Asked {
  readonly patient?: string | undefined;
  readonly resource?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

function scopeOf({ patient, resource, from, to }: Asked): HoldScope {
  if (patient !== undefined && !ID.test(patient)) throw new TypeError('--patient is an id');
  if (resource !== undefined && !RESOURCE.test(resource))
    throw new TypeError('--resource is Type/id');
  return {
    ...(patient === undefined ? {} : { patient }),
    ...(resource === undefined ? {} : { resource }),
    ...(from === undefined ? {} : { from: instantOf(from) }),
    ...(to === undefined ? {} : { to: instantOf(to) }),
  };
}

function instantOf(text: string): string {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new TypeError(`${text} is no date`);
  return new Date(time).toISOString();
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      keys: { type: 'string' },
      reference: { type: 'string' },
      patient: { type: 'string' },
      resource: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      lift: { type: 'string' },
    },
  });
  const { url, keys, reference, lift } = values;
  if (url === undefined) throw new TypeError(USAGE);
  const scope = scopeOf(values);
  const places = Object.keys(scope).length > 0;
  const changes = places || lift !== undefined;
  if (places && lift !== undefined) throw new TypeError(USAGE);
  if (changes !== (reference !== undefined && /^\P{Cc}{1,200}$/u.test(reference)))
    throw new TypeError(USAGE);
  const { close, connection, ...owner } = await openOwner(
    url,
    keys,
    loadConfig(processSources([])),
  );
  const signer = { ...owner, now: systemClock.now() };
  try {
    if (lift !== undefined) {
      await liftHold(connection, signer, lift, reference ?? '');
      process.stdout.write(`${lift} lifted\n`);
    } else if (places) {
      const { id } = await placeHold(connection, signer, reference ?? '', scope);
      process.stdout.write(`${id} placed\n`);
    } else {
      for (const hold of await activeHolds(connection)) {
        const { id, time, reference: why, patient, resource, from, to } = hold;
        process.stdout.write(
          `${JSON.stringify({ id, time, reference: why, patient, resource, from, to })}\n`,
        );
      }
    }
  } finally {
    await close();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${isNativeError(error) ? error.message : String(error)}\n`);
  process.exitCode = 2;
});
