import { DirectionProvider, MantineProvider } from '@mantine/core';
import { ModalsProvider } from '@mantine/modals';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Router } from 'wouter';
import { useAddress } from './lib/address.ts';
import { Refusal, Unreachable } from './lib/client.ts';
import { Live } from './lib/live.tsx';
import { useSession } from './lib/session.ts';
import { SignIn } from './pages/SignIn.tsx';
import { Loading, Trouble } from './parts/States.tsx';
import { Pages } from './routes.tsx';
import { Shell } from './shell/Shell.tsx';
import { languages, type Language } from './text/index.ts';
import { theme } from './theme.ts';

/** A refusal is an answer; only what may go better is tried again. */
const again = (count: number, error: Error) => count < 3 && (error instanceof Unreachable || (error instanceof Refusal && error.status === 503));

export const newCache = () => new QueryClient({ defaultOptions: { queries: { retry: again, staleTime: 10_000, refetchOnWindowFocus: false } } });

function Inside() {
	const session = useSession();
	if (session.isPending) return <Loading />;
	if (session.isError) return <Trouble error={session.error} again={session.refetch} />;
	if (!session.data) return <SignIn />;
	return (
		<Live>
			<Shell>
				<Pages />
			</Shell>
		</Live>
	);
}

export function App({ nonce }: { nonce: string }) {
	const { i18n } = useTranslation();
	const [cache] = useState(newCache);
	const dir = languages[i18n.language as Language]?.dir ?? 'ltr';
	return (
		<DirectionProvider key={dir} initialDirection={dir} detectDirection={false}>
			<MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce}>
				<QueryClientProvider client={cache}>
					<Router hook={useAddress}>
						<ModalsProvider>
							<Notifications position="bottom-right" />
							<Inside />
						</ModalsProvider>
					</Router>
				</QueryClientProvider>
			</MantineProvider>
		</DirectionProvider>
	);
}
