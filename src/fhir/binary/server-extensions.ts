import type { JsonResource } from '../../storage/content.ts';

/** Where content lies that is too large for the row; only this server can make its value. */
export const CONTENT_EXTENSION = 'https://diga-server.dev/fhir/StructureDefinition/binary-content';

/** Who stored a Binary without a securityContext; only the server sets it. */
export const OWNER_EXTENSION = 'https://diga-server.dev/fhir/StructureDefinition/binary-owner';

const OURS: ReadonlySet<unknown> = new Set([CONTENT_EXTENSION, OWNER_EXTENSION]);

/** Value of one of the server's extensions. They stand in `meta`, for a Binary itself takes none. */
export function serverExtension(resource: JsonResource, url: string): string | undefined {
  for (const extension of extensionsOf(resource)) {
    const { url: actual, valueString } = asRecord(extension);
    if (actual === url && typeof valueString === 'string') return valueString;
  }
  return undefined;
}

/** The resource with these values of the server's extensions, and with no other of them. */
export function withServerExtensions(
  resource: JsonResource,
  values: Readonly<Record<string, string | undefined>>,
): JsonResource {
  const { extension: _extension, ...meta } = asRecord(resource.meta);
  const kept = extensionsOf(resource).filter((extension) => !OURS.has(asRecord(extension)['url']));
  const set = Object.entries(values).flatMap(([url, valueString]) =>
    valueString === undefined ? [] : [{ url, valueString }],
  );
  const extension = [...kept, ...set];
  const next = extension.length === 0 ? meta : { ...meta, extension };
  const { meta: _meta, ...rest } = resource;
  return Object.keys(next).length === 0 ? rest : { ...rest, meta: next };
}

function extensionsOf({ meta }: JsonResource): readonly unknown[] {
  const { extension } = asRecord(meta);
  return Array.isArray(extension) ? (extension as unknown[]) : [];
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
