import {
  AppShell,
  Burger,
  Button,
  Group,
  NavLink,
  Text,
  useMantineColorScheme,
  useComputedColorScheme,
} from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useLink, usePlace } from '../routing/router.tsx';
import { useConsole } from '../session/session-context.tsx';
import { settings } from '../settings.tsx';
import { useTexts } from '../texts/texts.tsx';
import { ExpiryNote } from './expiry-note.tsx';

const MENU = [
  'resources',
  'policies',
  'explain',
  'members',
  'clients',
  'accounts',
  'bots',
  'ledger',
  'subscriptions',
  'jobs',
  'session',
] as const;

/** Frame of all pages: header, navigation, content. */
export function Shell({ children }: { readonly children: ReactNode }): ReactNode {
  const { t, other } = useTexts();
  const { session } = useConsole();
  const { parts } = usePlace();
  const link = useLink();
  const [opened, setOpened] = useState(false);
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const current = MENU.find((name) => name === parts[0]) ?? 'resources';
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 230, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding="md"
    >
      <a className="skip" href="#content">
        {t.skip}
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group wrap="nowrap">
            <Burger
              opened={opened}
              onClick={() => setOpened(!opened)}
              hiddenFrom="sm"
              size="sm"
              aria-label={t.navigation}
            />
            <Text fw={700}>{settings.title}</Text>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <ExpiryNote />
            <Button size="compact-sm" variant="default" onClick={other} visibleFrom="xs">
              {t.menu.languageChoice}
            </Button>
            <Button
              size="compact-sm"
              variant="default"
              aria-label={t.menu.scheme}
              onClick={() => setColorScheme(scheme === 'dark' ? 'light' : 'dark')}
            >
              {scheme === 'dark' ? t.menu.light : t.menu.dark}
            </Button>
            <Button size="compact-sm" variant="default" onClick={() => void session.signOut()}>
              {t.session.signOut}
            </Button>
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={t.navigation}>
        {MENU.map((name) => (
          <NavLink
            key={name}
            label={t.menu[name]}
            active={name === current}
            variant="filled"
            aria-current={name === current ? 'page' : undefined}
            {...link(`/${name}`)}
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        {children}
      </AppShell.Main>
    </AppShell>
  );
}
