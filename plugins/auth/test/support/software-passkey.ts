import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const BACKUP_ELIGIBLE = 0x08;
const BACKED_UP = 0x10;
const ATTESTED = 0x40;

/** How a device says what model it is. Without a certificate it says so by itself. */
export interface Attestation {
  readonly aaguid: string;
  readonly maker?: { readonly certificate: Buffer; readonly key: KeyObject };
}

/** A passkey device made of software, which can be told to misbehave. @see https://www.w3.org/TR/webauthn-3/ section 6 */
export class SoftwarePasskey {
  readonly id = randomBytes(32);
  readonly synced: boolean;
  counter = 0;
  /** False: whoever holds the device proves nothing. */
  verifies = true;
  origin: string;
  rpId: string;
  userHandle: string | undefined;
  attestation: Attestation | undefined;
  readonly #key: KeyObject;
  readonly #x: Buffer;
  readonly #y: Buffer;

  constructor(origin: string, { synced = false }: { readonly synced?: boolean } = {}) {
    this.synced = synced;
    this.origin = origin;
    this.rpId = new URL(origin).hostname;
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
    this.#key = privateKey;
    this.#x = Buffer.from(x, 'base64url');
    this.#y = Buffer.from(y, 'base64url');
  }

  /** Answer to `navigator.credentials.create`. */
  create(options: Readonly<Record<string, unknown>>): object {
    this.userHandle = (options['user'] as { readonly id: string }).id;
    const attested = Buffer.concat([
      Buffer.from((this.attestation?.aaguid ?? '0'.repeat(32)).replaceAll('-', ''), 'hex'),
      Buffer.of(this.id.length >> 8, this.id.length & 255),
      this.id,
      Buffer.from('a5010203262001215820', 'hex'),
      this.#x,
      Buffer.from('225820', 'hex'),
      this.#y,
    ]);
    const data = Buffer.concat([this.#data(ATTESTED), attested]);
    const clientDataJSON = this.#clientData('webauthn.create', options);
    const attestationObject = Buffer.concat([
      Buffer.from('a363666d74', 'hex'),
      this.#statement(data, clientDataJSON),
      Buffer.from('686175746844617461', 'hex'),
      byteString(data),
    ]);
    return this.#answer({
      clientDataJSON,
      attestationObject: attestationObject.toString('base64url'),
      transports: ['internal'],
    });
  }

  /** Answer to `navigator.credentials.get`. */
  get(options: Readonly<Record<string, unknown>>): object {
    if (!this.synced) this.counter += 1;
    const data = this.#data(0);
    const clientDataJSON = this.#clientData('webauthn.get', options);
    const digest = createHash('sha256').update(Buffer.from(clientDataJSON, 'base64url')).digest();
    return this.#answer({
      clientDataJSON,
      authenticatorData: data.toString('base64url'),
      signature: sign('sha256', Buffer.concat([data, digest]), this.#key).toString('base64url'),
      userHandle: this.userHandle,
    });
  }

  /** Format and statement, in CBOR. @see https://www.w3.org/TR/webauthn-3/ section 8.2 */
  #statement(data: Buffer, clientDataJSON: string): Buffer {
    if (this.attestation === undefined) return Buffer.from('646e6f6e656761747453746d74a0', 'hex');
    const { maker } = this.attestation;
    const digest = createHash('sha256').update(Buffer.from(clientDataJSON, 'base64url')).digest();
    const signature = sign('sha256', Buffer.concat([data, digest]), maker?.key ?? this.#key);
    return Buffer.concat([
      Buffer.from('667061636b65646761747453746d74', 'hex'),
      Buffer.from(maker === undefined ? 'a2' : 'a3', 'hex'),
      Buffer.from('63616c672663736967', 'hex'),
      byteString(signature),
      ...(maker === undefined
        ? []
        : [Buffer.from('6378356381', 'hex'), byteString(maker.certificate)]),
    ]);
  }

  #data(more: number): Buffer {
    const backup = this.synced ? BACKUP_ELIGIBLE | BACKED_UP : 0;
    const flags = USER_PRESENT | (this.verifies ? USER_VERIFIED : 0) | backup | more;
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.counter);
    const rpIdHash = createHash('sha256').update(this.rpId).digest();
    return Buffer.concat([rpIdHash, Buffer.of(flags), counter]);
  }

  #clientData(type: string, options: Readonly<Record<string, unknown>>): string {
    const { challenge } = options as { readonly challenge: string };
    const data = { type, challenge, origin: this.origin, crossOrigin: false };
    return Buffer.from(JSON.stringify(data)).toString('base64url');
  }

  #answer(response: object): object {
    const id = this.id.toString('base64url');
    return {
      id,
      rawId: id,
      type: 'public-key',
      authenticatorAttachment: 'platform',
      clientExtensionResults: {},
      response,
    };
  }
}

/** A byte string of CBOR. @see https://www.rfc-editor.org/rfc/rfc8949 section 3.1 */
function byteString(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.of(0x59, bytes.length >> 8, bytes.length & 255), bytes]);
}
