// Campaigns as the pages read and change them.
import { type QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { noteCall } from './calls.ts';
import { crier, read, type Schemas, take } from './client.ts';
import { type Campaign, type CampaignNews, tellCampaign } from './live.tsx';
import { usePages } from './pages.ts';

export type { Campaign };
export type Analytics = Schemas['AnalyticsAnswer']['data'];
export type Interval = Analytics['interval'];
export type Recipient = Schemas['Recipient'];
export type State = Schemas['State'];

export interface CampaignFilter {
	search?: string;
	statuses?: string; // comma list
	senders?: string;
}

const query = ({ search, statuses, senders }: CampaignFilter) => ({
	'filter[search]': search || undefined,
	'filter[statuses]': statuses || undefined,
	'filter[senders]': senders || undefined,
});

export const useCampaigns = (filter: CampaignFilter) =>
	usePages(['campaign', 'list', filter], (page_token) =>
		take(crier.GET('/v1/campaigns', { params: { query: { page_size: 100, page_token, ...query(filter) } } })),
	);

export function useCampaign(id: string) {
	return useQuery({
		queryKey: ['campaign', id],
		queryFn: (): Promise<Campaign> => read(crier.GET('/v1/campaigns/{campaign}', { params: { path: { campaign: id } } })),
	});
}

export function useAnalytics(id: string, interval: Interval, enabled = true) {
	return useQuery({
		queryKey: ['campaign', id, 'analytics', interval],
		queryFn: () => read(crier.GET('/v1/campaigns/{campaign}/analytics', { params: { path: { campaign: id }, query: { interval } } })),
		placeholderData: (old?: Analytics) => old,
		enabled,
	});
}

const FEW_MINUTES = 5;

/** By the chosen interval; where none is, by the second as long as the campaign has lasted for a few minutes only. */
export function useFittingAnalytics(id: string, chosen: Interval | null) {
	const query = useAnalytics(id, chosen ?? 'minute');
	const isShort = chosen === null && query.data !== undefined && query.data.timeline.length <= FEW_MINUTES;
	const fine = useAnalytics(id, 'second', isShort);
	return isShort && fine.data ? fine : query;
}

/** What is under way of a campaign, as it changes: into the cache, with the figures that follow from it. */
export function useCampaignStream(id: string, isOver: boolean): void {
	const cache = useQueryClient();
	useEffect(() => {
		if (isOver) return;
		const path = `/v1/campaigns/${id}/events`;
		const source = new EventSource(path);
		void noteCall(new Request(new URL(path, location.origin)));
		source.addEventListener('campaign', (event) => {
			tellCampaign(cache, JSON.parse(event.data) as CampaignNews);
			void cache.invalidateQueries({ queryKey: ['campaign', id, 'analytics'] }, { cancelRefetch: false });
		});
		source.addEventListener('end', () => {
			source.close();
			void cache.invalidateQueries({ queryKey: ['campaign', id] });
		});
		return () => source.close();
	}, [cache, id, isOver]);
}

function keep(cache: QueryClient, campaign: Campaign) {
	tellCampaign(cache, campaign);
	void cache.invalidateQueries({ queryKey: ['campaign'] });
	void cache.invalidateQueries({ queryKey: ['activity'] });
}

export type CampaignChange = { name?: string; schedule?: string; status?: 'canceled' };

/** What can be done with a campaign; each is told to every list that shows it. */
export function useCampaignActs(id: string) {
	const cache = useQueryClient();
	const params = { path: { campaign: id } };
	const onSuccess = (campaign: Campaign) => keep(cache, campaign);
	return {
		pause: useMutation({ mutationFn: () => read(crier.POST('/v1/campaigns/{campaign}/pause', { params })), onSuccess }),
		resume: useMutation({ mutationFn: () => read(crier.POST('/v1/campaigns/{campaign}/resume', { params })), onSuccess }),
		decide: useMutation({
			mutationFn: (action: 'resend' | 'give_up') => take(crier.POST('/v1/campaigns/{campaign}/unconfirmed', { params, body: { data: { action } } })),
			onSuccess: () => Promise.all(['campaign', 'activity'].map((word) => cache.invalidateQueries({ queryKey: [word] }))),
		}),
		change: useMutation({ mutationFn: (data: CampaignChange) => read(crier.PUT('/v1/campaigns/{campaign}', { params, body: { data } })), onSuccess }),
		remove: useMutation({
			mutationFn: () => take(crier.DELETE('/v1/campaigns/{campaign}', { params })),
			onSuccess: () => cache.invalidateQueries({ queryKey: ['campaign', 'list'] }),
		}),
	};
}

export const isOver = (campaign: Pick<Campaign, 'status'>) => campaign.status === 'completed' || campaign.status === 'canceled';

export type Standing = 'scheduled' | 'sending' | 'held' | 'waiting' | 'completed' | 'canceled';

/** One word for where it stands: a campaign in progress that is held, or waits for something, is not being sent. */
export function standing({ status, hold, sender_hold, waits_for }: Campaign): Standing {
	if (status === 'scheduled' && hold) return 'held';
	if (status !== 'in_progress') return status;
	if (hold ?? sender_hold) return 'held';
	return waits_for ? 'waiting' : 'sending';
}

/** Messages a second that are handed over now; null when none are on their way. */
export const rateNow = (campaign: Campaign): number | null => (campaign.status === 'in_progress' ? campaign.rate_now : null);
