// Several accounts in one server: made by `crier account` beside it, blind to each other on every route, blocked one by one.
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { crier, NUMBER, type Answer, waitUntil } from './harness.ts';
import { Listener } from './listen.ts';
import { CODES } from './codes.ts';
import { fill, type Ids, NOTHING, ROUTES, things } from './things.ts';
import { good, refused, senderFields, withWorld, world } from './world.ts';

const w = world();
const routes = ROUTES.filter((route) => route.path.startsWith('/v1/') && route.role !== 'OPEN');
const inactive = CODES.get('ACCOUNT_INACTIVE')!;

function account(...argv: string[]): { status: number | null; text: string } {
	const done = spawnSync(crier(), ['account', ...argv, '--data', `${w.folder}/data`], { encoding: 'utf8' });
	return { status: done.status, text: done.stdout + done.stderr };
}

/** A new account's admin key. */
function add(username: string, ...options: string[]): string {
	const { status, text } = account('add', username, ...options);
	expect(status, text).toBe(0);
	return text.trim().split(' ').at(-1)!;
}

// Enough for every route: what it does not know it ignores.
const fields = { name: 'Stolen', text: 'Stolen.', number: '447400123999', to: ['447400123999'], action: 'give_up' };
const body = (route: { body: string }) => (route.body.endsWith('JSON') ? { data: fields } : undefined);
const call = (route: { method: string; path: string; body: string }, ids: Ids, key: string) =>
	w.call(route.method, fill(route.path, ids), body(route) ?? (route.body === 'FILE' ? 'number\n447400123456\n' : undefined), {
		key,
		contentType: route.body === 'FILE' ? 'text/csv' : route.body === 'MEDIA' ? 'text/plain' : undefined,
	});

/** What is told, without what names this one request. */
const told = (answer: Answer) => ({
	status: answer.status,
	errors: answer.status === 204 ? [] : answer.tree.errors?.map((e: object) => ({ ...e, timestamp: null, path: null })),
});

test('accounts are made beside a running server', async () => {
	const key = add('shop', '--first-name', 'Zoë', '--last-name', 'Quill');
	const { data } = await good(w.as(key).GET('/v1/accounts/self'));
	expect(data).toMatchObject({ username: 'shop', first_name: 'Zoë', last_name: 'Quill', roles: ['admin'], blocked: false });
	expect(account('add', 'shop')).toEqual({ status: 2, text: 'crier account: there is an account shop already\n' });
	expect(account('add', 'two words').status).toBe(2);
	expect(account('list').text).toMatch(/^admin +active .*\nshop +active .* Zoë {2}Quill\n$/);
	expect(account('block', 'nobody').status).toBe(2);
});

test('nobody is kept waiting while accounts are made', async () => {
	const audience = await w.audience(0);
	let done = false;
	const writing = (async () => {
		for (let i = 0; !done; i++) {
			const answer = await w.call('POST', `/v1/audiences/${audience.id}/contacts`, { data: { number: `4474001${String(i).padStart(5, '0')}` } });
			expect(answer.status, answer.text).toBe(201);
		}
	})();
	for (let i = 0; i < 10; i++)
		add(`beside${i}`);
	done = true;
	await writing;
});

test('what is one account’s is unknown to another, on every route', async () => {
	const key = add('stranger');
	const ids = await things(w);
	const ofIds = routes.filter((route) => route.path.includes('{'));
	expect(ofIds.length).toBeGreaterThan(15);
	for (const route of ofIds) {
		const theirs = told(await call(route, ids, key));
		expect(theirs.status, `${route.method} ${route.path}`).toBeGreaterThanOrEqual(400);
		expect(theirs, `${route.method} ${route.path}`).toEqual(told(await call(route, NOTHING, key)));
	}
	for (const route of routes.filter((route) => route.method === 'GET' && !route.path.includes('{'))) {
		const answer = await call(route, ids, key);
		for (const id of Object.values(ids))
			expect(answer.text, `${route.path} tells of ${id}`).not.toContain(id);
	}
	const from = '447400123777'; // nor what a person wrote to it
	await w.sim('POST', '/_sim/inbound', { from, phone_number_id: NUMBER, text: 'Are you open?' });
	const heard = await waitUntil(async () => (await w.all(`/v1/messages?filter[from]=${from}`))[0], 30, 'the message');
	for (const method of ['GET', 'DELETE'])
		await refused(w.call(method, `/v1/messages/${heard.id}`, undefined, { key }), 404, 1501);
	// And nothing of it was touched.
	for (const route of ofIds.filter((route) => route.method === 'GET'))
		await w.get(fill(route.path, ids));
});

