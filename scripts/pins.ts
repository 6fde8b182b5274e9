// The published set of pins: npm run -s pins -- <command>. docs/operations/tls.md has the plan of a rotation.
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  X509Certificate,
} from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { JWK } from 'jose';
import { weaknessOf } from '../src/crypto/key-strength.ts';
import { announcePin, firstSet, renewSet, retirePin } from '../src/http/tls/pins/change-set.ts';
import { futureValid, type PinSet } from '../src/http/tls/pins/pin-set.ts';
import { signPinSet, verifyPinSet } from '../src/http/tls/pins/signed-set.ts';
import { spkiPin } from '../src/http/tls/spki-pin.ts';
import { TlsError } from '../src/http/tls/tls-error.ts';

const USAGE = `npm run -s pins -- key --out pins-private.jwk
    makes the key that signs pins; prints its public half, which apps have built in
npm run -s pins -- create --host api.diga.example --key pins-private.jwk --min-app 1.0.0 --out pin-set.jws FILE FILE …
    the first set, of the key in use and those in reserve: certificates, public or private keys, PEM
npm run -s pins -- announce --key pins-private.jwk --set pin-set.jws [--lead-days 90] FILE
    adds a key that may be used after the lead time
npm run -s pins -- retire --key pins-private.jwk --set pin-set.jws --pin SPKI [--on 2027-01-31]
npm run -s pins -- renew --key pins-private.jwk --set pin-set.jws
npm run -s pins -- list --key pins-public.jwk --set pin-set.jws
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string' },
    host: { type: 'string' },
    key: { type: 'string' },
    set: { type: 'string' },
    pin: { type: 'string' },
    on: { type: 'string' },
    'min-app': { type: 'string' },
    'lead-days': { type: 'string' },
  },
});
const [command = '', ...files] = positionals;
const now = Math.floor(Date.now() / 1000);

function needed(name: Exclude<keyof typeof values, number>): string {
  const value = values[name];
  if (value !== undefined) return value;
  process.stderr.write(`--${name} is missing\n\n${USAGE}`);
  process.exit(2);
}

async function keyFile(): Promise<JWK> {
  return JSON.parse(await readFile(needed('key'), 'utf8')) as JWK;
}

async function pinOf(file: string): Promise<string> {
  const text = await readFile(file, 'utf8');
  const key = text.includes('BEGIN CERTIFICATE')
    ? new X509Certificate(text).publicKey
    : text.includes('PRIVATE KEY')
      ? createPublicKey(createPrivateKey(text))
      : createPublicKey(text);
  const weak = weaknessOf(key);
  if (weak !== undefined) throw new TlsError('TLS_KEY_WEAK', `${file}: ${weak}`);
  return spkiPin(key);
}

async function change(make: (set: PinSet) => PinSet | Promise<PinSet>): Promise<void> {
  const key = await keyFile();
  const { d: _private, ...publicKey } = key;
  const file = needed('set');
  const set = await make(await verifyPinSet(await readFile(file, 'utf8'), publicKey));
  // A server that looks at the file meanwhile finds the old set or the new one.
  await writeFile(`${file}.new`, `${await signPinSet(set, key)}\n`, { flush: true });
  await rename(`${file}.new`, file);
  show(set);
}

function show(set: PinSet): void {
  const day = (time: number): string => new Date(time * 1000).toISOString().slice(0, 10);
  process.stdout.write(
    `${set.host}, number ${set.seq}, good until ${day(set.exp)}, from app ${set.minApp} on\n`,
  );
  for (const { spki, from, to } of set.pins) {
    const state = now < from ? 'announced' : now < to ? 'usable' : 'ended';
    process.stdout.write(`${spki}  ${day(from)} to ${day(to)}  ${state}\n`);
  }
  if (futureValid(set, now) < 2)
    process.stdout.write('Fewer than two pins are left: announce one\n');
}

async function run(): Promise<void> {
  switch (command) {
    case 'key': {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const { d: secret, ...publicKey } = privateKey.export({ format: 'jwk' });
      const text = `${JSON.stringify({ ...publicKey, d: secret }, undefined, 2)}\n`;
      await writeFile(needed('out'), text, { mode: 0o600, flag: 'wx' });
      process.stdout.write(`${JSON.stringify(publicKey, undefined, 2)}\n`);
      return;
    }
    case 'create': {
      const pins = await Promise.all(files.map(pinOf));
      const set = firstSet({ host: needed('host'), minApp: needed('min-app'), pins, now });
      const text = await signPinSet(set, await keyFile());
      await writeFile(needed('out'), `${text}\n`, { flag: 'wx' });
      show(set);
      return;
    }
    case 'announce': {
      const [file = ''] = files;
      const lead = values['lead-days'] === undefined ? undefined : Number(values['lead-days']);
      await change(async (set) => announcePin(set, await pinOf(file), now, lead));
      return;
    }
    case 'retire': {
      const to = values.on === undefined ? now : Date.parse(values.on) / 1000;
      if (Number.isNaN(to)) {
        process.stderr.write('--on is a day such as 2027-01-31\n');
        process.exit(2);
      }
      await change((set) => retirePin(set, needed('pin'), to, now));
      return;
    }
    case 'renew':
      await change((set) => renewSet(set, now));
      return;
    case 'list': {
      const { d: _private, ...publicKey } = await keyFile();
      show(await verifyPinSet(await readFile(needed('set'), 'utf8'), publicKey));
      return;
    }
    default:
      process.stderr.write(USAGE);
      process.exit(2);
  }
}

await run().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
});
