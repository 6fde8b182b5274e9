import { isDeepStrictEqual } from 'node:util';
import type { MedplumClient, PatchOperation } from '@medplum/core';
import type { Bot, ProjectMembership, Resource } from '@medplum/fhirtypes';
import type { BotManifest } from '../../src/bots/manifest.ts';
import type { Peer } from './connect.ts';
import { find, hasTag, withTag } from './find.ts';
import { foreign, planResource } from './plan-resource.ts';
import { conflict, type Ids, idOf, type Step } from './step.ts';
import { botKey, subscriptionKeys, type WantedBot } from './wanted.ts';

type Deployed = Bot & { readonly id: string };

const IDENTIFIER_SYSTEM = 'https://diga-server.dev/fhir/bot';

/** Elements that say what the bot may and when it runs; others are left as they are there. */
const OWNED = [
  'name',
  'description',
  'timeout',
  'cronString',
  'cronTiming',
  'publicWebhook',
  'runAsUser',
  'system',
] as const;

/** What is to be done for one bot. Its policy comes before it, so that it never runs without one. */
export async function planBot(
  { medplum, projectId }: Peer,
  wanted: WantedBot,
  ids: Ids,
  force: boolean,
): Promise<readonly Step[]> {
  const { manifest, code, codeHash, policyKey } = wanted;
  const { name } = manifest;
  const key = botKey(manifest);
  const what = `Bot ${JSON.stringify(name)}`;
  const found = await find(medplum, 'Bot', key, { parameter: 'name', value: name });
  const policyId = ids.get(policyKey);
  const rivals: Deployed[] = [];
  const own = [...found.own] as Deployed[];
  for (const rival of found.rivals as readonly Deployed[]) {
    // A run that ended between making the bot and marking it: the policy tells whose it is.
    const membership = await membershipOf(medplum, rival);
    const ours = policyId !== undefined && policyOf(membership) === `AccessPolicy/${policyId}`;
    (ours ? own : rivals).push(rival);
  }
  if (own.length > 1)
    return [conflict(what, `${own.length} are of this deployment; delete all but one`)];
  if (rivals.length > 0 && own.length > 0) {
    return [
      conflict(
        what,
        `Bot/${rivals[0]?.id ?? ''} has the same name and is not of this deployment; rename it`,
      ),
    ];
  }
  if (rivals.length > 0 && !force) return [foreign(what, rivals)];
  if (rivals.length > 1) return [conflict(what, `${rivals.length} have the same name`)];
  const before = own[0] ?? rivals[0];
  const deploy: Step = {
    action: 'deploy',
    what: `code of ${what}`,
    why: `${code.length} characters, SHA-256 ${codeHash}`,
    run: async () => {
      const url = medplum.fhirUrl('Bot', idOf(ids, key), '$deploy');
      await medplum.post(url, { code, filename: 'index.js' });
    },
  };
  const subscriptions = (): Promise<readonly Step[]> =>
    planSubscriptions(medplum, manifest, key, ids, force);
  if (before === undefined) {
    const run = async (): Promise<void> => {
      const accessPolicy = { reference: `AccessPolicy/${idOf(ids, policyKey)}` };
      const { description } = manifest;
      const made = await medplum.post<Deployed>(`admin/projects/${projectId}/bot`, {
        name,
        description,
        accessPolicy,
      });
      ids.set(key, made.id);
      await change(medplum, made, changesOf(made, manifest, key));
    };
    return [{ action: 'create', what, run }, deploy, ...(await subscriptions())];
  }
  ids.set(key, before.id);
  const steps: Step[] = [];
  const changes = changesOf(before, manifest, key);
  steps.push(
    changes.length === 0
      ? { action: 'keep', what }
      : {
          action: 'update',
          what,
          why: changes.map(({ path }) => path.slice(1)).join(', '),
          run: () => change(medplum, before, changes),
        },
    await planMembership({ medplum, projectId }, before, policyKey, ids),
    // $deploy reads the bot anew, so that its code comes after its elements.
    (await codeOf(medplum, before)) === code ? { action: 'keep', what: `code of ${what}` } : deploy,
    ...(await subscriptions()),
  );
  return steps;
}

