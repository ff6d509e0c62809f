import { DirectionProvider, MantineProvider } from '@mantine/core';
import { ModalsProvider } from '@mantine/modals';
import { Notifications } from '@mantine/notifications';
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Router, useLocation, useSearch } from 'wouter';
import { goTo, useAddress } from './lib/address.ts';
import { Refusal, Unreachable } from './lib/client.ts';
import { Live } from './lib/live.tsx';
import { SIGN_IN, useSession, useSignIn } from './lib/session.ts';
import { SignIn } from './pages/SignIn.tsx';
import { Loading, Trouble } from './parts/States.tsx';
import { Pages } from './routes.tsx';
import { Shell } from './shell/Shell.tsx';
import { languages, type Language } from './text/index.ts';
import { theme } from './theme.ts';

/** A refusal is an answer; only what may go better is tried again. */
const again = (count: number, error: Error) => count < 3 && (error instanceof Unreachable || (error instanceof Refusal && error.status === 503));

export function newCache(): QueryClient {
	/** A session that ended shows itself by any call. */
	const isOver = (error: Error) => error instanceof Refusal && error.status === 401 && void cache.invalidateQueries({ queryKey: ['session'] });
	const cache = new QueryClient({
		queryCache: new QueryCache({ onError: isOver }),
		mutationCache: new MutationCache({ onError: (error, _, __, { options }) => options.mutationKey?.[0] !== 'session' && isOver(error) }),
		defaultOptions: { queries: { retry: again, staleTime: 10_000, refetchOnWindowFocus: false } },
	});
	return cache;
}

/** A sign-in link has the key behind the `#`, which no server is sent; it leaves the address and the history at once. True as long
 * as the link is not answered. */
function useLink(enter: ReturnType<typeof useSignIn>['mutate']): boolean {
	const [path] = useLocation();
	const key = new URLSearchParams(useSearch()).get('key');
	const isLink = path === SIGN_IN && !!key;
	const [isAwaited, setAwaited] = useState(isLink);
	useEffect(() => {
		if (!isLink) return;
		goTo('/', { replace: true });
		setAwaited(true);
		enter(key, { onSettled: () => setAwaited(false) });
	}, [isLink, key, enter]);
	return isAwaited;
}

function Inside() {
	const signIn = useSignIn();
	const isEntering = useLink(signIn.mutate);
	const session = useSession(!isEntering);
	const wasIn = useRef(false);
	useEffect(() => {
		if (session.data) wasIn.current = true;
	}, [session.data]);
	if (session.isPending) return <Loading />;
	if (session.isError) return <Trouble error={session.error} again={session.refetch} />;
	if (!session.data) return <SignIn signIn={signIn} hasEnded={wasIn.current} />;
	return (
		<Live key={session.data.key_id}>
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
							<Notifications position={dir === 'rtl' ? 'bottom-left' : 'bottom-right'} />
							<Inside />
						</ModalsProvider>
					</Router>
				</QueryClientProvider>
			</MantineProvider>
		</DirectionProvider>
	);
}
