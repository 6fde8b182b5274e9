import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  ADDRESS_RULE,
  CLIENT_RULE,
  HANDLE_ADDRESS_RULE,
  HANDLE_RULE,
  LOCK_RULE,
  type ThrottleRule,
} from '../../accounts/throttle.ts';
import { PASSWORD_MAX_LENGTH } from '../../accounts/password-rule.ts';
import { authConfig } from '../../config.ts';
import { ACCESS_TOKEN_TTL, INTERACTION_TTL, lifetimes } from '../../oidc/lifetimes.ts';
import { demandedAcr } from '../../security/assurance.ts';
import { FRESH_SECONDS } from '../../security/fresh-actor.ts';
import { ATTEMPT_TTL } from '../../sign-in/attempt-store.ts';
import { LAUNCH_TTL } from '../../smart/launch-store.ts';

const root = join(import.meta.dirname, '../../../..');
const text = await readFile(join(root, 'docs/authentication-concept.md'), 'utf8');
const config = authConfig.parse({});

/** Cells of the row that begins with a name. */
function row(name: string): readonly string[] {
  const line = text.split('\n').find((one) => one.startsWith(`| ${name} |`));
  if (line === undefined) throw new Error(`docs/authentication-concept.md has no row "${name}"`);
  return line
    .slice(1, -1)
    .split('|')
    .slice(1)
    .map((cell) => cell.trim());
}

const minutes = (seconds: number): string => `${seconds / 60} min`;

describe('TR-03161-3 O.Auth_1: the authentication concept says what the code does', () => {
  const { patient, staff, admin, deviceDays } = config.logins;
  const classes = [patient, staff, admin];

  test('lifetimes of each class', () => {
    const same = classes.map(() => minutes(ACCESS_TOKEN_TTL));
    expect(row('access token')).toEqual(same);
    expect(row('unused for')).toEqual(classes.map((one) => `${one.idleMinutes} min`));
    expect(row('in all')).toEqual(classes.map((one) => `${one.absoluteMinutes / 60} h`));
    expect(row('on a device that proves its key')[0]).toBe(`${deviceDays} days`);
  });

  test('lengths of passwords', () => {
    const { staffPasswordLength, adminPasswordLength } = config.security;
    const least = [config.password.minLength, staffPasswordLength, adminPasswordLength];
    expect(row('password, characters')).toEqual(
      least.map((length) => `${length} to ${PASSWORD_MAX_LENGTH}`),
    );
  });

  test('other times', () => {
    const { AuthorizationCode } = lifetimes({ now: () => 0 }, config.logins);
    expect(row('access token of a service account')).toEqual([minutes(ACCESS_TOKEN_TTL)]);
    expect(row('authorization code')).toEqual([`${Number(AuthorizationCode)} s`]);
    expect(row('attempt to sign in, from its last step')).toEqual([minutes(ATTEMPT_TTL)]);
    expect(row('sign-in with all its pages')).toEqual([minutes(INTERACTION_TTL)]);
    expect(row('two factors that allow a change of factors')).toEqual([minutes(FRESH_SECONDS)]);
    expect(row('delay of a change by recovery or from a weaker login')).toEqual([
      `${config.security.changeDelayHours} h`,
    ]);
    expect(row('launch of a SMART app')).toEqual([minutes(LAUNCH_TTL)]);
  });

  test('levels that a class demands', () => {
    expect(row('patient').at(-1)).toContain(`\`${demandedAcr('patient')}\` while`);
    expect(row('staff').at(-1)).toBe(`\`${demandedAcr('staff')}\``);
    expect(row('admin').at(-1)).toBe(`\`${demandedAcr('admin')}\``);
  });

  test('failures: how they slow down, and when they close', () => {
    const words: Readonly<Record<number, string>> = { 900: '15 min', 3600: 'an hour' };
    const closing = ({ delays }: ThrottleRule): string => {
      const first = delays.findIndex((delay) => delay >= 900);
      return `${first + 1} failures: ${words[delays[first] ?? 0] ?? 'a day'}`;
    };
    const slower = [...new Set(HANDLE_RULE.delays.filter((delay) => delay < 900))].join(', ');
    expect(row('account, also one that does not exist')).toEqual([
      `${slower} s`,
      closing(HANDLE_RULE),
    ]);
    expect(HANDLE_RULE.delays.at(-1)).toBe(86_400);
    expect(row('account and address').at(-1)).toBe(closing(HANDLE_ADDRESS_RULE));
    expect(row('address').at(-1)).toBe(closing(ADDRESS_RULE));
    expect(row('address, failed authentication of clients').at(-1)).toBe(closing(CLIENT_RULE));
    expect(row('address, lock codes').at(-1)).toBe(closing(LOCK_RULE).replace('failures', 'tries'));
    expect(row('address, registrations').at(-1)).toBe(
      `${config.login.registrationsPerHour}: an hour`,
    );
  });
});
