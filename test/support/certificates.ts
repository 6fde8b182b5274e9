import { execFile, execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Why tests that need OpenSSL's command are skipped here; undefined where they can run. */
export const NO_OPENSSL = ((): string | undefined => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'openssl is not installed';
  }
})();

/** Arguments of `openssl req` for kinds of keys. */
export const KEYS = {
  p256: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
  p384: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp384r1'],
  brainpool: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:brainpoolP256r1'],
  rsa3072: ['-newkey', 'rsa:3072'],
  rsa2048: ['-newkey', 'rsa:2048'],
  ed25519: ['-newkey', 'ed25519'],
} as const;

/** Signature with RSA-PSS instead of PKCS#1 v1.5. */
export const PSS = ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:32', '-sha256'];

/** Files of a certificate. */
export interface TestCertificate {
  readonly certFile: string;
  readonly keyFile: string;
}

/** How a certificate differs from one that is good for a year. */
export interface CertificateChoice {
  readonly key?: keyof typeof KEYS;
  readonly days?: number;
  /** Names in it. */
  readonly names?: string;
  readonly sign?: readonly string[];
  /** Who signs it; without one it signs itself. */
  readonly by?: TestCertificate;
}

/** Makes a certificate with the command `openssl`. */
export async function makeCertificate(
  directory: string,
  name: string,
  choice: CertificateChoice = {},
): Promise<TestCertificate> {
  const certFile = join(directory, `${name}.pem`);
  const keyFile = join(directory, `${name}.key`);
  const names = choice.names ?? 'DNS:localhost,IP:127.0.0.1';
  const days = String(choice.days ?? 365);
  const subject = ['-subj', `/CN=${name}`];
  const made = [...KEYS[choice.key ?? 'p256'], '-nodes', '-keyout', keyFile, ...subject];
  if (choice.by === undefined) {
    const extensions = ['-addext', `subjectAltName=${names}`];
    const signed = [...(choice.sign ?? []), ...extensions, '-days', days, '-out', certFile];
    await run('openssl', ['req', '-x509', ...made, ...signed]);
    return { certFile, keyFile };
  }
  const request = join(directory, `${name}.csr`);
  const extensions = join(directory, `${name}.ext`);
  await run('openssl', ['req', '-new', ...made, '-out', request]);
  await writeFile(extensions, `subjectAltName=${names}\nbasicConstraints=CA:FALSE\n`);
  const { certFile: authority, keyFile: authorityKey } = choice.by;
  const by = ['-CA', authority, '-CAkey', authorityKey, '-CAcreateserial'];
  const signed = [...(choice.sign ?? []), '-days', days, '-extfile', extensions];
  await run('openssl', ['x509', '-req', '-in', request, ...by, ...signed, '-out', certFile]);
  return { certFile, keyFile };
}

/** What `openssl s_client` made of a connection. */
export interface ClientOutcome {
  /** True if a connection came about and was used. */
  readonly connected: boolean;
  readonly protocol: string;
  readonly cipher: string;
  readonly text: string;
}

/**
 * Connects with `openssl s_client` and asks for `/health`.
 * @param input what is typed after the connection came about
 */
export async function opensslClient(
  port: number,
  args: readonly string[],
  input = 'GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
): Promise<ClientOutcome> {
  // Lines of one letter are commands, unless told otherwise.
  const quiet = input.length > 2 ? ['-ign_eof'] : [];
  const given = ['s_client', '-connect', `127.0.0.1:${String(port)}`, ...quiet, ...args];
  const child = execFile('openssl', given, { timeout: 15_000 });
  let text = '';
  child.stdout?.on('data', (chunk: string) => (text += chunk));
  child.stderr?.on('data', (chunk: string) => (text += chunk));
  child.stdin?.on('error', () => undefined);
  if (input.length > 2) child.stdin?.write(input);
  else setTimeout(() => child.stdin?.end(input), 500);
  await new Promise((resolve) => child.on('close', resolve));
  return {
    connected: text.includes('HTTP/1.1 '),
    protocol: /New, (TLSv[\d.]+|\(NONE\))/.exec(text)?.[1] ?? '',
    cipher: /Cipher is (\S+)/.exec(text)?.[1] ?? '',
    text,
  };
}
