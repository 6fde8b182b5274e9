import { z } from 'zod';
import { configSchema } from './schema.ts';

/** One setting of the reference. */
export interface Setting {
  readonly path: readonly string[];
  /** Name of the environment variable. */
  readonly variable: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean';
  /** Words allowed, if only some are. */
  readonly values?: readonly string[];
  readonly default?: string | number | boolean;
  readonly secret: boolean;
  readonly description: string;
}

/** What we read of a JSON Schema node. */
interface SchemaNode {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly enum?: readonly string[];
  readonly default?: string | number | boolean;
  readonly description?: string;
  readonly secret?: boolean;
}

/** JSON Schema of the configuration files. */
export function configJsonSchema(): object {
  return z.toJSONSchema(configSchema, { io: 'input' });
}

/** All settings in the order of the schema; sections of plugins are not among them. */
export function listSettings(): Setting[] {
  return [...settingsOf(configJsonSchema(), [])];
}

function* settingsOf(node: SchemaNode, path: readonly string[]): Generator<Setting> {
  for (const [key, child] of Object.entries(node.properties ?? {})) {
    const childPath = [...path, key];
    if (child.properties !== undefined) yield* settingsOf(child, childPath);
    else if (isScalar(child.type)) {
      yield {
        path: childPath,
        variable: variableOf(childPath),
        type: child.type,
        ...(child.enum === undefined ? {} : { values: child.enum }),
        ...(child.default === undefined ? {} : { default: child.default }),
        secret: child.secret === true,
        description: child.description ?? '',
      };
    }
  }
}

function isScalar(type: string | undefined): type is Setting['type'] {
  return type === 'string' || type === 'integer' || type === 'number' || type === 'boolean';
}

/** `http.maxBodyBytes` → `DIGA_HTTP_MAX_BODY_BYTES`. */
export function variableOf(path: readonly string[]): string {
  return ['DIGA', ...path.map(upperSnake)].join('_');
}

function upperSnake(key: string): string {
  return key.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();
}
