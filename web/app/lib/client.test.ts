import { afterEach, expect, test, vi } from 'vitest';
import { crier, type Fault, faultsByField, read, Refusal, take, Unreachable } from './client.ts';

const fault = (message: string, field?: string): Fault => ({
	timestamp: '2026-11-28 10:00:00', path: '/v1/x', method: 'POST', status: 400, message, code: 1005, ...(field && { field }),
});
const answers = (body: unknown, status = 200) => vi.stubGlobal('fetch', vi.fn(async () => new Response(body === null ? null : JSON.stringify(body), { status })));
const senders = () => crier.GET('/v1/senders', { params: { query: { 'filter[status]': 'available', page_size: 5 } } });

afterEach(() => vi.unstubAllGlobals());

test('the data of an answer, or its whole body', async () => {
	answers({ data: [{ id: '1' }], pagination: {} });
	expect(await read(senders())).toEqual([{ id: '1' }]);
	expect(await take(senders())).toEqual({ data: [{ id: '1' }], pagination: {} });
	const [request] = vi.mocked(fetch).mock.calls[0] as unknown as [Request];
	expect(new URL(request.url).search).toBe('?filter[status]=available&page_size=5');
});

test('a refusal carries its faults and what they say', async () => {
	answers({ errors: [fault("'data.name' is missing", 'data.name'), fault("'data.code' is no number", 'data.code')] }, 400);
	const refused = await read(senders()).catch((error: unknown) => error);
	expect(refused).toBeInstanceOf(Refusal);
	expect(refused).toMatchObject({ status: 400, message: "'data.name' is missing\n'data.code' is no number" });
});

test('a refusal without faults tells its status', async () => {
	answers(null, 502);
	await expect(read(senders())).rejects.toThrow('HTTP 502');
});

test('no answer is not a refusal', async () => {
	vi.stubGlobal('fetch', vi.fn(async () => Promise.reject(new TypeError('Failed to fetch'))));
	await expect(read(senders())).rejects.toBeInstanceOf(Unreachable);
});

test('a call that was called off stays that', async () => {
	vi.stubGlobal('fetch', vi.fn(async (request: Request) => Promise.reject(request.signal.reason)));
	const abort = new AbortController();
	abort.abort();
	await expect(read(crier.GET('/v1/webhooks', { signal: abort.signal }))).rejects.not.toBeInstanceOf(Unreachable);
});

test('faults stand at their fields, the first of each; the rest under none', () => {
	const error = new Refusal(400, [fault("'data.name' is missing", 'data.name'), fault('another', 'data.name'), fault('at large')]);
	expect(faultsByField(error)).toEqual({ name: "'name' is missing", '': 'at large' });
	expect(faultsByField(new Error('away'))).toEqual({ '': 'away' });
});