test('nor does it open anything inside a body, a filter or a page token', async () => {
	const key = add('guest');
	const theirs = w.as(key);
	const ids = await things(w);
	const campaign = { channel: 'whatsapp', from: 'MyBusiness', template: ids.template!, audience: ids.audience! } as const;
	const made = await w.call('POST', '/v1/campaigns', { data: campaign }, { key });
	expect(made.tree.errors.map((e: any) => [e.code, e.field])).toEqual([
		[1604, 'data.from'],
		[1616, 'data.template'],
		[1616, 'data.audience'],
	]);
	const template = { name: 'x', channel: 'whatsapp', wa_sender_code: senderFields('', '448081570123').code, wa_category: 'UTILITY', text: 'Hi.' } as const;
	await refused(theirs.POST('/v1/templates', { body: { data: template } }), 400, 1241, 'data.wa_sender_code');
	expect((await w.get(`/v1/messages?filter[campaign_id]=${ids.campaign}`, { key })).tree.pagination.total).toBe(0);
	for (const route of routes.filter((route) => route.method === 'GET' && !route.path.includes('{'))) {
		const answer = await w.get(`${route.path}?page_size=1`);
		const { next } = (/json/.test(answer.headers['content-type']!) && answer.tree.pagination?.links) || {};
		if (next)
			await refused(w.call('GET', w.local(next), undefined, { key }), 400, 1015, 'page_token');
	}
	// One name, in each account.
	const body = { data: { name: 'The same', channel: 'whatsapp' } } as const;
	await good(w.api.POST('/v1/audiences', { body }), 201);
	await good(theirs.POST('/v1/audiences', { body }), 201);
});

test('a blocked account is refused on every route', async () => {
	const key = add('debtor');
	const listener = new Listener(w.server.address, '/v1/events', { 'X-Dexatel-Key': key });
	await waitUntil(() => listener.told.length > 0, 20, 'the first events');
	expect(account('block', 'debtor').status).toBe(0);
	expect(account('list').text).toMatch(/^debtor +blocked /m);
	await listener.end; // another process blocked it
	for (const route of routes)
		await refused(call(route, NOTHING, key), inactive.status, inactive.code);
	await good(w.api.GET('/v1/accounts/self'));
	expect(account('unblock', 'debtor').status).toBe(0);
	await good(w.as(key).GET('/v1/accounts/self'));
});

test('its campaign in progress is held until a person resumes it', async () => {
	await w.template();
	const held = await w.campaign(await w.template(), await w.audience(40), { rate: 1 });
	expect(account('block', 'admin').status).toBe(0);
	expect(account('unblock', 'admin').status).toBe(0);
	const { hold, messages } = await w.read(held);
	expect(hold?.reason).toContain('blocked by the operator');
	expect(messages.queued).toBeGreaterThan(0);
	const path = { params: { path: { campaign: held.id } } };
	expect((await good(w.api.POST('/v1/campaigns/{campaign}/resume', path))).data.hold).toBeNull();
	await good(w.api.PUT('/v1/campaigns/{campaign}', { ...path, body: { data: { status: 'canceled' } } }));
});

test('a key that asks too often waits, and no other does', () =>
	withWorld({ server: ['--rate-limit', '5'], webhooks: false }, async (slow) => {
		const made = await good(slow.api.POST('/v1/keys', { body: { data: { name: 'calm', role: 'viewer' } } }), 201);
		const answers = await Promise.all(Array.from({ length: 60 }, () => slow.call('GET', '/v1/accounts/self')));
		const late = answers.filter((answer) => answer.status === 429);
		expect(late.length).toBeGreaterThan(0);
		expect(answers.filter((answer) => answer.status === 200).length + late.length).toBe(60);
		for (const answer of late)
			expect([answer.tree.errors[0].code, answer.headers['retry-after']]).toEqual([1022, '1']);
		await good(slow.as(made.data.key).GET('/v1/accounts/self'));
		await waitUntil(async () => (await slow.call('GET', '/v1/accounts/self')).status === 200, 10, 'the next turn');
	}));
