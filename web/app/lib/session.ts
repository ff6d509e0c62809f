// Who looks. The key is given once, for a cookie that scripts cannot read.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { crier, read, Refusal, type Schemas, take } from './client.ts';

export type Session = Schemas['Session'];
export type Role = Session['role'];

/** null: nobody is signed in. */
export function useSession() {
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
	});
}

export function useSignIn() {
	const cache = useQueryClient();
	return useMutation({
		mutationFn: (key: string) => read(crier.POST('/v1/sessions', { body: { data: { key } } })),
		onSuccess: (session) => cache.setQueryData(['session'], session),
	});
}

export function useSignOut() {
	const cache = useQueryClient();
	return useMutation({
		mutationFn: () => take(crier.DELETE('/v1/sessions/self')),
		onSettled: () => {
			cache.clear();
			cache.setQueryData(['session'], null);
		},
	});
}

const RANK: Record<Role, number> = { viewer: 0, sender: 1, admin: 2 };

/** May who is signed in do what this role does? */
export function useMay(role: Role): boolean {
	const { data } = useSession();
	return data ? RANK[data.role] >= RANK[role] : false;
}
