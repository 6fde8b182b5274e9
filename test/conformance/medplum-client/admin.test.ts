import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { InviteRequest, LoginAuthenticationResponse, MedplumClient } from '@medplum/core';
import type {
  AccessPolicy,
  ClientApplication,
  Project,
  ProjectMembership,
} from '@medplum/fhirtypes';
import { PASSWORD } from '../../../plugins/auth/test/support/sign-in.ts';
import { type Person, type Product, startProduct } from './product.ts';

let product: Product;
let admin: MedplumClient;

const ADMIN = 'admin/projects/default';

const DOCTOR: InviteRequest = {
  resourceType: 'Practitioner',
  firstName: 'Ada',
  lastName: 'Beispiel',
  email: 'ada@diga.example',
};

beforeAll(async () => {
  jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  product = await startProduct();
  const full = await product.sandbox('full');
  const own = (await full.get('ProjectMembership/sandbox-admin')).json<ProjectMembership>();
  await full.put('ProjectMembership/sandbox-admin', { ...own, admin: true });
  admin = product.medplum();
  admin.setAccessToken(await product.sandboxToken('admin'));
}, 60_000);
afterAll(() => product.close(), 30_000);

async function signedIn(who: Person): Promise<MedplumClient> {
  const medplum = product.medplum();
  const { login } = await medplum.startLogin({ email: who.handle, password: PASSWORD });
  const { code } = await medplum.post<LoginAuthenticationResponse>('auth/mfa/verify', {
    login,
    token: who.code(),
  });
  await medplum.processCode(String(code));
  return medplum;
}

/** Invites somebody, who sets the account up. */
async function invited(
  more: Partial<InviteRequest> = {},
): Promise<{ readonly membership: ProjectMembership; readonly person: Person }> {
  const membership = (await admin.invite('default', { ...DOCTOR, ...more })) as ProjectMembership;
  const link = membership.extension?.[0]?.extension?.find(({ url }) => url === 'link')?.valueUri;
  return { membership, person: await product.accept(String(link)) };
}

const denied = (work: Promise<unknown>) => expect(work).rejects.toThrow(/[Aa]ccess denied/);

