import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { createMetrics } from '../../../src/metrics/metrics.ts';
import { privilegeChange } from '../../../src/metrics/privilege-change.ts';
import { ADMIN_HOURS, ALARM_RULES, MANUAL_REVIEW } from '../../../plugins/auth/alarms/rules.ts';
import { ROOT } from './source-files.ts';

const read = (name: string): Promise<string> => readFile(join(ROOT, name), 'utf8');

describe('TR-03161-3 O.Org_4: alarms', () => {
  test('each rule has a runbook', async () => {
    const runbooks = [...(await read('docs/alarms.md')).matchAll(/^### (\S+)$/gm)].map(
      ([, id]) => id,
    );
    const rules = [...ALARM_RULES.map(({ id }) => id), ADMIN_HOURS, MANUAL_REVIEW];
    expect(runbooks).toEqual(expect.arrayContaining(rules));
    expect(new Set(runbooks).size).toBe(runbooks.length);
  });

  test('rules of Prometheus ask for counters that exist, and lead to runbooks', async () => {
    const alerts = await read('config/alerts/diga.yaml');
    const { body } = await createMetrics(false).text();
    const counters = new Set([...alerts.matchAll(/\bdiga_\w+/g)].map(([name]) => name));
    expect([...counters].filter((name) => !body.includes(`# TYPE ${name} `))).toEqual([]);
    const { groups } = parse(alerts) as {
      groups: { rules: { expr: string; annotations: { runbook: string } }[] }[];
    };
    const document = await read('docs/alarms.md');
    for (const { annotations } of groups.flatMap(({ rules }) => rules)) {
      const [, id = ''] = annotations.runbook.split('#');
      expect(id.startsWith('{{') || document.includes(`### ${id}\n`)).toBe(true);
    }
  });

  test('counters count events, alarms and changes of privileges, each under few labels', async () => {
    const metrics = createMetrics(false);
    const login = { type: '110114', subtype: '110122', description: 'Login' } as const;
    metrics.securityEvent('auth', { ...login, outcome: 'success' });
    metrics.securityEvent('auth', { ...login, outcome: 'minor' });
    metrics.securityEvent('other', { ...login, outcome: 'minor' });
    const alarm = { rule: 'token-replay', runbook: 'docs/alarms.md#token-replay' };
    metrics.securityEvent('auth', { ...login, outcome: 'serious', alarm });
    metrics.privilegeChanged('policy');
    metrics.answered('/fhir', 'BREW', 200, 0.01);
    const { body } = await metrics.text();
    expect(body).toContain('diga_auth_events_total{event="login",result="success"} 1');
    expect(body).toContain('diga_auth_events_total{event="login",result="failure"} 1');
    expect(body).toContain('diga_alarms_total{rule="token-replay"} 1');
    expect(body).toContain('diga_privilege_changes_total{what="policy"} 1');
    expect(body).toContain('method="other"');
  });

  test('a registration is no change of privileges; every other membership and policy is', () => {
    const membership = (...policies: string[]) =>
      privilegeChange({
        type: 'ProjectMembership',
        interaction: 'create',
        resource: {
          resourceType: 'ProjectMembership',
          access: policies.map((reference) => ({ policy: { reference } })),
        },
      });
    expect(membership('AccessPolicy/patient')).toBeUndefined();
    expect(membership('AccessPolicy/patient', 'AccessPolicy/admin')).toBe('membership');
    expect(membership()).toBe('membership');
  });
});
