import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { MedplumClient } from '@medplum/core';
import type { Bot, Bundle, ClientApplication, ProjectMembership } from '@medplum/fhirtypes';
import { type Product, startProduct } from './product.ts';

const ADMIN = 'admin/projects/default';
const NAME = { firstName: 'Eve', lastName: 'Beispiel', email: 'x' } as const;
const POWER = { reference: 'AccessPolicy/admin' };

let product: Product;
let full: Awaited<ReturnType<Product['sandbox']>>;
/** May invite and make clients and bots, all with one policy alone. */
let limited: MedplumClient;
let own: ProjectMembership;

beforeAll(async () => {
  jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  product = await startProduct();
  full = await product.sandbox('full');
  const marked = (await full.get('ProjectMembership/sandbox-admin')).json<ProjectMembership>();
  await full.put('ProjectMembership/sandbox-admin', { ...marked, admin: true });
  const admin = product.medplum();
  admin.setAccessToken(await product.sandboxToken('admin'));
  const harmless = 'ProjectMembership?access-policy=AccessPolicy/harmless';
  await full.put('AccessPolicy/harmless', {
    resourceType: 'AccessPolicy',
    id: 'harmless',
    resource: [{ resourceType: 'Organization', interaction: ['read'] }],
  });
  await full.put('AccessPolicy/limited', {
    resourceType: 'AccessPolicy',
    id: 'limited',
    resource: [
      { resourceType: 'ProjectMembership', interaction: ['create', 'update'], criteria: harmless },
      { resourceType: 'ProjectMembership', interaction: ['read', 'search'] },
      { resourceType: 'User', interaction: ['create'] },
      { resourceType: 'Practitioner', interaction: ['create', 'read'] },
      { resourceType: 'ClientApplication', interaction: ['create', 'read'] },
      { resourceType: 'Bot', interaction: ['create', 'read', 'update'] },
    ],
  });
  const client = await admin.post<ClientApplication>(`${ADMIN}/client`, {
    name: 'Limited',
    accessPolicy: { reference: 'AccessPolicy/limited' },
  });
  const [membership] = await admin.searchResources(
    'ProjectMembership',
    `profile=ClientApplication/${client.id}`,
  );
  own = await admin.post(`${ADMIN}/members/${membership?.id}`, { ...membership, admin: true });
  limited = product.medplum();
  await limited.startClientLogin(String(client.id), String(client.secret));
}, 60_000);
afterAll(() => product.close(), 30_000);

const denied = (work: Promise<unknown>) => expect(work).rejects.toThrow(/denied|is not known/);

describe('R-031: who may give one policy gives no other, by any door of the administration', () => {
  test('the one policy can be given', async () => {
    const policy = { reference: 'AccessPolicy/harmless' };
    const made = (await limited.invite('default', {
      resourceType: 'Practitioner',
      ...NAME,
      membership: { accessPolicy: policy },
    })) as ProjectMembership;
    expect(made.accessPolicy).toMatchObject(policy);
  });

  test.each([
    ['an invitation', () => invite({ accessPolicy: POWER })],
    [
      'an invitation with both',
      () =>
        invite({
          access: [{ policy: { reference: 'AccessPolicy/harmless' } }, { policy: POWER }],
        }),
    ],
    [
      'an invitation with one beside the other',
      () =>
        invite({
          accessPolicy: { reference: 'AccessPolicy/harmless' },
          access: [{ policy: POWER }],
        }),
    ],
    ['a client', () => limited.post(`${ADMIN}/client`, { name: 'x', accessPolicy: POWER })],
    ['a bot', () => limited.post(`${ADMIN}/bot`, { name: 'x', accessPolicy: POWER })],
    [
      'the own membership',
      () => limited.post(`${ADMIN}/members/${own.id}`, { ...own, accessPolicy: POWER }),
    ],
    [
      'a membership by FHIR',
      () =>
        limited.createResource<ProjectMembership>({
          resourceType: 'ProjectMembership',
          project: { reference: 'Project/default' },
          user: own.user,
          profile: own.profile,
          access: [{ policy: POWER }],
        }),
    ],
    [
      'a policy of their own',
      () =>
        limited.updateResource({
          resourceType: 'AccessPolicy',
          id: 'harmless',
          resource: [{ resourceType: '*' }],
        }),
    ],
    [
      'a batch',
      async () => {
        const { entry } = await limited.executeBatch({
          resourceType: 'Bundle',
          type: 'batch',
          entry: [
            {
              request: { method: 'POST', url: 'ProjectMembership' },
              resource: { ...own, accessPolicy: POWER },
            },
          ],
        });
        if (entry?.[0]?.response?.status.startsWith('403') === true) throw new Error('denied');
        return entry;
      },
    ],
  ])('%s with the policy of an admin is refused', async (_, work) => {
    const before = await memberships();
    expect(before).not.toEqual([]);
    await denied(work());
    expect(await memberships()).toEqual(before);
  });

  test('a bot gets no code and no powers from who may not deploy', async () => {
    const bot = await limited.createResource<Bot>({ resourceType: 'Bot', name: 'x' });
    for (const more of [
      { publicWebhook: true },
      { runAsUser: true },
      { system: true },
      { cronString: '* * * * *' },
      { executableCode: { contentType: 'text/javascript', url: 'Binary/x' } },
    ] satisfies Partial<Bot>[]) {
      await expect(limited.updateResource<Bot>({ ...bot, ...more })).rejects.toThrow();
    }
    await denied(limited.post(limited.fhirUrl('Bot', bot.id, '$deploy'), { code: 'x' }));
    await denied(limited.post(limited.fhirUrl('Bot', bot.id, '$execute'), {}));
  });
});

function invite(membership: Partial<ProjectMembership>): Promise<unknown> {
  return limited.invite('default', { resourceType: 'Practitioner', ...NAME, membership });
}

async function memberships(): Promise<readonly (string | undefined)[]> {
  const found = await full.get('ProjectMembership?access-policy=AccessPolicy/admin&_count=100');
  return (found.json<Bundle>().entry ?? []).map(({ fullUrl }) => fullUrl).sort();
}
