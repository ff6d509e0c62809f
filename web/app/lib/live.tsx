// The server tells what changed, by server-sent events; nothing is polled while the stream stands. The stream of an account
// carries its campaigns' counters and new rows of the activity log. A query's key begins with the word of the resource that it
// shows (`campaign`, `template`…): a row about a resource makes every query of that word old.
import { type InfiniteData, type QueryClient, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import type { Schemas } from './client.ts';
import type { Page } from './pages.ts';

export type Campaign = Schemas['Campaign'];
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
const ALSO: Record<string, string[]> = { import: ['audience', 'contact', 'preflight'], contact: ['audience'], template: ['preflight'], sender: ['status', 'campaign', 'preflight'], webhook: ['status'] };

interface ActivityNews {
	resource: { type: string };
}

const MAX_ROWS = 100; // of one event: what was more is not told

const everything = (cache: QueryClient) => void cache.invalidateQueries({ predicate: ({ queryKey: [word] }) => word !== 'session' });

/** Rows of the activity log. */
export function tellActivity(cache: QueryClient, rows: ActivityNews[]): void {
	if (rows.length >= MAX_ROWS) return everything(cache);
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

const PACE_MS = 3_000;
const PACE_SPAN_MS = 65_000;

/** As campaigns go on, so do the paces and budgets of their senders: asked for anew, but not for each event, and once more when
 * the minute that a pace is the mean of is over. */
function tellPace(cache: QueryClient): { soon: () => void; stop: () => void } {
	let timer: ReturnType<typeof setTimeout> | undefined;
	let end: ReturnType<typeof setTimeout> | undefined;
	const tell = () => {
		timer = undefined;
		for (const word of ['sender', 'status']) void cache.invalidateQueries({ queryKey: [word] });
	};
	return {
		soon: () => {
			timer ??= setTimeout(tell, PACE_MS);
			clearTimeout(end);
			end = setTimeout(tell, PACE_SPAN_MS);
		},
		stop: () => {
			clearTimeout(timer);
			clearTimeout(end);
		},
	};
}

const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 60_000;

/** Listens until the function that it returns is called. What was missed while it could not hear is asked for anew. */
export function listen(cache: QueryClient, tell: (state: LiveState) => void): () => void {
	const pace = tellPace(cache);
	let source: EventSource;
	let again: ReturnType<typeof setTimeout> | undefined;
	let pause = FIRST_PAUSE_MS;
	let missed = false;
	const hear = (name: string, take: (news: never) => void) => source.addEventListener(name, (event) => take(JSON.parse(event.data) as never));
	const open = () => {
		source = new EventSource('/v1/events');
		source.onopen = () => {
			tell('on');
			if (missed) everything(cache);
			missed = false;
			pause = FIRST_PAUSE_MS;
		};
		source.onerror = () => {
			missed = true;
			tell('off');
			if (source.readyState !== EventSource.CLOSED) return; // the browser connects again by itself
			void cache.invalidateQueries({ queryKey: ['session'] }); // it may have ended
			again = setTimeout(open, pause);
			pause = Math.min(pause * 2, MAX_PAUSE_MS);
		};
		hear('campaigns', (news: CampaignNews[]) => {
			for (const one of news) tellCampaign(cache, one);
			pace.soon();
		});
		hear('activity', (rows: ActivityNews[]) => tellActivity(cache, rows));
		hear('imports', (news: ImportNews[]) => tellImports(cache, news));
	};
	open();
	return () => {
		pace.stop();
		clearTimeout(again);
		source.close();
	};
}

export function Live({ children }: { children: ReactNode }) {
	const cache = useQueryClient();
	const [state, setState] = useState<LiveState>('off');
	useEffect(() => listen(cache, setState), [cache]);
	return <LiveContext.Provider value={state}>{children}</LiveContext.Provider>;
}
