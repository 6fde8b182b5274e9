import { SimpleGrid, Text, TextInput } from '@mantine/core';
import type { CapabilityStatement, Parameters } from '@medplum/fhirtypes';
import { type ReactNode, useState } from 'react';
import { useLoaded } from '../../client/use-loaded.tsx';
import { useConsole } from '../../session/session-context.tsx';
import { useTexts } from '../../texts/texts.tsx';
import { Page } from '../page.tsx';
import { PlaceLink } from '../place-link.tsx';
import { mayDo } from './own-policy.tsx';

/** All resource types that the policy shows, with how many there are where the operation is allowed. */
export function TypesPage(): ReactNode {
  const { t } = useTexts();
  const { client, session } = useConsole();
  const [wanted, setWanted] = useState('');
  const types = useLoaded(async () => {
    const statement = await client.get<CapabilityStatement>('fhir/R4/metadata');
    const known = statement.rest?.[0]?.resource ?? [];
    return known.flatMap(({ type, interaction = [] }) =>
      interaction.some(({ code }) => code === 'search-type') &&
      mayDo(client.getAccessPolicy(), type, 'search')
        ? [type]
        : [],
    );
  }, 'types');
  const counts = useLoaded(async () => {
    const response = await session.fetch('/fhir/R4/$get-resource-counts');
    // Counting needs an operation of its own; without it the list is the same, only without numbers.
    if (!response.ok) return new Map<string, number>();
    const { parameter = [] } = (await response.json()) as Parameters;
    return new Map(parameter.map(({ name, valueInteger }) => [name, valueInteger]));
  }, 'counts');
  const shown = types.value?.filter((type) => type.toLowerCase().includes(wanted.toLowerCase()));
  return (
    <Page title={t.resources.title} intro={t.resources.intro} {...types}>
      <TextInput
        label={t.resources.find}
        value={wanted}
        onChange={({ currentTarget }) => setWanted(currentTarget.value)}
        maw={360}
      />
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3, lg: 4 }} spacing="xs">
        {shown?.map((type) => {
          const count = counts.value?.get(type);
          return (
            <Text key={type}>
              <PlaceLink to={`/${type}`}>{type}</PlaceLink> {count !== undefined && `(${count})`}
            </Text>
          );
        })}
      </SimpleGrid>
    </Page>
  );
}
