// The same POST twice under one Idempotency-Key does one thing, whatever happens in between.
import { expect, test } from 'vitest';
import { type Answer, contactsCsv, NUMBER } from './harness.ts';
import { SPEC } from './spec.ts';
import { fill, type Ids, ROUTES, things } from './things.ts';
import { at, good, refused, senderFields, withWorld, type World, world } from './world.ts';

const w = world();
let n = 0;
const newKey = () => `key ${++n}`;
const post = (target: string, data: object, key: string, of: World = w) =>
	of.call('POST', target, { data }, { headers: { 'Idempotency-Key': key } });
const counted = async (path: string, of: World = w) => (await of.get(path)).tree.pagination.total as number;

function expectAgain(first: Answer, again: Answer) {
	expect([again.status, again.text]).toEqual([first.status, first.text]);
	expect(first.headers['idempotent-replayed']).toBeUndefined();
	expect(again.headers['idempotent-replayed']).toBe('true');
}

test('the same answer, and nothing done twice', async () => {
	const key = newKey();
	const before = await counted('/v1/audiences');
	const first = await post('/v1/audiences', { name: 'Once', channel: 'whatsapp' }, key);
	expect(first.status).toBe(201);
	for (let i = 0; i < 3; i++)
		expectAgain(first, await post('/v1/audiences', { name: 'Once', channel: 'whatsapp' }, key));
	expect(await counted('/v1/audiences')).toBe(before + 1);
	// Without the key it is another request.
	expect((await w.call('POST', '/v1/audiences', { data: { name: 'Once', channel: 'whatsapp' } })).status).toBe(409);
});

test('a secret that is shown once is shown again, for this request', async () => {
	const key = newKey();
	const first = await post('/v1/keys', { name: 'twice', role: 'viewer' }, key);
	expectAgain(first, await post('/v1/keys', { name: 'twice', role: 'viewer' }, key));
	expect(first.data.key).toMatch(/^crier_/);
	await good(w.as(first.data.key).GET('/v1/accounts/self'));
});

test('another request under the key is refused', async () => {
	const key = newKey();
	expect((await post('/v1/keys', { name: 'a', role: 'viewer' }, key)).status).toBe(201);
	await refused(post('/v1/keys', { name: 'b', role: 'viewer' }, key), 409, 1018);
	await refused(post('/v1/audiences', { name: 'a', role: 'viewer' }, key), 409, 1018);
	await refused(post('/v1/keys?x=1', { name: 'a', role: 'viewer' }, key), 409, 1018);
});

test('what was refused may be mended under its key', async () => {
	const key = newKey();
	expect((await post('/v1/keys', { name: 'a', role: 'king' }, key)).status).toBe(400);
	expect((await post('/v1/keys', { name: 'a', role: 'viewer' }, key)).status).toBe(201);
});

test('keys that are none', async () => {
	for (const key of ['', 'x'.repeat(256), 'Grüße'])
		await refused(post('/v1/keys', { name: 'a', role: 'viewer' }, key), 400, 1017);
	expect((await post('/v1/keys', { name: 'a', role: 'viewer' }, 'x'.repeat(255))).status).toBe(201);
	// Of no meaning beside a POST.
	expect((await w.get('/v1/keys', { headers: { 'Idempotency-Key': '' } })).status).toBe(200);
});

test('two at once: one is done, the other waits for it or finds it', async () => {
	for (let round = 0; round < 5; round++) {
		const key = newKey();
		const before = await counted('/v1/keys');
		const answers = await Promise.all(Array.from({ length: 8 }, () => post('/v1/keys', { name: 'a', role: 'viewer' }, key)));
		const good = answers.filter((answer) => answer.status === 201);
		expect(good.length).toBeGreaterThan(0);
		expect(new Set(good.map((answer) => answer.text)).size).toBe(1);
		for (const answer of answers.filter((answer) => answer.status !== 201)) {
			expect(answer.tree.errors[0].code).toBe(1019);
			expect(answer.headers['retry-after']).toBe('1');
		}
		expect(await counted('/v1/keys')).toBe(before + 1);
	}
});