describe('MedplumClient 5.2: administration', () => {
  test('invite: the account begins with a link and sees nothing until a policy is assigned, which holds at once', async () => {
    const { membership, person } = await invited();
    expect(membership.profile.reference).toBe(person.profile);
    const stored = await admin.readResource('ProjectMembership', String(membership.id));
    expect(JSON.stringify(stored)).not.toMatch(/invitation|ada@diga/);
    const doctor = await signedIn(person);
    expect(doctor.getProfile()).toMatchObject({ resourceType: 'Practitioner' });
    await denied(doctor.searchResources('Organization'));

    const policy = await admin.createResource<AccessPolicy>({
      resourceType: 'AccessPolicy',
      name: 'Organizations',
      resource: [{ resourceType: 'Organization', interaction: ['read', 'search'] }],
    });
    const before = await product.auditHead();
    const assigned = await admin.post<ProjectMembership>(
      `${ADMIN}/members/${String(membership.id)}`,
      { ...stored, accessPolicy: { reference: `AccessPolicy/${policy.id}` } },
    );
    expect(await doctor.searchResources('Organization')).toHaveLength(1);
    const rows = await product.audit(before);
    expect(rows.map(({ interaction, detail }) => [interaction, detail])).toContainEqual([
      'security',
      'update',
    ]);

    await admin.updateResource<AccessPolicy>({
      ...policy,
      resource: [{ resourceType: 'Practitioner', interaction: ['read'] }],
    });
    await denied(doctor.searchResources('Organization'));
    await admin
      .post(`${ADMIN}/members/${String(membership.id)}`, {
        ...assigned,
        profile: { reference: 'Practitioner/sandbox-admin' },
      })
      .then(
        () => expect('accepted').toBe('refused'),
        (error: unknown) => expect(String(error)).toMatch(/profile is not usable/),
      );
    await admin.delete(`${ADMIN}/members/${String(membership.id)}`);
    await expect(doctor.readResource('Practitioner', 'x')).rejects.toThrow();
  }, 30_000);

  test('everybody else is refused, and an admin stays within the own policy', async () => {
    const { person } = await invited();
    const doctor = await signedIn(person);
    for (const work of [
      () => doctor.get(ADMIN),
      () => doctor.invite('default', DOCTOR),
      () => doctor.post(`${ADMIN}/client`, { name: 'x' }),
      () => doctor.post('admin/super/vacuum', {}),
    ]) {
      await expect(work()).rejects.toThrow(/mark admin/);
    }
    const nobody = await fetch(`${product.url}/${ADMIN}`);
    expect([nobody.status, nobody.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringContaining('Bearer'),
    ]);
    // The policy of admins opens no patients, and the mark does not either.
    await denied(admin.invite('default', { ...DOCTOR, resourceType: 'Patient' }));
    await expect(admin.get('admin/projects/other')).rejects.toThrow(/nothing of that name/);
  }, 30_000);

  test('project: read and its sites written; secrets and passwords of others are not offered', async () => {
    const { project } = await admin.get<{ project: Project }>(ADMIN);
    expect(project).toEqual({ id: 'default', name: 'DiGA', secret: [], site: [] });
    const site = [{ name: 'App', domain: ['app.diga.example'] }];
    expect((await admin.post<Project>(`${ADMIN}/sites`, site)).site).toEqual(site);
    await expect(admin.post(`${ADMIN}/secrets`, [])).rejects.toThrow(/Not offered here/);
    await expect(
      admin.post('admin/projects/setpassword', { email: 'x', password: 'y' }),
    ).rejects.toThrow(/two operators/);
    await expect(admin.post('admin/super/reindex', {})).rejects.toThrow(/\$reindex/);
    await expect(
      admin.invite('default', { ...DOCTOR, password: 'chosen by another' }),
    ).rejects.toThrow(/password is not usable/);
  });

  test('client: usable at once with its secret, which is shown once and stands in no resource', async () => {
    const ledger = await admin.createResource<AccessPolicy>({
      resourceType: 'AccessPolicy',
      name: 'Ledger',
      resource: [{ resourceType: 'AuditEvent', interaction: ['read', 'search'] }],
    });
    const application = await admin.post<ClientApplication>(`${ADMIN}/client`, {
      name: 'Billing',
      accessPolicy: { reference: `AccessPolicy/${ledger.id}` },
    });
    const { id = '', secret = '' } = application;
    expect(secret.length).toBeGreaterThan(40);
    const read = await admin.readResource('ClientApplication', id);
    expect(JSON.stringify(read)).not.toContain('secret');
    await expect(
      admin.updateResource<ClientApplication>({ ...read, secret: 'of my own' }),
    ).rejects.toThrow(/credentials do not belong/);
    const service = product.medplum();
    await service.startClientLogin(id, secret);
    expect(service.getAccessToken()).toEqual(expect.any(String));
    expect((await service.search('AuditEvent', '_count=1')).entry).toHaveLength(1);
    await denied(service.searchResources('Patient'));
    const stranger = product.medplum();
    await expect(stranger.startClientLogin(id, 'guessed')).rejects.toThrow();
    const bot = await admin.post(`${ADMIN}/bot`, { name: 'Reminder' });
    expect(bot).toMatchObject({ resourceType: 'Bot', name: 'Reminder' });
  }, 30_000);

  test('picks one of several identities at sign-in, and switches to the other later', async () => {
    const { person, membership } = await invited({
      membership: { accessPolicy: { reference: 'AccessPolicy/clinician' } },
    });
    const second = await admin.createResource<ProjectMembership>({
      resourceType: 'ProjectMembership',
      active: true,
      project: { reference: 'Project/default' },
      user: { reference: 'User/x' },
      profile: { reference: 'Practitioner/sandbox-support' },
    });
    await product.accounts.query(
      `insert into account_identity (membership_id, account_id, profile, class, linked_at)
        values ($1, $2, 'Practitioner/sandbox-support', 'staff', now())`,
      [second.id, person.accountId],
    );
    const medplum = product.medplum();
    const { login } = await medplum.startLogin({ email: person.handle, password: PASSWORD });
    const step = await medplum.post<LoginAuthenticationResponse>('auth/mfa/verify', {
      login,
      token: person.code(),
    });
    expect(step.code).toBeUndefined();
    expect(step.memberships?.map(({ id }) => id).sort()).toEqual([membership.id, second.id].sort());
    await expect(medplum.post('auth/profile', { login, profile: 'another' })).rejects.toThrow(
      /does not act as/,
    );
    const { code } = await medplum.post<LoginAuthenticationResponse>('auth/profile', {
      login,
      profile: second.id,
    });
    expect((await medplum.processCode(String(code))).id).toBe('sandbox-support');
    const switched = await medplum.exchangeExternalAccessToken(
      String(medplum.getAccessToken()),
      'medplum',
      membership.id,
    );
    expect(`Practitioner/${String(switched.id)}`).toBe(person.profile);
    expect(medplum.getLogins()).toHaveLength(2);
    await expect(
      product.medplum().exchangeExternalAccessToken('no token', 'medplum', membership.id),
    ).rejects.toThrow();
    await expect(
      product
        .medplum()
        .exchangeExternalAccessToken(String(medplum.getAccessToken()), 'diga-app', membership.id),
    ).rejects.toThrow(/another client/);
  }, 30_000);
});
