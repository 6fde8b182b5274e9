import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fhirError } from '../outcome/codes.ts';
import { isFhirError } from '../outcome/fhir-error.ts';
import { failedWith } from '../postgres/file-errors.ts';
import { syncDirectory } from '../postgres/sync-files.ts';
import { checkedBlobKey } from './blob-key.ts';
import type { BlobStore } from './blob-store.ts';
import { digest } from './digest.ts';

/** Codes of the operating system that are about the disk, not about who sends the content. */
const DISK = new Set([
  'ENOSPC',
  'EDQUOT',
  'EIO',
  'EROFS',
  'EACCES',
  'EPERM',
  'ENOTDIR',
  'EEXIST',
  'EMFILE',
  'ENFILE',
  'EFBIG',
]);

/** Folder of what is not whole yet. */
const PARTS = '.parts';

/**
 * Blobs as files below a folder. A blob is written under another name, flushed, and renamed; its folder is flushed too,
 * so that after the answer a power cut takes nothing away. Files are readable by the server's user only.
 */
export async function openFileBlobStore(directory: string): Promise<BlobStore> {
  const parts = join(directory, PARTS);
  const path = (key: string): string => join(directory, checkedBlobKey(key));
  await mkdir(parts, { recursive: true, mode: 0o700 });
  return {
    async write(key, source) {
      const target = path(key);
      const part = join(parts, randomUUID());
      const content = digest(source);
      try {
        await mkdir(dirname(target), { recursive: true, mode: 0o700 });
        const file = await open(part, 'wx', 0o600);
        try {
          for await (const chunk of content.chunks) await writeAll(file, chunk);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(part, target);
        await syncDirectory(target);
        await syncDirectory(dirname(target));
      } catch (error) {
        await rm(part, { force: true }).catch(() => undefined);
        throw unavailable(error);
      }
      return content.result();
    },
    async read(key, range) {
      try {
        const file = await open(path(key), 'r');
        return file.createReadStream({ ...range, highWaterMark: 262_144 });
      } catch (error) {
        if (failedWith(error, 'ENOENT')) throw fhirError('BLOB_NOT_FOUND', {}, { cause: error });
        throw unavailable(error);
      }
    },
    async remove(key) {
      try {
        await unlink(path(key));
      } catch (error) {
        if (!failedWith(error, 'ENOENT')) throw unavailable(error);
      }
    },
    async tidy(grace) {
      try {
        const now = await fileSystemTime(parts);
        for (const name of await readdir(parts)) {
          const part = join(parts, name);
          const found = await stat(part).catch(() => undefined);
          if (found !== undefined && now - found.mtimeMs >= grace * 1000)
            await rm(part, { force: true });
        }
      } catch (error) {
        throw unavailable(error);
      }
    },
    async check() {
      try {
        await stat(parts);
      } catch (error) {
        throw unavailable(error);
      }
    },
  };
}

/** What time it is by the clock that stamps the files, in milliseconds: it may be another machine's. */
async function fileSystemTime(directory: string): Promise<number> {
  const probe = join(directory, randomUUID());
  const file = await open(probe, 'wx', 0o600);
  try {
    return (await file.stat()).mtimeMs;
  } finally {
    await file.close();
    await rm(probe, { force: true });
  }
}

/** `write` may take less than it was given. */
async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  let done = 0;
  while (done < chunk.length) done += (await file.write(chunk, done)).bytesWritten;
}

/** What the disk refuses can be tried again; what the source throws goes on as it is. */
function unavailable(error: unknown): unknown {
  if (isFhirError(error)) return error;
  const code = (error as { readonly code?: unknown } | null)?.code;
  if (typeof code !== 'string' || !(DISK.has(code) || code === 'ENOENT')) return error;
  return fhirError('BLOB_STORE_UNAVAILABLE', {}, { cause: error, retryAfter: 5 });
}
