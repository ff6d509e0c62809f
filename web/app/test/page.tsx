// A page over a server of a test: its answers by method and path, and what it was asked for.
import { MantineProvider } from '@mantine/core';
import { ModalsProvider } from '@mantine/modals';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import type { ReactNode } from 'react';
import { vi } from 'vitest';
import { Router } from 'wouter';
import { useAddress } from '../lib/address.ts';
import { startTexts } from '../text/index.ts';
import { theme } from '../theme.ts';

export interface Asked {
	call: string; // method and path, without the query
	body?: unknown;
	headers: Headers;
}
/** What it says to a call: the body of a 200, or a whole answer. */
export type Says = Record<string, object | ((asked: Asked) => unknown)>;

export const listOf = <T,>(...data: T[]) => ({ data, pagination: { number: 1, size: data.length, total: data.length, links: { first: null, current: null, previous: null, next: null } } });

export const refusal = (status: number, field: string, message: string) => Response.json({ errors: [{ status, code: 1000, field, message }] }, { status });

const session = { data: { role: 'sender', key_name: 'test', timezone: 'UTC' } };

export function serve(says: Says): Asked[] {
	const asked: Asked[] = [];
	vi.stubGlobal('fetch', async (request: Request) => {
		const call = `${request.method} ${new URL(request.url).pathname}`;
		const text = await request.text();
		const one: Asked = { call, headers: request.headers, body: text && request.headers.get('content-type')?.includes('json') ? JSON.parse(text) : undefined };
		asked.push(one);
		const known = ({ 'GET /v1/sessions/self': session, ...says } as Says)[call];
		if (known === undefined) return refusal(404, '', `nothing at ${call}`);
		const said = typeof known === 'function' ? await known(one) : known;
		return said instanceof Response ? said : Response.json(said);
	});
	return asked;
}

export async function show(page: ReactNode, at = '/') {
	history.replaceState(null, '', `#${at}`);
	await startTexts('en');
	const cache = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } });
	return render(
		<MantineProvider theme={theme} env="test">
			<QueryClientProvider client={cache}>
				<Router hook={useAddress}>
					<ModalsProvider>{page}</ModalsProvider>
				</Router>
			</QueryClientProvider>
		</MantineProvider>,
	);
}
