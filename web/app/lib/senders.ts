import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { crier, read, type Schemas, take } from './client.ts';

export type Sender = Schemas['Sender'];

/** For choices and overviews: the first hundred, which is more than accounts have. */
export function useSenders() {
	return useQuery({
		queryKey: ['sender', 'all'],
		queryFn: async (): Promise<Sender[]> => (await take(crier.GET('/v1/senders', { params: { query: { page_size: 100 } } }))).data,
	});
}

export function useResumeSender() {
	const cache = useQueryClient();
	return useMutation({
		mutationFn: (sender: string) => read(crier.POST('/v1/senders/{sender}/resume', { params: { path: { sender } } })),
		onSuccess: () => {
			void cache.invalidateQueries({ queryKey: ['sender'] });
			void cache.invalidateQueries({ queryKey: ['campaign'] }); // they tell of their sender's hold
		},
	});
}
