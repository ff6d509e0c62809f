// Where the page is: behind the `#`, path and query alike, so that the server is asked for one file only and a link keeps filters.
import { useCallback, useSyncExternalStore } from 'react';
import { useSearchParams } from 'wouter';

const listeners = new Set<() => void>();

function listen(listener: () => void) {
	if (listeners.size === 0) addEventListener('popstate', tell);
	listeners.add(listener);
	return () => {
		listeners.delete(listener);
		if (listeners.size === 0) removeEventListener('popstate', tell);
	};
}

function tell() {
	for (const listener of listeners) listener();
}

function here(): [path: string, query: string] {
	const [path = '', query = ''] = location.hash.replace(/^#?\/?/, '').split('?');
	return [`/${path}`, query];
}

const herePath = () => here()[0];
const hereQuery = () => here()[1];

export function goTo(to: string, { replace = false, state = null }: { replace?: boolean; state?: unknown } = {}): void {
	history[replace ? 'replaceState' : 'pushState'](state, '', `#/${to.replace(/^#?\/?/, '')}`);
	tell();
}

/** For wouter's Router. */
export function useAddress(): [string, typeof goTo] {
	return [useSyncExternalStore(listen, herePath), goTo];
}
useAddress.searchHook = () => useSyncExternalStore(listen, hereQuery);
useAddress.hrefs = (href: string) => `#${href}`;

/** Filters of a page that stand in its address: '' where one is not set. */
export function useFilters<K extends string>(...names: K[]): [Record<K, string>, (change: Partial<Record<K, string>>) => void] {
	const [query, setQuery] = useSearchParams();
	const values = Object.fromEntries(names.map((name) => [name, query.get(name) ?? ''])) as Record<K, string>;
	const change = useCallback(
		(part: Partial<Record<K, string>>) =>
			setQuery(
				(old) => {
					for (const [name, value] of Object.entries(part)) value ? old.set(name, value as string) : old.delete(name);
					return old;
				},
				{ replace: true },
			),
		[setQuery],
	);
	return [values, change];
}

/** A link with filters; those without a value are left out. */
export function address(path: string, filters: Record<string, string | number | undefined>): string {
	const query = new URLSearchParams();
	for (const [name, value] of Object.entries(filters)) if (value !== undefined && value !== '') query.set(name, String(value));
	return query.size > 0 ? `${path}?${query}` : path;
}
