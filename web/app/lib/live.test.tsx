import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Campaign, listen, RUNNING_IMPORTS } from './live.tsx';

class Stream extends EventTarget {
	static readonly CLOSED = 2;
	static all: Stream[] = [];
	readyState = 0;
	onopen?: () => void;
	onerror?: () => void;
	constructor(readonly url: string) {
		super();
		Stream.all.push(this);
	}
	close() {
		this.readyState = Stream.CLOSED;
	}
	tell(name: string, data: unknown) {
		this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data) }));
	}
	fail(state: number) {
		this.readyState = state;
		this.onerror?.();
	}
}

const campaign = (id: string, sent: number) =>
	({ id, name: `C${id}`, status: 'in_progress', hold: null, sender_hold: null, messages: { total: 10, queued: 10 - sent, sent } }) as unknown as Campaign;

let cache: QueryClient;
let stop: () => void;
const states: string[] = [];
const stream = () => Stream.all.at(-1)!;
const isOld = (key: unknown[]) => cache.getQueryState(key)!.isInvalidated;

beforeEach(() => {
	vi.useFakeTimers();
	vi.stubGlobal('EventSource', Stream);
	Stream.all = [];
	states.length = 0;
	cache = new QueryClient();
	for (const key of [['session'], ['sender', 'list'], ['template', 'list'], ['audience', 'a'], ['contact', 'list', 'a']]) cache.setQueryData(key, {});
	cache.setQueryData(['campaign', '1'], campaign('1', 0));
	cache.setQueryData(['campaign', 'list', '', 'pages'], { pages: [{ data: [campaign('1', 0), campaign('2', 0)] }], pageParams: [undefined] });
	stop = listen(cache, (state) => states.push(state));
});
afterEach(() => {
	stop();
	vi.useRealTimers();
});

test("a campaign's news lands on its page and in every list, and leaves the rest alone", () => {
	stream().tell('campaigns', [{ id: '1', status: 'in_progress', hold: null, sender_hold: null, messages: { total: 10, queued: 6, sent: 4 } }]);
	expect(cache.getQueryData<Campaign>(['campaign', '1'])).toMatchObject({ name: 'C1', messages: { sent: 4 } });
	const list = cache.getQueryData<{ pages: { data: Campaign[] }[] }>(['campaign', 'list', '', 'pages'])!;
	expect(list.pages[0]!.data.map(({ messages }) => messages.sent)).toEqual([4, 0]);
	expect(cache.getQueryData(['campaign', '3'])).toBeUndefined();
});

test('a row of the log makes what it names old, and nothing else', () => {
	stream().tell('activity', [{ resource: { type: 'template' } }]);
	expect(isOld(['template', 'list'])).toBe(true);
	expect([['session'], ['sender', 'list'], ['audience', 'a']].map(isOld)).toEqual([false, false, false]);
	stream().tell('activity', [{ resource: { type: 'contact' } }]);
	expect([['contact', 'list', 'a'], ['audience', 'a']].map(isOld)).toEqual([true, true]);
});

test('of so many rows that there may have been more, everything is made old but the session', () => {
	stream().tell('activity', Array(99).fill({ resource: { type: 'template' } }));
	expect(isOld(['audience', 'a'])).toBe(false);
	stream().tell('activity', Array(100).fill({ resource: { type: 'template' } }));
	expect([['template', 'list'], ['sender', 'list'], ['audience', 'a'], ['campaign', '1']].map(isOld)).toEqual([true, true, true, true]);
	expect(isOld(['session'])).toBe(false);
});

test('an import is followed; when it is over its audience is asked for anew', () => {
	const news = (status: string, rows: number) => ({ id: 'i', audience_id: 'a', status, rows });
	cache.setQueryData(['import', 'i'], { ...news('waiting', 0), rejected: [] });
	stream().tell('imports', [news('running', 5)]);
	expect(cache.getQueryData(['import', 'i'])).toEqual({ ...news('running', 5), rejected: [] });
	expect(cache.getQueryData(RUNNING_IMPORTS)).toEqual([news('running', 5)]);
	expect(isOld(['audience', 'a'])).toBe(false);
	stream().tell('imports', [news('completed', 9)]);
	expect(cache.getQueryData(RUNNING_IMPORTS)).toEqual([]);
	expect([['import', 'i'], ['audience', 'a'], ['contact', 'list', 'a']].map(isOld)).toEqual([true, true, true]);
});

test('an import that is told of no more is over, too', () => {
	cache.setQueryData(['import', 'i'], { id: 'i' });
	stream().tell('imports', [{ id: 'i', audience_id: 'a', status: 'running' }]);
	stream().tell('imports', []);
	expect([['import', 'i'], ['audience', 'a']].map(isOld)).toEqual([true, true]);
});

test('what was missed while the stream was away is asked for anew', () => {
	stream().onopen!();
	expect(isOld(['sender', 'list'])).toBe(false);
	stream().fail(0);
	stream().onopen!();
	expect(states).toEqual(['on', 'off', 'on']);
	expect(isOld(['sender', 'list'])).toBe(true);
	expect(isOld(['session'])).toBe(false);
	expect(Stream.all).toHaveLength(1);
});

test('a stream that the browser gave up is opened again, ever more seldom, and the session is asked for', () => {
	stream().fail(Stream.CLOSED);
	expect(isOld(['session'])).toBe(true);
	vi.advanceTimersByTime(1_000);
	expect(Stream.all).toHaveLength(2);
	stream().fail(Stream.CLOSED);
	vi.advanceTimersByTime(1_999);
	expect(Stream.all).toHaveLength(2);
	vi.advanceTimersByTime(1);
	expect(Stream.all).toHaveLength(3);
	stream().fail(Stream.CLOSED);
	stop();
	vi.advanceTimersByTime(1_000_000);
	expect(Stream.all).toHaveLength(3);
});

test("senders' paces are asked for as campaigns move, at most every three seconds, and a minute after", async () => {
	const ask = vi.fn(async () => ({}));
	const observer = new QueryObserver(cache, { queryKey: ['sender', 'list'], queryFn: ask, staleTime: Infinity });
	const leave = observer.subscribe(() => {});
	for (let second = 0; second < 11; second++) {
		stream().tell('campaigns', [campaign('1', second)]);
		await vi.advanceTimersByTimeAsync(1_000);
	}
	expect(ask).toHaveBeenCalledTimes(3);
	await vi.advanceTimersByTimeAsync(600_000);
	expect(ask).toHaveBeenCalledTimes(5);
	leave();
});
