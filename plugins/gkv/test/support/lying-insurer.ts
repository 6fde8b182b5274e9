import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  buildPruefungNachricht,
  germanCalendarDay,
  type PruefungNachricht,
} from '../../../../lib/gkv/index.ts';
import { writeDigaMultipart } from '../../../../lib/gkv-transport/index.ts';
import { loadIdentity, parseCertificate, signAndEncrypt } from '../../../../lib/secon/index.ts';
import type { Insurers } from './insurers.ts';

/** An answer that is good but for one thing. */
export type Lie = Partial<
  Omit<Extract<PruefungNachricht, { nachrichtentyp: 'ANT' }>, 'nachrichtentyp'>
>;

/** A clearing point with the right key that answers what it likes. */
export interface LyingInsurer {
  /** Directory file that leads to it. */
  readonly directoryFile: string;
  lie: Lie;
  close(): Promise<void>;
}

/** Starts it with the keys of the sandbox's first clearing point. */
export async function startLyingInsurer({ sandbox }: Insurers, truth: Lie): Promise<LyingInsurer> {
  const pem = (name: string): Promise<string> =>
    readFile(join(sandbox.dataDirectory, 'pki', name), 'utf8');
  const identity = loadIdentity({
    privateKeyPem: await pem('ersatzkasse.key.pem'),
    certificates: await pem('ersatzkasse.crt.pem'),
  });
  const recipient = parseCertificate(await pem('hersteller.crt.pem'));
  const stelle = identity.certificate.ik ?? '';
  const hersteller = recipient.ik ?? '';
  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      for await (const _chunk of request);
      const document = buildPruefungNachricht({
        nachrichtentyp: 'ANT',
        verfahrenskennung: 'EDFC0',
        absender: stelle,
        empfaenger: hersteller,
        ikDiGAHersteller: hersteller,
        ikKrankenkasse: '109999017',
        digaVeId: '12345000',
        freischaltcode: '',
        tagDerLeistungserbringung: germanCalendarDay(Date.now()),
        ...truth,
        ...self.lie,
      });
      const nutzdaten = await signAndEncrypt(document, {
        identity,
        recipient,
        signingTime: Date.now(),
      });
      const { contentType, body } = writeDigaMultipart(
        { iksender: stelle, ikempfaenger: hersteller, verfahren: 'EDFC0', nutzdaten },
        'antwort.cms',
      );
      response.writeHead(200, { 'content-type': contentType }).end(body);
    };
    answer().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const authority = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const published = await (await fetch(`${sandbox.url}/Krankenkassenverzeichnis_DiGA.xml`)).text();
  const directoryFile = join(sandbox.dataDirectory, 'lying.xml');
  await writeFile(directoryFile, published.replaceAll(new URL(sandbox.url).host, authority));
  const self: LyingInsurer = {
    directoryFile,
    lie: {},
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return self;
}
