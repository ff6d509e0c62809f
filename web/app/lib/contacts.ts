// A few real contacts, to show a template as they would read it.
import { useQuery } from '@tanstack/react-query';
import { crier, read, take } from './client.ts';
import type { Contact } from './placeholders.ts';

const SAMPLES = 20;

/** Of the audience, or of the newest that has any. */
export function useSampleContacts(audience?: string): Contact[] {
	const newest = useQuery({
		queryKey: ['audience', 'newest'],
		queryFn: async () => (await take(crier.GET('/v1/audiences', { params: { query: { page_size: SAMPLES } } }))).data.find((a) => a.contacts_count > 0)?.id ?? null,
		enabled: audience === undefined,
	});
	const id = audience ?? newest.data;
	const contacts = useQuery({
		queryKey: ['contact', 'sample', id],
		queryFn: () => read(crier.GET('/v1/audiences/{audience}/contacts', { params: { path: { audience: id! }, query: { page_size: SAMPLES } } })),
		enabled: !!id,
	});
	return (id && contacts.data) || [];
}
