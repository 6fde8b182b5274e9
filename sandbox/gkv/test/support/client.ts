import { readFileSync } from 'node:fs';
import { postDiga } from '../../../../lib/gkv-transport/index.ts';
import {
  type CertificateList,
  currentCertificate,
  decryptAndVerify,
  loadIdentity,
  parseCertificateList,
  parseCertificates,
  signAndEncrypt,
} from '../../../../lib/secon/index.ts';
import type { GkvSandbox } from '../../index.ts';
import { krankenkassen } from '../../sandbox-insurers.ts';
import { readXml } from '../../xml/read-xml.ts';
import { normalized, type XmlElement } from '../../xml/xml-element.ts';

/** One message to a sandbox. */
export interface Message {
  readonly verfahren: string;
  readonly xml: string | Uint8Array;
  /** Prefix of the insurer; `SA` unless told. */
  readonly kasse?: string;
  readonly nutzdaten?: Uint8Array;
  readonly iksender?: string;
  readonly endpoint?: string;
  readonly totalTimeout?: number;
}

/** A manufacturer that talks to a sandbox as the product does. */
export async function herstellerOf(sandbox: GkvSandbox, now: number) {
  await sandbox.ready;
  const identity = loadIdentity({
    privateKeyPem: readFileSync(sandbox.files.herstellerKey, 'utf8'),
    certificates: readFileSync(sandbox.files.herstellerCertificate, 'utf8'),
  });
  const trustAnchors = parseCertificates(readFileSync(sandbox.files.trustAnchors, 'utf8'));
  const list: CertificateList = parseCertificateList(
    await (await fetch(`${sandbox.url}/annahme-rsa4096.key`)).text(),
  );
  const seal = (xml: string | Uint8Array, ik: string) => {
    const recipient = currentCertificate(list, ik, now);
    if (recipient === undefined) throw new TypeError('No certificate for the clearing point');
    return signAndEncrypt(Buffer.from(xml), { identity, recipient, signingTime: now });
  };
  const exchange = async (message: Message) => {
    const stelle = kasse(message.kasse ?? 'SA').abrechnungsstelle;
    return postDiga({
      endpoint: message.endpoint ?? `127.0.0.1:${sandbox.port}/${stelle.path}`,
      allowLoopbackHttp: true,
      iksender: message.iksender ?? sandbox.herstellerIk,
      ikempfaenger: stelle.ik,
      verfahren: message.verfahren,
      nutzdaten: message.nutzdaten ?? (await seal(message.xml, stelle.ik)),
      limits: { totalTimeout: message.totalTimeout ?? 20_000 },
    });
  };
  const open = (nutzdaten: Uint8Array, ik: string) =>
    decryptAndVerify(nutzdaten, {
      identities: [identity],
      trustAnchors,
      expectedSigner: { ik, certificateList: list },
      now,
    });
  return {
    identity,
    seal,
    exchange,
    open,
    /** Sends, opens the answer, and returns its document. */
    send: async (message: Message): Promise<Uint8Array> => {
      const answer = await exchange(message);
      return (await open(answer.nutzdaten, answer.iksender)).content;
    },
  };
}

export type Hersteller = Awaited<ReturnType<typeof herstellerOf>>;

export function kasse(prefix: string) {
  const found = krankenkassen.find(({ kostentraegerkuerzel }) => kostentraegerkuerzel === prefix);
  if (found === undefined) throw new TypeError(`No insurer ${prefix}`);
  return found;
}

/** A request for verification. */
export function anfrage(verfahren: string, code: string, ik: string, prefix = 'SA'): string {
  const kennung = kasse(prefix).kostentraegerkennung;
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    '<p:Pruefung_Freischaltcode xmlns:p="http://www.gkv-datenaustausch.de/XML-Schema/EDFC0_Pruefung/3.0"' +
    ` version="003.000.000" gueltigab="2022-08-25" verfahrenskennung="${verfahren}"` +
    ` nachrichtentyp="ANF" absender="${ik}" empfaenger="${kennung}"><p:Anfrage>` +
    `<p:IK_DiGA_Hersteller>${ik}</p:IK_DiGA_Hersteller>` +
    `<p:IK_Krankenkasse>${kennung}</p:IK_Krankenkasse><p:DiGAID>12345</p:DiGAID>` +
    `<p:Freischaltcode>${code}</p:Freischaltcode></p:Anfrage></p:Pruefung_Freischaltcode>`
  );
}

/** Values of an answer ANT or FEH, and of the envelope. */
export function readAnswer(document: Uint8Array): Readonly<Record<string, string>> {
  const root = readXml(document);
  const leaves = (element: XmlElement): readonly XmlElement[] =>
    element.children.length === 0 ? [element] : element.children.flatMap(leaves);
  return {
    ...Object.fromEntries(root.attributes),
    ...Object.fromEntries(leaves(root).map((leaf) => [leaf.name, normalized(leaf)])),
  };
}

/** Verdict of a report. */
export function readReport(document: Uint8Array) {
  const root = readXml(document);
  const all = (element: XmlElement): readonly XmlElement[] => [
    element,
    ...element.children.flatMap(all),
  ];
  const elements = all(root);
  return {
    valid: root.attributes.get('valid'),
    accepted: elements.some(({ name }) => name === 'accept'),
    hash: elements.find(({ name }) => name === 'hashValue')?.text,
    steps: elements
      .filter(({ name }) => name === 'validationStepResult')
      .map(({ attributes }) => `${attributes.get('id')} ${attributes.get('valid')}`),
    messages: elements
      .filter(({ name }) => name === 'message')
      .map((message) => `${message.attributes.get('code')}: ${normalized(message)}`),
  };
}
