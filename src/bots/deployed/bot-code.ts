import { createHash } from 'node:crypto';
import { compileFunction } from 'node:vm';
import type { Readable } from 'node:stream';
import type { BinaryContents } from '../../fhir/binary/contents.ts';
import { fhirError } from '../../outcome/codes.ts';
import type { ClinicalStore } from '../../storage/clinical-store.ts';
import { readCurrent } from '../../storage/repository/reading/system-read.ts';
import type { DeployedBot } from './deployed-bot.ts';

/** Largest code in characters: a bundle with all it needs. */
export const MAX_CODE = 5_000_000;

/** Largest code in bytes. */
const MAX_BYTES = 4 * MAX_CODE;

/** SHA-256 of code, in hex. */
export function codeHash(code: string): string {
  return createHash('sha256').update(code, 'utf8').digest('hex');
}

/**
 * Compiles code without running it.
 * @throws FhirError `BOT_CODE_INVALID` where it is no CommonJS: too large, a syntax error, `export` or `import`
 */
export function checkCode(code: string): void {
  const invalid = (reason: string): Error => fhirError('BOT_CODE_INVALID', { reason });
  if (code.trim() === '') throw invalid('there is none');
  if (code.length > MAX_CODE) throw invalid(`it has more than ${String(MAX_CODE)} characters`);
  try {
    compileFunction(code, ['exports', 'require', 'module', '__filename', '__dirname'], {
      filename: 'bot.js',
    });
  } catch (error) {
    const { message, stack } = error as SyntaxError;
    const line = /^bot\.js:(\d+)/.exec(stack ?? '')?.[1];
    throw invalid(`${message.slice(0, 200)}${line === undefined ? '' : ` in line ${line}`}`);
  }
}

/**
 * Reads the code that was deployed. It has to be the very code: whoever may change the Binary has not deployed anything.
 * @throws FhirError `BOT_NOT_DEPLOYED`, `BOT_CODE_CHANGED`, `BLOB_*`
 */
export async function readCode(
  store: ClinicalStore,
  binaries: BinaryContents,
  { id, code }: DeployedBot,
): Promise<string> {
  const resource = code && (await readCurrent(store, 'Binary', code.binary));
  if (code === undefined || resource === undefined)
    throw fhirError('BOT_NOT_DEPLOYED', { bot: id });
  const content = binaries.open(code.binary, resource);
  if (content.size > MAX_BYTES) throw fhirError('BOT_CODE_CHANGED', { bot: id });
  const text = await textOf(await content.read());
  if (codeHash(text) !== code.sha256) throw fhirError('BOT_CODE_CHANGED', { bot: id });
  return text;
}

async function textOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
