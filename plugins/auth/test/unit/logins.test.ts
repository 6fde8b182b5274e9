import { describe, expect, test } from '@jest/globals';
import { loginsConfig } from '../../config/logins.ts';
import { deviceName } from '../../logins/device-name.ts';
import { loginActivity } from '../../logins/login-activity.ts';
import { loginLimits } from '../../logins/login-limits.ts';
import type { Login } from '../../logins/login-store.ts';
import { networkPrefix } from '../../logins/network-prefix.ts';
import { acrSatisfies } from '../../oidc/acr.ts';
import { checkedToken } from '../../oidc/checked-token.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = new Date('2026-01-01T08:00:00Z');

describe('TR-03161-3 O.Auth_14: how long a login lasts', () => {
  const limits = loginLimits(loginsConfig.parse(undefined));
  const login = (more: Partial<Login> = {}): Login => ({
    id: '1',
    accountId: '2',
    clientId: 'app',
    profile: 'Patient/1',
    membershipId: '3',
    class: 'patient',
    scope: '',
    authMethod: 'password',
    acr: 'urn:diga:acr:2fa',
    amr: [],
    authTime: START,
    createdAt: START,
    lastUsedAt: START,
    context: {},
    expiresAt: limits.end(more.class ?? 'patient', START, more.deviceKey !== undefined),
    revoked: false,
    ...more,
  });
  const at = (ms: number): number => START.getTime() + ms;

  test.each([
    ['patient', 15 * MINUTE, 12 * HOUR],
    ['staff', 15 * MINUTE, 8 * HOUR],
    ['admin', 10 * MINUTE, 4 * HOUR],
  ] as const)('%s: without use, and in all', (kind, idle, absolute) => {
    const used = (ms: number) => login({ class: kind, lastUsedAt: new Date(at(ms)) });
    expect(limits.living(used(0), at(idle - 1))).toBe(true);
    expect(limits.living(used(0), at(idle))).toBe(false);
    expect(limits.living(used(absolute - MINUTE), at(absolute - 1))).toBe(true);
    expect(limits.living(used(absolute - MINUTE), at(absolute))).toBe(false);
    expect(limits.living({ ...used(0), revoked: true }, at(1))).toBe(false);
  });

  test('a key of the device prolongs the login of a patient, and of nobody else', () => {
    const day = 24 * HOUR;
    const bound = (kind: Login['class']) => login({ class: kind, deviceKey: 'key' });
    expect(limits.living(bound('patient'), at(29 * day))).toBe(true);
    expect(limits.living(bound('patient'), at(30 * day))).toBe(false);
    expect(limits.living(bound('staff'), at(16 * MINUTE))).toBe(false);
    const none = loginLimits(loginsConfig.parse({ deviceDays: 0 }));
    expect(none.end('patient', START, true).getTime()).toBe(at(12 * HOUR));
    expect(none.living(bound('patient'), at(16 * MINUTE))).toBe(false);
  });

  test.each([
    [{ patient: { idleMinutes: 61 } }],
    [{ staff: { absoluteMinutes: 721 } }],
    [{ deviceDays: 31 }],
    [{ admin: { idleMinutes: 0 } }],
  ])('%j is out of bounds', (config) => {
    expect(loginsConfig.safeParse(config).success).toBe(false);
  });

  test('uses are written together, once, and again where they could not be', async () => {
    const written: (readonly string[])[] = [];
    let failing = true;
    const activity = loginActivity(
      {
        async touch(ids) {
          if (failing) throw new TypeError('away');
          written.push(ids);
        },
      },
      { now: () => 0 },
    );
    for (let round = 0; round < 1000; round += 1) activity.used(`login ${round % 2}`);
    await expect(activity.flush()).rejects.toThrow('away');
    failing = false;
    await activity.flush();
    await activity.flush();
    expect(written).toEqual([['login 0', 'login 1']]);
  });
});

describe('what a login keeps of where it came from', () => {
  test.each([
    ['192.168.17.23', '192.168.17.0/24'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8:1:2', '2001:db8:1:2::/64'],
    ['unknown', undefined],
    [undefined, undefined],
  ])('%s lies in %s', (address, network) => {
    expect(networkPrefix(address)).toBe(network);
  });

  test.each([
    ['Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0', 'Firefox on Android'],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18 Safari/604',
      'Safari on iOS',
    ],
    [
      'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/140 Safari/537 Edg/140',
      'Edge on Windows',
    ],
    ['curl/8.0', undefined],
    [undefined, undefined],
  ])('%s is %s', (agent, name) => {
    expect(deviceName(agent)).toBe(name);
  });
});

describe('RFC 9470: the ladder of levels', () => {
  const [one, two, three] = ['1fa-consented', '2fa', '2fa-phr'].map(
    (name) => `urn:diga:acr:${name}`,
  );

  test('a stronger level stands for a weaker one, and not the other way round', () => {
    expect(acrSatisfies(three, [two ?? ''])).toBe(true);
    expect(acrSatisfies(two, [three ?? ''])).toBe(false);
    expect(acrSatisfies(one, [two ?? '', one ?? ''])).toBe(true);
    expect(acrSatisfies(undefined, [one ?? ''])).toBe(false);
    expect(acrSatisfies(three, ['urn:other'])).toBe(false);
    expect(acrSatisfies('urn:other', ['urn:other'])).toBe(false);
  });
});

describe('TR-03161-3 O.Auth_19, O.Auth_20: a token is made of what is expected', () => {
  const good = {
    iss: 'https://api.diga.example',
    aud: 'https://api.diga.example/fhir',
    sub: 'subject',
    jti: 'id',
    iat: 1,
    exp: 2,
    client_id: 'app',
    profile: 'Patient/1',
    authorization_details: undefined,
  };
  const check = (payload: object) => async () =>
    checkedToken({} as never, {} as never, { header: undefined, payload } as never);

  test('one that says more is not issued, and what it says is not told', async () => {
    await expect(check(good)()).resolves.toBeUndefined();
    const named = check({ ...good, name: 'Erika Mustermann' })();
    await expect(named).rejects.toThrow(/name$/);
    await expect(named).rejects.not.toThrow(/Erika/);
  });

  test.each([
    { profile: undefined },
    { profile: 'Patient/1?_format=json' },
    { cnf: {} },
    { login_id: 'not an id' },
    { sub: '' },
  ])('one with %j is not issued', async (more) => {
    await expect(check({ ...good, ...more })()).rejects.toThrow(TypeError);
  });
});