// A sender is asked after at Meta before anything is kept: so long the request runs.
test('while the first still runs', () =>
	withWorld({ simulator: ['--latency-ms', '2000'], webhooks: false }, async (slow) => {
		const data = senderFields('Slow', NUMBER);
		const answers = await Promise.all([1, 2, 3].map(() => post('/v1/senders', data, 'k', slow)));
		expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409]);
		for (const answer of answers.filter((answer) => answer.status === 409)) {
			expect(answer.tree.errors[0].code).toBe(1019);
			expect(answer.headers['retry-after']).toBe('1');
		}
		expectAgain(answers.find((answer) => answer.status === 201)!, await post('/v1/senders', data, 'k', slow));
		const others = ['A', 'B'].map((name) => post('/v1/senders', senderFields(name, '448081570124'), 'l', slow));
		const told = (await Promise.all(others)).map((answer) => [answer.status, answer.tree.errors?.[0].code]).sort();
		expect(told).toEqual([[201, undefined], [409, 1018]]);
	}));

test('a body that is streamed', async () => {
	const audience = await w.audience(0);
	const send = (csv: string, query: string, key: string) =>
		w.call('POST', `/v1/audiences/${audience.id}/import${query}`, csv, { contentType: 'text/csv', headers: { 'Idempotency-Key': key } });
	const csv = contactsCsv(2000);
	const first = await send(csv, '', 'stream');
	expect(first.status).toBe(202);
	expectAgain(first, await send(csv, '', 'stream'));
	await refused(send(`${csv}+447400999999,A,b\n`, '', 'stream'), 409, 1018);
	await refused(send(csv, '?region=GB', 'stream'), 409, 1018);
	const done = await w.importWhen(first.data, (data) => data.status === 'completed');
	expect([done.rows, done.added]).toEqual([2000, 2000]);
});

test('keys are of an account, not of an API key', async () => {
	const key = newKey();
	const admin = (await good(w.api.POST('/v1/keys', { body: { data: { name: 'other', role: 'admin' } } }), 201)).data.key;
	const first = await post('/v1/audiences', { name: 'Shared', channel: 'whatsapp' }, key);
	const again = await w.call('POST', '/v1/audiences', { data: { name: 'Shared', channel: 'whatsapp' } }, { key: admin, headers: { 'Idempotency-Key': key } });
	expectAgain(first, again);
});

/** What each route that takes a POST is sent: the fields of `data`, or a body with its type. A new route is to be put here. */
const bodies: Record<string, (ids: Ids) => { data?: object; raw?: string; type?: string }> = {
	'/v1/keys': () => ({ data: { name: 'each', role: 'viewer' } }),
	'/v1/senders': () => ({ data: senderFields('Second', '448081570124') }),
	'/v1/media': () => ({ raw: 'Opening hours: 9 to 17\n', type: 'text/plain' }),
	'/v1/templates': () => ({ data: { name: 'each', channel: 'whatsapp', wa_sender_code: NUMBER, wa_category: 'UTILITY', text: 'Hello.' } }),
	'/v1/templates/sync': () => ({ data: { wa_sender_code: NUMBER } }),
	'/v1/audiences': () => ({ data: { name: 'each', channel: 'whatsapp' } }),
	'/v1/audiences/{audience}/contacts': () => ({ data: { number: '447400777777' } }),
	'/v1/audiences/{audience}/import': () => ({ raw: 'number\n447400888888\n', type: 'text/csv' }),
	'/v1/campaigns': (ids) => ({ data: { channel: 'whatsapp', from: 'MyBusiness', template: ids.template, audience: ids.audience } }),
	'/v1/campaigns/preflight': (ids) => ({ data: { channel: 'whatsapp', from: 'MyBusiness', template: ids.template, audience: ids.audience } }),
	'/v1/campaigns/{campaign}/test': () => ({ data: { to: ['447400123458'] } }),
	'/v1/senders/{sender}/pause': () => ({}),
	'/v1/senders/{sender}/resume': () => ({}),
	'/v1/campaigns/{campaign}/pause': () => ({}),
	'/v1/campaigns/{campaign}/resume': () => ({}),
	'/v1/campaigns/{campaign}/unconfirmed': () => ({ data: { action: 'give_up' } }),
	'/v1/messages': (ids) => ({
		data: { channel: 'whatsapp', from: 'MyBusiness', to: ['447400123458'], template: ids.template, variables: ['Ann', 'order 1'] },
	}),
	'/v1/optouts': () => ({ data: { number: '447400999998' } }),
	'/v1/webhooks': () => ({ data: { url: 'https://example.com/hook', event: 'message' } }),
	'/v1/webhooks/{webhook}/deliveries/{delivery}/redeliver': () => ({}),
};

