import type { Readable } from 'node:stream';

/** Part of a blob, in bytes from its start; `end` is inclusive, as in HTTP. */
export interface ByteRange {
  readonly start: number;
  readonly end?: number;
}

/** What became of a written blob. */
export interface WrittenBlob {
  /** Bytes. */
  readonly size: number;
  /** SHA-256 of the content, in lower-case hexadecimal. */
  readonly sha256: string;
}

/**
 * Large content that does not belong into a row: Binary, files of a bulk export. Keys are made by the server, of the
 * characters `A-Za-z0-9._/-`. Content is never rewritten: what changes gets a new key.
 */
export interface BlobStore {
  /**
   * Stores a blob whole or not at all; a process killed meanwhile leaves nothing under the key.
   * @throws FhirError `BLOB_STORE_UNAVAILABLE`; what `source` throws
   */
  write(key: string, source: AsyncIterable<Uint8Array>): Promise<WrittenBlob>;
  /** @throws FhirError `BLOB_NOT_FOUND`, `BLOB_STORE_UNAVAILABLE` */
  read(key: string, range?: ByteRange): Promise<Readable>;
  /** Removes a blob; one that is not there is removed already. @throws FhirError `BLOB_STORE_UNAVAILABLE` */
  remove(key: string): Promise<void>;
  /**
   * Removes what writes of killed processes left unfinished.
   * @param grace seconds that a write may take
   * @throws FhirError `BLOB_STORE_UNAVAILABLE`
   */
  tidy(grace: number): Promise<void>;
  /** Looks whether the store can be reached. @throws FhirError `BLOB_STORE_UNAVAILABLE` */
  check(): Promise<void>;
}
