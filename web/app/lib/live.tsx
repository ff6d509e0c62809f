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

/** What a row of the log makes old besides the resource that it names. */
const ALSO: Record<string, string[]> = { import: ['audience', 'contact'], contact: ['audience'], sender: ['status', 'campaign'], webhook: ['status'] };

/** Rows of the activity log. */
export function tellActivity(cache: QueryClient, rows: { resource: { type: string } }[]): void {
	const words = new Set(['activity', ...rows.flatMap(({ resource: { type } }) => [type, ...(ALSO[type] ?? [])])]);
	for (const word of words) void cache.invalidateQueries({ queryKey: [word] });
}

/** What the stream tells of an import: part of its resource. */
export type ImportNews = Pick<Schemas['ImportAnswer']['data'], 'id' | 'audience_id' | 'status'>;
export const RUNNING_IMPORTS = ['import', 'running'];

const isRunning = ({ status }: ImportNews) => status === 'waiting' || status === 'running';

/** Those that run. One that does no more is asked for whole, with its rejected lines, and its audience with it. */
export function tellImports(cache: QueryClient, news: ImportNews[]): void {
	const running = news.filter(isRunning);
	const before = cache.getQueryData<ImportNews[]>(RUNNING_IMPORTS) ?? [];
	cache.setQueryData(RUNNING_IMPORTS, running);
	for (const one of news) cache.setQueryData<ImportNews>(['import', one.id], (old) => old && { ...old, ...one });
	const over = [...news.filter((one) => !isRunning(one)), ...before.filter(({ id }) => !news.some((one) => one.id === id))];
	for (const { id } of over) void cache.invalidateQueries({ queryKey: ['import', id] });
	if (over.length > 0) for (const word of ALSO.import!) void cache.invalidateQueries({ queryKey: [word] });
}

const PACE_MS = 3000;

/** As campaigns go on, so do the paces and budgets of their senders: asked for anew, but not for each event. */
function tellPace(cache: QueryClient): { soon: () => void; stop: () => void } {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const tell = () => {
		timer = undefined;
		for (const word of ['sender', 'status']) void cache.invalidateQueries({ queryKey: [word] });
	};
	return { soon: () => void (timer ??= setTimeout(tell, PACE_MS)), stop: () => clearTimeout(timer) };
}

/** Returns what ends it. */
function hear(cache: QueryClient, source: EventSource): () => void {
	const pace = tellPace(cache);
	source.addEventListener('campaigns', (event) => {
		for (const news of JSON.parse(event.data) as CampaignNews[]) tellCampaign(cache, news);
		pace.soon();
	});
	source.addEventListener('activity', (event) => tellActivity(cache, JSON.parse(event.data)));
	source.addEventListener('imports', (event) => tellImports(cache, JSON.parse(event.data)));
	return () => {
		pace.stop();
		source.close();
	};
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
		return hear(cache, source);
	}, [cache]);
	return <LiveContext.Provider value={state}>{children}</LiveContext.Provider>;
}