test('every route that takes a POST', async () => {
	const ids = { ...(await things(w)) };
	const scheduled = await w.campaign({ id: ids.template! }, await w.audience(30), { rate: 1 });
	ids.campaign = scheduled.id;
	for (const route of ROUTES.filter((route) => route.method === 'POST' && route.role !== 'OPEN')) {
		expect(JSON.stringify(SPEC.tree.paths[route.path].post.parameters), `${route.path} in the document`).toContain('parameters/idempotency_key');
		const make = bodies[route.path];
		expect(make, `${route.path} has no body in this test`).toBeDefined();
		const { data, raw, type } = make!(ids);
		const send = (key: string) =>
			w.call('POST', fill(route.path, ids), data ? { data } : raw, { contentType: type, headers: { 'Idempotency-Key': key } });
		const first = await send(`each ${route.path}`);
		expect(first.status, `${route.path}: ${first.text}`).toBeLessThan(300);
		expectAgain(first, await send(`each ${route.path}`));
	}
	await good(w.api.PUT('/v1/campaigns/{campaign}', { ...at({ campaign: ids.campaign }), body: { data: { status: 'canceled' } } }));
});

test('killed at any moment, the request is done once and its answer kept', () =>
	withWorld({}, async (mortal) => {
		await mortal.sender();
		const template = (await mortal.template()).id;
		const number = (round: number) => String(447400123500 + round);
		/** A request of each kind, and where its doings are seen: `mine` is true of one item of the list. */
		const kinds: { path: string; data: (round: number) => object; mine: (item: any, round: number) => boolean }[] = [
			{ path: '/v1/keys', data: (round) => ({ name: `round ${round}`, role: 'viewer' }), mine: ({ name }, round) => name === `round ${round}` },
			{
				path: '/v1/audiences',
				data: (round) => ({ name: `round ${round}`, channel: 'whatsapp', contacts: [{ number: NUMBER }] }),
				mine: ({ name, contacts_count }, round) => name === `round ${round}` && contacts_count === 1,
			},
			{ path: '/v1/optouts', data: (round) => ({ number: number(round) }), mine: (item, round) => item.number === number(round) },
			{
				path: '/v1/messages',
				data: (round) => ({ channel: 'whatsapp', from: 'MyBusiness', to: [number(round)], template, variables: ['Ann', 'order 1'] }),
				mine: ({ to }, round) => to === number(round),
			},
		];
		const rounds = 5 * kinds.length;
		let answered = 0;
		for (let round = 0; round < rounds; round++) {
			const { path, data, mine } = kinds[round % kinds.length]!;
			const key = `round ${round}`;
			const first = post(path, data(round), key, mortal).catch(() => null);
			// From before the request is read to after its answer: some rounds die between commit and answer.
			await new Promise((resolve) => setTimeout(resolve, Math.floor(round / kinds.length) * 5));
			await mortal.server.kill();
			const got = await first;
			await mortal.restart();
			const again = await post(path, data(round), key, mortal);
			expect(again.status, again.text).toBe(201);
			if (got) {
				expect(again.text).toBe(got.text);
				answered++;
			}
			const items = await mortal.all(`${path}?page_size=100`);
			expect(items.filter((item) => mine(item, round)), path).toHaveLength(1);
		}
		expect(answered).toBeLessThan(rounds);
	}), 120_000);
