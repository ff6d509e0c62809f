// The server tells what changed, by server-sent events; nothing is polled while the stream stands. The stream of an account
// carries its campaigns' counters and new rows of the activity log. A query's key begins with the word of the resource that it
// shows (`campaign`, `template`…): a row about a resource makes every query of that word old.
import { type InfiniteData, type QueryClient, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import type { Schemas } from './client.ts';
import type { Page } from './pages.ts';

export type Campaign = Schemas['Campaign'] & { rate_now?: number };
/** What a stream tells of a campaign: part of its resource. */
export type CampaignNews = Pick<Campaign, 'id' | 'status' | 'messages' | 'hold' | 'sender_hold'> & Partial<Campaign>;

export type LiveState = 'on' | 'off';
const LiveContext = createContext<LiveState>('off');
export const useLiveState = () => useContext(LiveContext);

/** Into every list and page that shows the campaign. */
export function tellCampaign(cache: QueryClient, news: CampaignNews): void {
	const merge = (campaign: Campaign): Campaign => (campaign.id === news.id ? { ...campaign, ...news } : campaign);
	cache.setQueryData<Campaign>(['campaign', news.id], (old) => old && merge(old));
	cache.setQueriesData<InfiniteData<Page<Campaign>>>(
		{ queryKey: ['campaign'], predicate: (query) => query.queryKey.at(-1) === 'pages' && query.queryKey[1] === 'list' },
		(old) => old && { ...old, pages: old.pages.map((page) => ({ ...page, data: page.data.map(merge) })) },
	);
}

interface ActivityNews {
	resource: { type: string };
}

function hear(cache: QueryClient, source: EventSource): void {
	source.addEventListener('campaigns', (event) => {
		for (const news of JSON.parse(event.data) as CampaignNews[]) tellCampaign(cache, news);
	});
	source.addEventListener('activity', (event) => {
		const rows = JSON.parse(event.data) as ActivityNews[];
		for (const word of new Set(['activity', ...rows.map((row) => row.resource.type)])) void cache.invalidateQueries({ queryKey: [word] });
	});
	source.addEventListener('imports', (event) => {
		for (const news of JSON.parse(event.data) as { id: string }[])
			cache.setQueryData<{ id: string }>(['import', news.id], (old) => old && { ...old, ...news });
	});
}

/** Listens as long as it is shown. The browser connects again by itself; what was missed meanwhile is asked for anew. */
export function Live({ children }: { children: ReactNode }) {
	const cache = useQueryClient();
	const [state, setState] = useState<LiveState>('off');
	useEffect(() => {
		const source = new EventSource('/v1/events');
		let missed = false;
		source.onopen = () => {
			setState('on');
			if (missed) void cache.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'session' });
			missed = false;
		};
		source.onerror = () => {
			missed = true;
			setState('off');
			if (source.readyState === EventSource.CLOSED) void cache.invalidateQueries({ queryKey: ['session'] }); // it may have ended
		};
		hear(cache, source);
		return () => source.close();
	}, [cache]);
	return <LiveContext.Provider value={state}>{children}</LiveContext.Provider>;
}
