// Which calls the present page has made, so that a person can make them by curl.
import { useSyncExternalStore } from 'react';

export interface Call {
	method: string;
	path: string; // with the query
	body?: string;
	type?: string; // of the body
	accept?: string; // where it is not JSON
}

const MAX_CALLS = 40;
const MAX_BODY = 4000;
let calls: readonly Call[] = [];
const listeners = new Set<() => void>();

function change(next: readonly Call[]) {
	calls = next;
	for (const listener of listeners) listener();
}

export async function noteCall(request: Request): Promise<void> {
	const url = new URL(request.url);
	if (url.pathname.startsWith('/v1/sessions')) return; // its body is a key
	const type = request.headers.get('content-type') ?? undefined;
	const body = type?.includes('json') ? (await request.clone().text()).slice(0, MAX_BODY) : undefined;
	const accept = request.headers.get('accept')?.match(/^text\/csv$/)?.[0];
	const call: Call = { method: request.method, path: url.pathname + decodeURI(url.search), body, type, accept };
	const same = (other: Call) => other.method === call.method && other.path === call.path && other.body === call.body && other.accept === call.accept;
	change([call, ...calls.filter((other) => !same(other))].slice(0, MAX_CALLS));
}

/** Another page begins. */
export const forgetCalls = () => change([]);

export function useCalls(): readonly Call[] {
	return useSyncExternalStore(
		(listener) => {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		() => calls,
	);
}

const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** For a shell; the key is the reader's own, in $CRIER_KEY. */
export function asCurl(call: Call, origin: string): string {
	const parts = ['curl'];
	if (call.path.includes('[')) parts.push('--globoff');
	if (call.path.endsWith('/events')) parts.push('--no-buffer');
	if (call.method !== 'GET') parts.push('-X', call.method);
	parts.push(quote(origin + call.path), '-H', '"X-Dexatel-Key: $CRIER_KEY"');
	if (call.accept) parts.push('-H', quote(`Accept: ${call.accept}`));
	if (call.type) parts.push('-H', quote(`Content-Type: ${call.type}`));
	if (call.body) parts.push('-d', quote(call.body));
	else if (call.type) parts.push('--data-binary', '@FILE');
	return parts.join(' ');
}
