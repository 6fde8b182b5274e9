import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../../../src/clock.ts';
import { grant } from '../../../../test/support/grant.ts';
import { observation } from '../../../../test/support/resources.ts';
import { startTestServer, type TestServer } from '../../../../test/support/server.ts';

const ROOT = join(import.meta.dirname, '../../../..');

/** Support staff of the tests, with both policies. */
export const STAFF = ['Practitioner/staff', 'Practitioner/colleague'] as const;

/** Starts a server with the support plugin, two people of support, and an Observation of each patient. */
export async function startSupport(
  clock: Clock,
  ...settings: readonly string[]
): Promise<TestServer> {
  const plugins = await mkdtemp(join(tmpdir(), 'diga-support-'));
  for (const [name, source] of [
    ['test-auth', 'test/support/plugins/test-auth/plugin.ts'],
    ['support', 'plugins/support/plugin.ts'],
  ] as const) {
    await mkdir(join(plugins, name));
    const path = JSON.stringify(join(ROOT, source));
    await writeFile(join(plugins, name, 'plugin.ts'), `export { default } from ${path};\n`);
  }
  const server = await startTestServer({
    plugins,
    clock,
    settings: settings.map((setting) => `plugins.support.${setting}`),
  });
  for (const person of STAFF) await grant(server, person, { support: {}, 'break-glass': {} });
  for (const patient of ['patient-a', 'patient-b']) {
    const id = `of-${patient}`;
    await server.as('full').put(`Observation/${id}`, observation(patient, { id }));
  }
  return {
    ...server,
    async close() {
      await server.close();
      await rm(plugins, { recursive: true, force: true });
    },
  };
}
