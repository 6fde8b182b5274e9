import { execFileSync } from 'node:child_process';
import { createPrivateKey, randomUUID, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { NO_OPENSSL } from '../../../../test/support/certificates.ts';
import { skipNote } from '../../../../test/support/skip-note.ts';
import {
  type AccountServices,
  accountServices,
  ORIGIN,
  registerPerson,
} from '../support/account-services.ts';
import { accountsDatabase } from '../support/accounts-database.ts';
import { type Attestation, SoftwarePasskey } from '../support/software-passkey.ts';

jest.setTimeout(60_000);

const ADMITTED = '2fc0579f-8113-47ea-b116-bb5a8db9202a';
const OTHER = 'ee882879-721c-4913-9775-3dfcce97072a';
const SUBJECT = '/C=DE/O=Makers/OU=Authenticator Attestation/CN=Model 7';

(NO_OPENSSL === undefined ? describe : describe.skip)(
  `WebAuthn Level 3 section 6.5: models of devices that staff may use${skipNote(NO_OPENSSL)}`,
  () => {
    let directory: string;
    let database: Awaited<ReturnType<typeof accountsDatabase>>;
    let services: AccountServices;

    const makers = (name: string): void => {
      const at = (file: string): string => join(directory, `${name}-${file}`);
      const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' });
      const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
      const root = ['-x509', ...key, '-keyout', at('root.key'), '-out', at('root.pem')];
      openssl('req', ...root, '-days', '30', '-subj', `/C=DE/O=Makers/CN=${name}`);
      const leaf = [...key, '-keyout', at('leaf.key'), '-out', at('leaf.pem'), '-subj', SUBJECT];
      const by = ['-CA', at('root.pem'), '-CAkey', at('root.key')];
      const bare = ['-addext', 'basicConstraints=critical,CA:FALSE'];
      openssl('req', '-x509', ...leaf, ...by, ...bare, '-days', '30');
    };
    const madeBy = async (name: string): Promise<NonNullable<Attestation['maker']>> => ({
      certificate: new X509Certificate(await readFile(join(directory, `${name}-leaf.pem`))).raw,
      key: createPrivateKey(await readFile(join(directory, `${name}-leaf.key`))),
    });
    const register = (identityClass: 'patient' | 'staff', attestation: Attestation | undefined) => {
      const passkey = new SoftwarePasskey(ORIGIN);
      passkey.attestation = attestation;
      const membershipId = randomUUID();
      const profile = `${identityClass === 'patient' ? 'Patient' : 'Practitioner'}/${membershipId}`;
      const invited = { profile, membershipId, class: identityClass };
      return registerPerson(services, { invited, passkey });
    };

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), 'attestation-'));
      for (const name of ['known', 'strange']) makers(name);
      database = await accountsDatabase();
      const attestationRootsFile = join(directory, 'known-root.pem');
      const staffPasskeys = { aaguids: [ADMITTED], attestationRootsFile };
      services = await accountServices({ database, config: { security: { staffPasskeys } } });
    });
    afterAll(async () => {
      await services.close();
      await database.drop();
      await rm(directory, { recursive: true });
    });

    test('a device of an admitted model, attested by its maker, is taken', async () => {
      const maker = await madeBy('known');
      const person = await register('staff', { aaguid: ADMITTED, maker });
      expect(person.identity.class).toBe('staff');
      expect(await services.security.factors(person.accountId)).toContainEqual(
        expect.objectContaining({ kind: 'passkey', synced: false }),
      );
    });

    test.each([
      ['that says nothing', undefined],
      ['that only says so by itself', { aaguid: ADMITTED }],
    ])('one %s is refused', async (_what, attestation) => {
      await expect(register('staff', attestation)).rejects.toThrow('wrong-code');
    });

    test('another model, and another maker with the name of an admitted model, are refused', async () => {
      const other = { aaguid: OTHER, maker: await madeBy('known') };
      await expect(register('staff', other)).rejects.toThrow('wrong-code');
      const strange = { aaguid: ADMITTED, maker: await madeBy('strange') };
      await expect(register('staff', strange)).rejects.toThrow('wrong-code');
    });

    test('[R-194] patients are not asked what they hold', async () => {
      const draft = await services.registration.begin('patient');
      const options = await services.registration.passkeyOptions(draft);
      expect(options).toMatchObject({ attestation: 'none' });
      await register('patient', undefined);
    });

    test('roots that cannot be read are an error at start', async () => {
      const broken = join(directory, 'broken.pem');
      await writeFile(broken, 'no certificate');
      for (const attestationRootsFile of [broken, join(directory, 'missing.pem')]) {
        const staffPasskeys = { aaguids: [ADMITTED], attestationRootsFile };
        await expect(
          accountServices({ database, config: { security: { staffPasskeys } } }),
        ).rejects.toMatchObject({ code: 'AUTH_ATTESTATION_ROOTS' });
      }
    });
  },
);
