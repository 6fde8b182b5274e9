import { describe, expect, test } from '@jest/globals';
import type { ClientApplication } from '@medplum/fhirtypes';
import { clientApplications } from '../../clients/client-applications.ts';
import { medplumError } from '../../errors.ts';

/** Clients out of resources, with a clock and a count of readings. */
function source(applications: Record<string, Partial<ClientApplication>>, secrets = true) {
  const seen = { now: 0, reads: 0 };
  const find = clientApplications({
    repository: {
      read: async (_type: string, id: string) => {
        seen.reads += 1;
        const found = applications[id];
        if (found === undefined) throw medplumError('MEDPLUM_UNKNOWN');
        return { resourceType: 'ClientApplication', id, ...found } as never;
      },
    },
    clock: { now: () => seen.now },
    secrets,
    hasSecret: async (id) => id === 'secretive',
    accessTokenSeconds: 420,
  });
  return { find, seen };
}

describe('ClientApplication as an OAuth client', () => {
  test('redirect URIs alone make a public client, a key set or a secret a confidential one', async () => {
    const { find } = source({
      app: { redirectUris: ['https://app.example/'] },
      keyed: { jwksUri: 'https://keys.example/jwks', defaultScope: ['system/Claim.rs', 'openid'] },
      secretive: {},
    });
    expect(await find('app')).toMatchObject({ type: 'web', firstParty: false });
    expect(await find('app')).not.toHaveProperty('proof');
    expect(await find('app')).not.toHaveProperty('service');
    expect(await find('keyed')).toMatchObject({
      proof: { kind: 'private_key_jwt', jwksUri: 'https://keys.example/jwks' },
      service: { profile: 'ClientApplication/keyed', scope: 'system/Claim.rs' },
    });
    expect(await find('secretive')).toMatchObject({ proof: { kind: 'client_secret' } });
  });

  test('a key set that cannot be used does not make the client a public one', async () => {
    const { find } = source({
      plain: { jwksUri: 'http://keys.example/jwks', redirectUris: ['https://app.example/'] },
    });
    expect(await find('plain')).toBeUndefined();
  });

  test('nor does a secret that is switched off', async () => {
    const both = { secretive: { redirectUris: ['https://app.example/'] } };
    expect(await source(both).find('secretive')).toMatchObject({
      proof: { kind: 'client_secret' },
    });
    expect(await source(both, false).find('secretive')).toBeUndefined();
  });

  test('off, unknown and impossible ids are no clients, and scripts are no redirects', async () => {
    const { find, seen } = source({
      off: { status: 'off', redirectUris: ['https://app.example/'] },
      script: { redirectUris: ['javascript:alert(1)', 'https://app.example/'] },
    });
    expect(await find('off')).toBeUndefined();
    expect(await find('nobody')).toBeUndefined();
    const before = seen.reads;
    expect(await find('a/../b')).toBeUndefined();
    expect(seen.reads).toBe(before);
    expect((await find('script'))?.redirectUris).toEqual(['https://app.example/']);
  });

  test('is read again some seconds later, so that a change counts', async () => {
    const applications: Record<string, Partial<ClientApplication>> = {
      app: { redirectUris: ['https://app.example/'] },
    };
    const { find, seen } = source(applications);
    await Promise.all([find('app'), find('app')]);
    expect(seen.reads).toBe(1);
    applications['app'] = { status: 'off' };
    seen.now += 5_001;
    expect(await find('app')).toBeUndefined();
  });
});
