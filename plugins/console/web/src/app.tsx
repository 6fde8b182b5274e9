import { createTheme, type CSSVariablesResolver, MantineProvider } from '@mantine/core';
import { MedplumProvider } from '@medplum/react';
import { type ReactNode, useEffect, useMemo } from 'react';
import type { ConsoleClient } from './client/console-client.tsx';
import { Pages } from './pages/pages.tsx';
import { Router, usePlace } from './routing/router.tsx';
import { type IdleWatch, watchIdle } from './session/idle.tsx';
import { ConsoleReactContext, useConsole, useSessionState } from './session/session-context.tsx';
import type { Session } from './session/session.tsx';
import { settings, styleNonce } from './settings.tsx';
import { Shell } from './shell/shell.tsx';
import { SignIn } from './shell/sign-in.tsx';
import { StepUpDialog } from './shell/step-up-dialog.tsx';
import { TextsProvider } from './texts/texts.tsx';

// Contrast of at least 4.5:1 for texts of the primary colour and for what is dimmed (WCAG 2.2, 1.4.3).
const theme = createTheme({ primaryShade: { light: 8, dark: 8 }, respectReducedMotion: true });

// Mantine's grey of hints and the green of Medplum's buttons are too pale on white.
const colours: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#4a5159',
    '--mantine-color-placeholder': '#5c636a',
    '--mantine-color-green-6': '#22703a',
    '--mantine-color-green-light-color': '#22703a',
  },
  dark: { '--mantine-color-dimmed': '#b8b8b8', '--mantine-color-placeholder': '#a5a5a5' },
});

// The choice between light and dark lasts as long as the page: nothing is stored in the browser.
const schemeManager = () => {
  let chosen: 'light' | 'dark' | 'auto' | undefined;
  return {
    get: (preset: 'light' | 'dark' | 'auto') => chosen ?? preset,
    set: (value: 'light' | 'dark' | 'auto') => {
      chosen = value;
    },
    subscribe: () => undefined,
    unsubscribe: () => undefined,
    clear: () => {
      chosen = undefined;
    },
  };
};
const colorSchemeManager = schemeManager();

interface AppProps {
  readonly session: Session;
  readonly client: ConsoleClient;
  readonly idle: { current: IdleWatch | undefined };
}

/** The console: providers, then the sign-in or the pages. */
export function App({ session, client, idle }: AppProps): ReactNode {
  const context = useMemo(() => ({ session, client, idle }), [session, client, idle]);
  useEffect(() => {
    document.title = settings.title;
    if (session.state !== 'signed-in') return;
    const watch = watchIdle(settings.idleMinutes, () => void session.signOut('ended'));
    idle.current = watch;
    return () => watch.stop();
  }, [session, idle]);
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      colorSchemeManager={colorSchemeManager}
      cssVariablesResolver={colours}
      getStyleNonce={() => styleNonce}
    >
      <TextsProvider>
        <ConsoleReactContext value={context}>
          <Router>
            <Door />
          </Router>
        </ConsoleReactContext>
      </TextsProvider>
    </MantineProvider>
  );
}

function Door(): ReactNode {
  const { client } = useConsole();
  const { go } = usePlace();
  const state = useSessionState();
  if (state !== 'signed-in') return <SignIn state={state} />;
  return (
    <MedplumProvider medplum={client} navigate={go}>
      <Shell>
        <Pages />
      </Shell>
      <StepUpDialog />
    </MedplumProvider>
  );
}
