import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MedplumSandbox } from '../../../sandbox/medplum/index.ts';

const SCRIPT = fileURLToPath(new URL('../../../scripts/medplum-deploy.ts', import.meta.url));

export interface Run {
  readonly code: number | null;
  /** What it printed, on both streams. */
  readonly text: string;
}

export interface Running {
  readonly ended: Promise<Run>;
  kill(): void;
}

/** Runs the command as a process of its own. */
export function deploying(args: readonly string[]): Running {
  const child = spawn(process.execPath, [SCRIPT, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  return {
    ended: new Promise((resolve) => child.once('close', (code) => resolve({ code, text }))),
    kill: () => void child.kill('SIGKILL'),
  };
}

export async function deploy(sandbox: MedplumSandbox, ...args: readonly string[]): Promise<Run> {
  return deploying([...(await credentials(sandbox)), ...args]).ended;
}

/** Arguments that name the server and its client. */
export async function credentials(
  { url, client }: MedplumSandbox,
  secret = client.secret,
): Promise<readonly string[]> {
  const file = join(await mkdtemp(join(tmpdir(), 'deploy-secret-')), 'secret');
  await writeFile(file, `${secret}\n`, { mode: 0o600 });
  return ['--url', url, '--client-id', client.id, '--client-secret-file', file];
}

/** A small folder of things to deploy: one profile, one policy, one bot with a schedule and a subscription. */
export async function smallRoot(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'deploy-root-'));
  const files: Readonly<Record<string, string>> = {
    'profiles/ValueSet-moods.json': JSON.stringify({
      resourceType: 'ValueSet',
      id: 'moods',
      url: 'https://example.org/moods',
      status: 'active',
    }),
    'access-policies/reader.json': JSON.stringify({
      resourceType: 'AccessPolicy',
      id: 'reader',
      name: 'Reader',
      resource: [{ resourceType: 'Patient', criteria: 'Patient?_id=%patient.id', readonly: true }],
    }),
    'bots/greeter/bot.json': JSON.stringify({
      name: 'greeter',
      description: 'Greets',
      triggers: [
        { schedule: '0 3 * * *' },
        { subscription: 'Patient?active=true', interactions: ['create'] },
      ],
    }),
    'bots/greeter/bot.ts': 'export const handler = async (): Promise<string> => "hello";',
  };
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(root, name, '..'), { recursive: true });
    await writeFile(join(root, name), content);
  }
  return root;
}