/** Only what differs is named: the code is an attachment, and the server shows a link of its own in its place. */
function changesOf(bot: Deployed, manifest: BotManifest, key: string): readonly PatchOperation[] {
  const schedule = manifest.triggers.find((trigger) => 'schedule' in trigger);
  const owned: Partial<Bot> = {
    name: manifest.name,
    description: manifest.description,
    timeout: manifest.timeoutSeconds,
    ...(schedule === undefined ? {} : { cronString: schedule.schedule }),
  };
  const changes: PatchOperation[] = [];
  for (const element of OWNED) {
    const path = `/${element}`;
    const value = owned[element];
    if (isDeepStrictEqual(value, bot[element])) continue;
    if (value === undefined) changes.push({ op: 'remove', path });
    else changes.push({ op: 'add', path, value });
  }
  const identifiers = (bot.identifier ?? []).filter(({ system }) => system !== IDENTIFIER_SYSTEM);
  const identifier = [...identifiers, { system: IDENTIFIER_SYSTEM, value: manifest.name }];
  if (!isDeepStrictEqual(identifier, bot.identifier)) {
    changes.push({ op: 'add', path: '/identifier', value: identifier });
  }
  if (!hasTag(bot, key)) {
    changes.push({ op: 'add', path: '/meta/tag', value: withTag(bot, key, bot).meta?.tag });
  }
  return changes;
}

/** A change since the plan was made is not lost but refused (412). */
async function change(
  medplum: MedplumClient,
  { id, meta }: Deployed,
  changes: readonly PatchOperation[],
): Promise<void> {
  const headers = meta?.versionId === undefined ? {} : { 'If-Match': `W/"${meta.versionId}"` };
  await medplum.patchResource('Bot', id, [...changes], { headers });
}

/** A bot whose membership names no policy may do everything there. */
async function planMembership(
  { medplum, projectId }: Peer,
  bot: Deployed,
  policyKey: string,
  ids: Ids,
): Promise<Step> {
  const what = `membership of Bot ${JSON.stringify(bot.name ?? bot.id)}`;
  const membership = await membershipOf(medplum, bot);
  if (membership === undefined) {
    return conflict(what, `Bot/${bot.id} has none and cannot run; delete it`);
  }
  const policyId = ids.get(policyKey);
  const { access, admin } = membership;
  const named = policyId !== undefined && policyOf(membership) === `AccessPolicy/${policyId}`;
  if (named && (access ?? []).length === 0 && admin !== true) return { action: 'keep', what };
  const run = async (): Promise<void> => {
    const { access: _access, admin: _admin, ...rest } = membership;
    const accessPolicy = { reference: `AccessPolicy/${idOf(ids, policyKey)}` };
    const url = `admin/projects/${projectId}/members/${membership.id}`;
    await medplum.post(url, { ...rest, accessPolicy });
  };
  return { action: 'update', what, why: 'accessPolicy', run };
}

async function planSubscriptions(
  medplum: MedplumClient,
  manifest: BotManifest,
  owner: string,
  ids: Ids,
  force: boolean,
): Promise<readonly Step[]> {
  const wanted = manifest.triggers.filter((trigger) => 'subscription' in trigger);
  const keys = subscriptionKeys(manifest);
  const steps: Step[] = [];
  for (const [index, { subscription, interactions = [] }] of wanted.entries()) {
    const key = keys[index] ?? '';
    const resource = (bot: string): Resource => ({
      resourceType: 'Subscription',
      status: 'active',
      reason: `Bot ${manifest.name}`,
      criteria: subscription,
      channel: { type: 'rest-hook', endpoint: `Bot/${bot}`, payload: 'application/fhir+json' },
      ...(interactions.length === 0
        ? {}
        : {
            extension: interactions.map((valueCode) => ({
              url: 'https://medplum.com/fhir/StructureDefinition/subscription-supported-interaction',
              valueCode,
            })),
          }),
    });
    const bot = ids.get(owner);
    const planned = await planResource(medplum, { key, resource: resource(bot ?? '') }, ids, force);
    if (bot !== undefined || planned.run === undefined) {
      steps.push(planned);
      continue;
    }
    // The bot gets its id in this run.
    const run = async (): Promise<void> => {
      const late = { key, resource: resource(idOf(ids, owner)) };
      await (await planResource(medplum, late, ids, force)).run?.();
    };
    steps.push({ ...planned, run });
  }
  return steps;
}

async function membershipOf(
  medplum: MedplumClient,
  { id }: Deployed,
): Promise<(ProjectMembership & { readonly id: string }) | undefined> {
  return medplum.searchOne('ProjectMembership', { profile: `Bot/${id}` });
}

function policyOf(membership: ProjectMembership | undefined): string | undefined {
  return membership?.accessPolicy?.reference;
}

/** What the bot runs there; undefined where it has no code, or the server does not give it: then it is deployed anew. */
async function codeOf(medplum: MedplumClient, bot: Deployed): Promise<string | undefined> {
  const url = bot.executableCode?.url;
  if (url === undefined) return undefined;
  const response = await medplum.downloadResponse(url).catch(() => undefined);
  return response?.ok === true ? response.text() : undefined;
}
