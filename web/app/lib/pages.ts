// Lists of any length: pages of the API, fetched one after the other as a reader comes near the end.
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import type { Schemas } from './client.ts';

export const PAGE_SIZE = 100;

export interface Page<T> {
	data: T[];
	pagination: Schemas['Pagination'];
}

export function nextToken(page: Page<unknown>): string | undefined {
	const next = page.pagination.links.next;
	return next ? (new URL(next).searchParams.get('page_token') ?? undefined) : undefined;
}

/** `key` begins with the word of the resource (see live.ts). `fetchPage` gets the token of the page, undefined for the first. */
export function usePages<T>(key: readonly unknown[], fetchPage: (token: string | undefined) => Promise<Page<T>>, enabled = true) {
	const query = useInfiniteQuery({
		queryKey: [...key, 'pages'],
		queryFn: ({ pageParam }) => fetchPage(pageParam),
		initialPageParam: undefined as string | undefined,
		getNextPageParam: nextToken,
		placeholderData: keepPreviousData,
		enabled,
	});
	const rows = query.data?.pages.flatMap((page) => page.data) ?? [];
	const total = query.data?.pages[0]?.pagination.total ?? null; // null: too many to count
	return { ...query, rows, total };
}
export type Pages<T> = ReturnType<typeof usePages<T>>;
