import type { Integer } from 'asn1js';
import { Null, OctetString, Sequence } from 'asn1js';
import { AlgorithmIdentifier, RSAESOAEPParams, RSASSAPSSParams } from 'pkijs';
import { oid } from './oids.ts';

/** Smallest RSA key accepted anywhere, in bits. @see BSI TR-02102-1 */
export const MIN_RSA_BITS = 3000;
/** Smallest RSA key we encrypt for: below it SECON falls back to PKCS#1 v1.5 key transport, which we never produce. */
export const MIN_RECIPIENT_RSA_BITS = 4096;
/** Salt length of RSASSA-PSS in bytes. */
export const PSS_SALT_LENGTH = 32;

/** SHA-256 with the NULL parameter that BouncyCastle and the reference tool write. */
export function sha256Identifier(): AlgorithmIdentifier {
  return new AlgorithmIdentifier({ algorithmId: oid.sha256, algorithmParams: new Null() });
}

/** MGF1 over SHA-256. */
function mgf1Identifier(): AlgorithmIdentifier {
  return new AlgorithmIdentifier({
    algorithmId: oid.mgf1,
    algorithmParams: sha256Identifier().toSchema(),
  });
}

/** RSASSA-PSS, SHA-256, MGF1 with SHA-256, salt of 32 bytes. */
export function pssIdentifier(): AlgorithmIdentifier {
  const params = new RSASSAPSSParams({
    hashAlgorithm: sha256Identifier(),
    maskGenAlgorithm: mgf1Identifier(),
    saltLength: PSS_SALT_LENGTH,
  });
  return new AlgorithmIdentifier({
    algorithmId: oid.rsassaPss,
    algorithmParams: params.toSchema(),
  });
}

/** RSAES-OAEP, SHA-256, MGF1 with SHA-256, empty label. */
export function oaepIdentifier(): AlgorithmIdentifier {
  const params = new RSAESOAEPParams({
    hashAlgorithm: sha256Identifier(),
    maskGenAlgorithm: mgf1Identifier(),
  });
  return new AlgorithmIdentifier({
    algorithmId: oid.rsaesOaep,
    algorithmParams: params.toSchema(),
  });
}

/** AES-256 in CBC mode with this initialisation vector of 16 bytes. */
export function aes256CbcIdentifier(iv: Uint8Array): AlgorithmIdentifier {
  return new AlgorithmIdentifier({
    algorithmId: oid.aes256Cbc,
    algorithmParams: new OctetString({ valueHex: iv }),
  });
}

/** Whether this is SHA-256 with absent or NULL parameters. @see RFC 5754 section 2 */
export function isSha256(algorithm: AlgorithmIdentifier): boolean {
  const params: unknown = algorithm.algorithmParams;
  return algorithm.algorithmId === oid.sha256 && (params === undefined || params instanceof Null);
}

/** Whether this is RSASSA-PSS exactly as the profile has it. @see RFC 4055 section 3.1 */
export function isProfilePss(algorithm: AlgorithmIdentifier): boolean {
  if (algorithm.algorithmId !== oid.rsassaPss) return false;
  const params = readSequence(algorithm, (schema) => new RSASSAPSSParams({ schema }));
  return (
    params !== undefined &&
    isSha256(params.hashAlgorithm) &&
    isMgf1Sha256(params.maskGenAlgorithm) &&
    params.saltLength === PSS_SALT_LENGTH &&
    params.trailerField === 1
  );
}

/** Whether this is RSAES-OAEP exactly as the profile has it. @see RFC 4055 section 4.1 */
export function isProfileOaep(algorithm: AlgorithmIdentifier): boolean {
  if (algorithm.algorithmId !== oid.rsaesOaep) return false;
  const params = readSequence(algorithm, (schema) => new RSAESOAEPParams({ schema }));
  return (
    params !== undefined &&
    isSha256(params.hashAlgorithm) &&
    isMgf1Sha256(params.maskGenAlgorithm) &&
    (!hasLabel(algorithm) || isEmptyLabel(params.pSourceAlgorithm))
  );
}

/** Initialisation vector when this is AES-256-CBC with a well-formed parameter, else undefined. */
export function aes256CbcIv(algorithm: AlgorithmIdentifier): Uint8Array | undefined {
  const params: unknown = algorithm.algorithmParams;
  if (algorithm.algorithmId !== oid.aes256Cbc || !(params instanceof OctetString)) return undefined;
  const iv = new Uint8Array(params.getValue());
  return iv.byteLength === 16 ? iv : undefined;
}

function isMgf1Sha256(algorithm: AlgorithmIdentifier): boolean {
  if (algorithm.algorithmId !== oid.mgf1) return false;
  const hash = readSequence(algorithm, (schema) => new AlgorithmIdentifier({ schema }));
  return hash !== undefined && isSha256(hash);
}

/** Asked of the bytes, because the parser's default for an absent label is not the empty one. */
function hasLabel(algorithm: AlgorithmIdentifier): boolean {
  const params: unknown = algorithm.algorithmParams;
  return (
    params instanceof Sequence &&
    params.valueBlock.value.some((part) => part.idBlock.tagNumber === 2)
  );
}

function isEmptyLabel(algorithm: AlgorithmIdentifier): boolean {
  const params: unknown = algorithm.algorithmParams;
  return (
    algorithm.algorithmId === oid.pSpecified &&
    params instanceof OctetString &&
    params.getValue().byteLength === 0
  );
}

/** Reads parameters that must be a SEQUENCE; what does not fit the schema is "not our profile", not an exception. */
function readSequence<T>(
  algorithm: AlgorithmIdentifier,
  read: (schema: Sequence) => T,
): T | undefined {
  const params: unknown = algorithm.algorithmParams;
  if (!(params instanceof Sequence)) return undefined;
  try {
    return read(params);
  } catch {
    return undefined;
  }
}

/** ASN.1 INTEGER as upper-case hexadecimal digits without leading zeros. */
export function integerHex(integer: Integer): string {
  return Buffer.from(integer.valueBlock.valueHexView)
    .toString('hex')
    .toUpperCase()
    .replace(/^0+(?=.)/, '');
}
