import { type KositReport, matchDocumentHash, parseKositReport } from '../../lib/gkv/index.ts';
import { postDiga } from '../../lib/gkv-transport/index.ts';
import { decryptAndVerify, loadIdentity, parseCertificates } from '../../lib/secon/index.ts';
import { failureOf } from './failure.ts';
import type { SendStep } from './step-input.ts';

const MAX_RESPONSE_BYTES = 1024 * 1024;

/**
 * Sends the message, opens the answer and reads the report in it. Texts of the report stay inside: they may quote the
 * activation code.
 * @returns the answer byte for byte with the decision; for an answer that cannot be read, the bytes with the failure
 * @throws TransportError
 */
export async function sendInvoice(input: SendStep): Promise<object> {
  const { nutzdaten } = await postDiga({
    endpoint: input.endpoint,
    iksender: input.ikHersteller,
    ikempfaenger: input.ikStelle,
    verfahren: input.verfahren,
    nutzdaten: Buffer.from(input.cms, 'base64'),
    allowLoopbackHttp: input.allowLoopbackHttp,
    tls: tlsOf(input),
    limits: {
      connectTimeout: input.connectMs,
      totalTimeout: input.totalMs,
      maxResponseBytes: MAX_RESPONSE_BYTES,
    },
  });
  const cms = Buffer.from(nutzdaten).toString('base64');
  try {
    const knownCertificates = parseCertificates(input.knownCertificates);
    const message = await decryptAndVerify(nutzdaten, {
      identities: input.identities.map(({ key, cert }) =>
        loadIdentity({ privateKeyPem: key, certificates: cert }),
      ),
      trustAnchors: parseCertificates(input.trustAnchors),
      knownCertificates,
      expectedSigner: {
        ik: input.ikStelle,
        certificateList: { certificates: knownCertificates, warnings: [] },
      },
      now: input.now,
    });
    const report = parseKositReport(message.content);
    return {
      cms,
      xml: Buffer.from(message.content).toString('base64'),
      accepted: report.accepted,
      recommendation: report.recommendation,
      documentHash: matchDocumentHash(report, Buffer.from(input.xml, 'base64')),
      messages: messagesOf(report),
      warnings: [...report.warnings, ...message.warnings.map(({ code }) => code)],
    };
  } catch (error) {
    return { ...failureOf(error), cms };
  }
}

const MAX_MESSAGES = 200;
/** Form of rule ids; sixteen characters of the code's alphabet in a row are nothing that leaves the archive. */
const RULE = /^[A-Za-z][A-Za-z0-9._-]{0,39}$/;
const CODE = /[A-Z2-7]{16}/i;

function messagesOf(report: KositReport) {
  const safe = (text: string): string => (RULE.test(text) && !CODE.test(text) ? text : 'other');
  return report.steps
    .flatMap((step) =>
      step.messages.map(({ code, level }) => ({ step: safe(step.id), code: safe(code), level })),
    )
    .slice(0, MAX_MESSAGES);
}

function tlsOf({ tls: { ca, cert, key, allowPkcs1Signatures } }: SendStep) {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(allowPkcs1Signatures === undefined ? {} : { allowPkcs1Signatures }),
  };
}
