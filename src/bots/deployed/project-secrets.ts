import type { ClinicalStore } from '../../storage/clinical-store.ts';
import { readCurrent, searchCurrent } from '../../storage/repository/reading/system-read.ts';

/** A setting as Medplum's bots get it. */
export interface ProjectSetting {
  readonly name: string;
  readonly valueString?: string;
  readonly valueBoolean?: boolean;
  readonly valueDecimal?: number;
  readonly valueInteger?: number;
}

/**
 * The secrets of a deployed bot: those of the Project that its membership names, for a `system` bot those of the system as
 * well, and over them those that the configuration has for it.
 * @param configured values by name
 */
export async function secretsOfBot(
  store: ClinicalStore,
  bot: { readonly id: string; readonly system: boolean },
  configured: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, ProjectSetting>>> {
  const [membership] = await searchCurrent(store, 'ProjectMembership', {
    kind: 'reference',
    param: 'profile',
    type: 'Bot',
    id: bot.id,
  });
  const { reference = '' } = (membership?.['project'] ?? {}) as { readonly reference?: string };
  const project = /^Project\/([A-Za-z0-9\-.]{1,64})$/.exec(reference)?.[1];
  const resource = project === undefined ? undefined : await readCurrent(store, 'Project', project);
  const settings = [
    ...settingsOf(resource?.['secret']),
    ...(bot.system ? settingsOf(resource?.['systemSecret']) : []),
    ...Object.entries(configured).map(([name, valueString]) => ({ name, valueString })),
  ];
  return Object.fromEntries(settings.map((setting) => [setting.name, setting]));
}

function settingsOf(value: unknown): readonly ProjectSetting[] {
  return Array.isArray(value) ? (value as ProjectSetting[]).filter(({ name }) => name) : [];
}
