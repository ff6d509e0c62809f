// Who looks. The key is given once, for a cookie that scripts cannot read.
import { type QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { tellTrouble } from '../parts/confirm.tsx';
import { goTo } from './address.ts';
import { crier, read, Refusal, type Schemas, take } from './client.ts';

export type Session = Schemas['Session'];
export type Role = Session['role'];

export const SIGN_IN = '/sign-in';

/** null: nobody is signed in. */
export function useSession(enabled = true) {
	return useQuery({
		queryKey: ['session'],
		queryFn: async (): Promise<Session | null> => {
			try {
				return await read(crier.GET('/v1/sessions/self'));
			} catch (error) {
				if (error instanceof Refusal && error.status === 401) return null;
				throw error;
			}
		},
		staleTime: Infinity,
		enabled,
	});
}

/** Another person's lists must not be shown to whoever comes next. */
function change(cache: QueryClient, session: Session | null): void {
	cache.removeQueries({ predicate: ({ queryKey: [word] }) => word !== 'session' });
	cache.setQueryData(['session'], session);
}

export function useSignIn() {
	const cache = useQueryClient();
	return useMutation({
		mutationKey: ['session'],
		mutationFn: async (key: string) => {
			await cache.cancelQueries({ queryKey: ['session'] }); // who was in before is not to be told after who is in now
			return read(crier.POST('/v1/sessions', { body: { data: { key } } }));
		},
		onSuccess: (session) => change(cache, session),
		gcTime: 0, // the key is not to lie about
	});
}

export function useSignOut() {
	const cache = useQueryClient();
	return useMutation({
		mutationFn: () => take(crier.DELETE('/v1/sessions/self')),
		onSuccess: () => {
			goTo(SIGN_IN, { replace: true });
			change(cache, null);
		},
		onError: tellTrouble, // it goes on: the page must not say otherwise
	});
}

const RANK: Record<Role, number> = { viewer: 0, sender: 1, admin: 2 };

/** May who is signed in do what this role does? */
export function useMay(role: Role): boolean {
	const { data } = useSession();
	return data ? RANK[data.role] >= RANK[role] : false;
}
