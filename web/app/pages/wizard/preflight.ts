// What the server says the campaign would do. One question is asked once; a minute later it is asked anew.
import { useQuery } from '@tanstack/react-query';
import { crier, read, type Schemas } from '../../lib/client.ts';
import { type CampaignRequest, type Draft, emptyDraft, requestOf } from './draft.ts';

export type Preflight = Schemas['PreflightAnswer']['data'];
const FRESH_MS = 60_000;

export const usePreflight = (request: CampaignRequest) =>
	useQuery({
		queryKey: ['preflight', request],
		queryFn: (): Promise<Preflight> => read(crier.POST('/v1/campaigns/preflight', { body: { data: request } })),
		staleTime: FRESH_MS,
	});

const MAIN_SHARE = 0.2;

export const byCount = (countries: Preflight['countries']) => [...countries].sort((a, b) => b.recipients - a.recipients);

/** Where a good part of the recipients is; undefined where there is no such country, or until it is known. */
export function useMainCountry({ from, template, audience }: Draft): Preflight['countries'][number] | undefined {
	const { data } = usePreflight(requestOf({ ...emptyDraft(), from, template, audience }));
	const [first] = byCount(data?.countries ?? []);
	return first && first.share >= MAIN_SHARE ? first : undefined;
}
