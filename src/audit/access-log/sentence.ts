import type { Words } from '../words/words.ts';
import type { LogEntry } from './group-rows.ts';

/** Who acted, as the log may say it. */
export interface Actor {
  /** True where the reader acted themself. */
  readonly self: boolean;
  /** True where the patient acted. */
  readonly patient: boolean;
  /** Name, where the policy of the reader shows it. */
  readonly name?: string;
  /** Code that stands for a member of staff. */
  readonly staff?: string;
  readonly organization?: string;
}

/** Time zone of the times in sentences; the instants beside them are in UTC. */
const ZONE = 'Europe/Berlin';

/** One sentence or two about an entry: when, who, what, why, and that it was refused where it was. */
export function sentence(entry: LogEntry, actor: Actor, words: Words): string {
  const forms = actor.self ? words.verbs.self : words.verbs.other;
  const { done, tried } = words.deeds[entry.deed];
  const values: Readonly<Record<string, string>> = {
    who: whoText(entry, actor, words),
    what: whatText(entry, words),
    ...forms,
  };
  const told = (entry.outcome === 'done' ? done : tried).replace(
    /\{(\w+)\}/g,
    (_all, name: string) => values[name] ?? '',
  );
  const end =
    entry.outcome === 'done'
      ? ''
      : ` ${entry.outcome === 'refused' ? words.refused : words.failed}`;
  const why = purposeText(entry, words);
  const reason = why === undefined ? '' : ` (${words.purpose}: ${why})`;
  return `${timeText(entry.when, words)}: ${told.replace(/\.$/, '')}${reason}.${end}`;
}

/** Who acted: the reader, the patient, or a role with what may be said of the person. */
export function whoText({ agent, roles }: LogEntry, actor: Actor, words: Words): string {
  if (actor.self) return words.self;
  if (actor.patient) return words.patient;
  const details = [
    actor.staff === undefined ? undefined : `${words.staff} ${actor.staff}`,
    actor.organization === undefined ? undefined : `${words.organization} ${actor.organization}`,
  ].filter((text) => text !== undefined);
  const base = actor.name ?? roleText(agent, roles, words);
  return details.length === 0 ? base : `${base} (${details.join(', ')})`;
}

function roleText(agent: string | undefined, roles: readonly string[], words: Words): string {
  for (const role of roles) {
    const text = own(words.roles, role);
    if (text !== undefined) return text;
  }
  return own(words.identities, agent?.split('/', 1)[0] ?? '') ?? words.somebody;
}

/** Kinds of data, and for a function its name. */
export function whatText({ deed, types, operations }: LogEntry, words: Words): string {
  if (deed === 'operation' && operations.length > 0)
    return operations.map((name) => `$${name}`).join(', ');
  const kinds = types.map((type) => own(words.types, type) ?? type);
  const final = kinds.pop();
  if (final === undefined) return words.anything;
  return kinds.length === 0 ? final : `${kinds.join(', ')} ${words.and} ${final}`;
}

/** Why, where the ledger says so. */
export function purposeText({ purpose }: LogEntry, words: Words): string | undefined {
  return purpose === undefined ? undefined : own(words.purposes, purpose);
}

function timeText(when: string, { language }: Words): string {
  return new Intl.DateTimeFormat(language, {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: ZONE,
  }).format(new Date(when));
}

function own(table: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
