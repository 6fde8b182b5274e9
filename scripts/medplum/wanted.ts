import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccessPolicy, Resource } from '@medplum/fhirtypes';
import type { StockLoss } from '../../src/access/stock/stock-loss.ts';
import { toStockPolicy } from '../../src/access/stock/to-stock-policy.ts';
import { type BotManifest, readBotManifest } from '../../src/bots/manifest.ts';
import { bundleBots } from '../bundle-bots.ts';

/** System of the tag by which a deployed resource is known again: ids are given by the server. */
export const TAG_SYSTEM = 'https://diga-server.dev/fhir/CodeSystem/deployed';

/** Code of the tag that all of them bear beside their own, so that what is wanted no more is found. */
export const TAG_ANY = 'diga-server';

/** A resource that is to be on the server as it is here. */
export interface WantedResource {
  /** Code of its tag, such as `access-policy/patient`. */
  readonly key: string;
  readonly resource: Resource;
  /** Search that finds what others may have put there for the same thing; absent where nothing can be the same. */
  readonly rival?: { readonly parameter: 'name' | 'url'; readonly value: string };
}

export interface WantedBot {
  readonly manifest: BotManifest;
  /** One CommonJS module. */
  readonly code: string;
  readonly codeHash: string;
  /** Key of the policy that its membership names. */
  readonly policyKey: string;
}

/** All that is deployed, and what the server cannot enforce of it, by name of the thing. */
export interface Wanted {
  readonly resources: readonly WantedResource[];
  readonly bots: readonly WantedBot[];
  readonly losses: ReadonlyMap<string, readonly StockLoss[]>;
}

export function botKey({ name }: BotManifest): string {
  return `bot/${name}`;
}

/** One for each trigger of a bot that is a subscription, in their order. */
export function subscriptionKeys({ name, triggers }: BotManifest): readonly string[] {
  return triggers
    .filter((trigger) => 'subscription' in trigger)
    .map((_trigger, index) => `subscription/${name}-${index}`);
}

/** Reads `profiles/`, `access-policies/` (roles, not those of the sandbox) and `bots/` of a folder. */
export async function readWanted(root: string): Promise<Wanted> {
  const losses = new Map<string, readonly StockLoss[]>();
  const resources: WantedResource[] = [];
  for (const resource of await jsonFiles(join(root, 'profiles'))) {
    const { url, id: _id, ...rest } = resource as Resource & { readonly url?: string };
    if (url === undefined) throw new TypeError(`${resource.resourceType} of profiles/ has no url`);
    resources.push({
      key: `profile/${resource.id ?? ''}`,
      resource: { ...rest, url } as Resource,
      rival: { parameter: 'url', value: url },
    });
  }
  for (const resource of await jsonFiles(join(root, 'access-policies'))) {
    const { policy, losses: lost } = toStockPolicy(resource as AccessPolicy);
    losses.set(`AccessPolicy ${resource.id ?? ''}`, lost);
    if (policy !== undefined) resources.push(wantedPolicy(resource.id ?? '', policy));
  }
  const bots: WantedBot[] = [];
  for (const { name, code } of await bundled(join(root, 'bots'))) {
    const manifest = readBotManifest(
      await readFile(join(root, 'bots', name, 'bot.json'), 'utf8'),
      name,
    );
    const closed = botPolicy(name);
    const policy = resources.find(({ key }) => key === closed.key) ?? closed;
    if (policy === closed) resources.push(closed);
    bots.push({
      manifest,
      code,
      codeHash: createHash('sha256').update(code).digest('hex'),
      policyKey: policy.key,
    });
    losses.set(`Bot ${name}`, botLosses(manifest));
  }
  return { resources, bots, losses };
}

function wantedPolicy(id: string, policy: AccessPolicy): WantedResource {
  const name = policy.name ?? id;
  return {
    key: `access-policy/${id}`,
    resource: { ...policy, name },
    rival: { parameter: 'name', value: name },
  };
}

/** Without a policy a bot may do everything there. Where `access-policies/bot-<name>.json` gives it none, it reads itself. */
function botPolicy(name: string): WantedResource {
  return wantedPolicy(`bot-${name}`, {
    resourceType: 'AccessPolicy',
    name: `Bot ${name}`,
    resource: [{ resourceType: 'Bot', criteria: 'Bot?_id=%profile.id', interaction: ['read'] }],
  });
}

function botLosses({ memoryMb, secrets }: BotManifest): readonly StockLoss[] {
  const weaker = (text: string): StockLoss => ({ level: 'weaker', text });
  return [
    weaker('it is not isolated: its code reaches the network and the modules of the runtime'),
    weaker(
      `its memory is not limited to ${memoryMb} MiB, and its time is where the runtime says so`,
    ),
    weaker('it gets all secrets of the project'),
    ...(secrets.length === 0
      ? []
      : [weaker(`secrets are set in the project by you: ${secrets.join(', ')}`)]),
  ];
}

async function bundled(
  directory: string,
): Promise<readonly { readonly name: string; readonly code: string }[]> {
  if (!existsSync(directory)) return [];
  const out = await mkdtemp(join(tmpdir(), 'diga-bots-'));
  try {
    const names = await bundleBots(directory, out);
    return await Promise.all(
      names.map(async (name) => ({ name, code: await readFile(join(out, `${name}.cjs`), 'utf8') })),
    );
  } finally {
    await rm(out, { recursive: true });
  }
}

async function jsonFiles(directory: string): Promise<readonly Resource[]> {
  if (!existsSync(directory)) return [];
  const names = (await readdir(directory)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(
    names.map(
      async (name) => JSON.parse(await readFile(join(directory, name), 'utf8')) as Resource,
    ),
  );
}
