// Puts bots, access policies and profiles on a stock Medplum server: npm run medplum:deploy -- --url https://… --dry-run
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isNativeError } from 'node:util/types';
import type { Project } from '@medplum/fhirtypes';
import { connect, type Peer, safeUrl } from './medplum/connect.ts';
import { leftBehind } from './medplum/find.ts';
import { planBot } from './medplum/plan-bot.ts';
import { planResource } from './medplum/plan-resource.ts';
import { lossLines, stepLine } from './medplum/report.ts';
import { conflict, type Ids, type Step } from './medplum/step.ts';
import { botKey, readWanted, subscriptionKeys, type Wanted } from './medplum/wanted.ts';

const USAGE = `Usage: npm run medplum:deploy -- --url https://… --client-id ID --client-secret-file FILE [--dry-run] [--force]
  [--root FOLDER]: folder with bots/, access-policies/ and profiles/, in place of those of this server
Puts the bots, access policies and profiles of this server on a stock Medplum server, and says what that server cannot enforce.
What is there already as it should be is left alone; what somebody else put there under the same name is not touched without
--force. With --dry-run nothing is changed; without a client it shows what an empty server would get.
Exit code 0: done, or nothing to do; 1: something is in the way, nothing was changed; 2: not reached, refused or not ended.`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      'client-id': { type: 'string' },
      'client-secret-file': { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      force: { type: 'boolean', default: false },
      root: { type: 'string', default: fileURLToPath(new URL('..', import.meta.url)) },
    },
  });
  const { url, 'client-id': clientId, 'client-secret-file': secretFile, 'dry-run': dry } = values;
  if (url === undefined || (clientId === undefined) !== (secretFile === undefined)) {
    throw new TypeError(USAGE);
  }
  if (clientId === undefined && !dry) throw new TypeError(USAGE);
  safeUrl(url);
  const wanted = await readWanted(values.root);
  let steps: readonly Step[];
  if (clientId === undefined || secretFile === undefined) {
    steps = forEmptyServer(wanted);
  } else {
    const secret = (await readFile(secretFile, 'utf8')).trim();
    steps = await plan(await connect(url, clientId, secret), wanted, values.force);
  }
  for (const step of steps) process.stdout.write(`${stepLine(step)}\n`);
  process.stdout.write(lossLines(wanted.losses));
  if (steps.some(({ action }) => action === 'conflict')) {
    process.stdout.write('Something is in the way: nothing was changed.\n');
    return 1;
  }
  const work = steps.filter(({ run, action }) => run !== undefined || action === 'create');
  if (work.length === 0) process.stdout.write('Nothing to do.\n');
  else if (dry) process.stdout.write(`Dry run: ${work.length} steps, nothing was changed.\n`);
  else await runAll(work);
  return 0;
}

/** Profiles and policies come first: bots name policies. */
async function plan(peer: Peer, wanted: Wanted, force: boolean): Promise<readonly Step[]> {
  const { medplum, projectId } = peer;
  const ids: Ids = new Map();
  const steps: Step[] = [];
  if (wanted.bots.length > 0) {
    const { features = [] }: Project = await medplum.readResource('Project', projectId);
    const cron = wanted.bots.some(({ manifest }) => manifest.triggers.some((t) => 'schedule' in t));
    for (const feature of cron ? (['bots', 'cron'] as const) : (['bots'] as const)) {
      if (!features.includes(feature)) {
        steps.push(conflict(`Project/${projectId}`, `its feature ${feature} is not switched on`));
      }
    }
    if (medplum.getProjectMembership()?.admin !== true) {
      steps.push(
        conflict(`Project/${projectId}`, 'the client is no administrator, who alone makes bots'),
      );
    }
  }
  for (const one of wanted.resources) steps.push(await planResource(medplum, one, ids, force));
  for (const bot of wanted.bots) steps.push(...(await planBot(peer, bot, ids, force)));
  return [...steps, ...(await notWanted(peer, wanted))];
}

/** Nothing is deleted: a membership may name the policy, and without one it would be allowed everything. */
async function notWanted({ medplum }: Peer, wanted: Wanted): Promise<readonly Step[]> {
  const keys = new Set([
    ...wanted.resources.map(({ key }) => key),
    ...wanted.bots.flatMap(({ manifest }) => [botKey(manifest), ...subscriptionKeys(manifest)]),
  ]);
  const steps: Step[] = [];
  for (const type of ['AccessPolicy', 'Bot', 'Subscription'] as const) {
    for (const { id, resourceType } of await leftBehind(medplum, type, keys)) {
      const why = 'this server has it no more; delete it there once nothing refers to it';
      steps.push({ action: 'left', what: `${resourceType}/${id}`, why });
    }
  }
  return steps;
}

function forEmptyServer({ resources, bots }: Wanted): readonly Step[] {
  const names = [
    ...resources.map(
      ({ resource, rival, key }) =>
        `${resource.resourceType} ${JSON.stringify(rival?.value ?? key)}`,
    ),
    ...bots.map(({ manifest }) => `Bot ${JSON.stringify(manifest.name)}`),
  ];
  return names.map((what): Step => ({ action: 'create', what }));
}

/** @throws TypeError that says how far it came: the next run goes on from there */
async function runAll(steps: readonly Step[]): Promise<void> {
  for (const [done, { what, run }] of steps.entries()) {
    try {
      await run?.();
    } catch (cause) {
      const reason = isNativeError(cause) ? cause.message : String(cause);
      throw new TypeError(
        `${what}: ${reason}\n${done} of ${steps.length} steps are done; run it again to go on.`,
        { cause },
      );
    }
  }
  process.stdout.write(`${steps.length} steps done.\n`);
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${isNativeError(error) ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
