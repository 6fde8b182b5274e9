import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isNativeError } from 'node:util/types';
import type { ConformanceType, ConformanceTypes } from './model.ts';

/** Raised whenever the form of a pack or of what is in it changes. */
const FORMAT = 1;
/** Characters of the first line, which says how long the index is. */
const HEADER = 256;

/** Where one resource stands in the file. */
export interface PackEntry {
  readonly type: ConformanceType;
  readonly url: string;
  readonly version?: string;
  /** Bytes from the start of the bodies. */
  readonly offset: number;
  readonly length: number;
}

/** What a pack is made of. */
export interface PackContent {
  readonly name: string;
  readonly version: string;
  /** Name of a package to its version. */
  readonly dependencies: Readonly<Record<string, string>>;
  readonly resources: readonly ConformanceTypes[ConformanceType][];
}

/** Conformance resources in one file: an index that is read as a whole, and bodies that are read one at a time. */
export interface Pack {
  /** `name#version` of the package. */
  readonly name: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly entries: readonly PackEntry[];
  read<T extends ConformanceType>(
    entry: PackEntry & { readonly type: T },
  ): Promise<ConformanceTypes[T]>;
  close(): Promise<void>;
}

type PackIndex = Pick<Pack, 'name' | 'dependencies' | 'entries'>;

interface Header {
  readonly format: number;
  /** Says what the pack was made of. */
  readonly made: string;
  readonly index: number;
  readonly bodies: number;
}

/**
 * Opens a pack.
 * @returns undefined where there is none, or it was made of something else, or it is not whole.
 */
export async function openPack(path: string, made: string): Promise<Pack | undefined> {
  const file = await openIfPresent(path);
  if (file === undefined) return undefined;
  try {
    const header = readHeader(await slice(file, 0, HEADER));
    const { size } = await file.stat();
    if (
      header?.made !== made ||
      header.format !== FORMAT ||
      size !== HEADER + header.index + header.bodies
    ) {
      await file.close();
      return undefined;
    }
    const index = JSON.parse(await slice(file, HEADER, header.index)) as PackIndex;
    const start = HEADER + header.index;
    return {
      ...index,
      read: async <T extends ConformanceType>(entry: PackEntry & { readonly type: T }) =>
        JSON.parse(await slice(file, start + entry.offset, entry.length)) as ConformanceTypes[T],
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Writes a pack so that a reader sees the old file or the new one, never half of it. */
export async function writePack(
  path: string,
  made: string,
  { name, version: release, dependencies, resources }: PackContent,
): Promise<void> {
  const bodies: Buffer[] = [];
  const entries: PackEntry[] = [];
  let offset = 0;
  for (const resource of resources) {
    const body = Buffer.from(JSON.stringify(resource));
    const { resourceType, url, version: businessVersion } = resource;
    entries.push({
      type: resourceType,
      url: url as string,
      ...(businessVersion === undefined ? {} : { version: businessVersion }),
      offset,
      length: body.length,
    });
    bodies.push(body);
    offset += body.length;
  }
  const content: PackIndex = { name: `${name}#${release}`, dependencies, entries };
  const index = Buffer.from(JSON.stringify(content));
  const header: Header = { format: FORMAT, made, index: index.length, bodies: offset };
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomUUID()}.tmp`;
  const file = await open(temporary, 'wx');
  try {
    await file.writeFile(`${JSON.stringify(header).padEnd(HEADER - 1)}\n`);
    await file.writeFile(index);
    for (const body of bodies) await file.writeFile(body);
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

function readHeader(line: string): Header | undefined {
  return line.startsWith('{') && line.endsWith('\n') ? (JSON.parse(line) as Header) : undefined;
}

async function slice(file: FileHandle, position: number, length: number): Promise<string> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  return buffer.toString('utf8', 0, bytesRead);
}

async function openIfPresent(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (isNativeError(error) && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
