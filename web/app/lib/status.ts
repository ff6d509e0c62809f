import { useQuery } from '@tanstack/react-query';
import { crier, read, type Schemas } from './client.ts';

export type Status = Schemas['StatusAnswer']['data'];

/** Of the server and the account's budgets. */
export function useStatus() {
	return useQuery({ queryKey: ['status'], queryFn: (): Promise<Status> => read(crier.GET('/v1/status')) });
}
