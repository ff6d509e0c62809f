// Signing in: a page keeps no key but a cookie that the server ends, and what another page has the browser send is refused.
import { expect, test } from 'vitest';
import type { Answer } from './harness.ts';
import { KEY } from './harness.ts';
import { fill, NOTHING, ROUTES, things } from './things.ts';
import { at, good, refused, withWorld, type World, world } from './world.ts';

const w = world({ server: ['--log-level', 'debug'] });
const OWN = { 'Sec-Fetch-Site': 'same-origin' };

const signIn = (key: unknown, headers: Record<string, string> = OWN, on: World = w) =>
	on.call('POST', '/v1/sessions', { data: { key } }, { key: null, headers });

const cookieOf = (answer: Answer) => String(answer.headers['set-cookie']);

/** A cookie as the browser sends it back. */
async function signedIn(key = KEY, on: World = w): Promise<string> {
	const answer = await signIn(key, OWN, on);
	expect(answer.status, answer.text).toBe(201);
	return cookieOf(answer).split(';')[0]!;
}

const by = (cookie: string, headers: Record<string, string> = OWN) => ({ key: null, headers: { Cookie: cookie, ...headers } });

const makeKey = async (role: 'admin' | 'sender' | 'viewer') => (await good(w.api.POST('/v1/keys', { body: { data: { name: `a ${role}`, role } } }), 201)).data;

const audience = () => ({ data: { name: w.name('audience'), channel: 'whatsapp' } });

test('signed in, a person may what the key may', async () => {
	for (const role of ['admin', 'sender', 'viewer'] as const) {
		const key = await makeKey(role);
		const answer = await signIn(key.key);
		expect(answer.status, answer.text).toBe(201);
		const { data } = answer;
		expect(data).toMatchObject({ key_id: key.id, key_name: `a ${role}`, role, version: '0.1.0', account_id: key.account_id });
		expect(data.expire_date > data.create_date).toBe(true);
		expect(new Date(`${data.expire_date}Z`).getTime() - new Date(`${data.create_date}Z`).getTime()).toBe(12 * 3_600_000);
		expect(() => new Intl.DateTimeFormat('en', { timeZone: data.timezone })).not.toThrow();
		const cookie = cookieOf(answer).split(';')[0]!;
		const self = await w.get('/v1/sessions/self', by(cookie));
		expect(self.data).toEqual({ ...data, server_time: self.data.server_time });
		// Among other cookies too, and a GET from anywhere but another site.
		await w.get('/v1/campaigns', by(`theme=dark; ${cookie};x=crier_session=1`, {}));
		await w.get('/v1/campaigns', by(cookie, { 'Sec-Fetch-Site': 'none' }));
		expect((await w.call('POST', '/v1/audiences', audience(), by(cookie))).status).toBe(role === 'viewer' ? 403 : 201);
		expect((await w.call('GET', '/v1/keys', undefined, by(cookie))).status).toBe(role === 'admin' ? 200 : 403);
	}
});

test('a wrong key signs nobody in', async () => {
	for (const key of ['crier_nobody-has-this-key', '', ' ', null, 5, [KEY], undefined]) {
		const answer = await signIn(key);
		await refused(Promise.resolve(answer), 401, 1101);
		expect(answer.headers['set-cookie']).toBeUndefined();
	}
	await refused(w.call('POST', '/v1/sessions', 'no json', { key: null, headers: OWN, contentType: 'application/json' }), 400, 1005);
	await refused(w.call('POST', '/v1/sessions', {}, { key: null, headers: OWN }), 400, 1007);
	await refused(w.call('POST', '/v1/sessions', 'x', { key: null, headers: OWN, contentType: 'text/plain' }), 415, 1011);
	const cookie = await signedIn();
	for (const wrong of ['crier_session=', 'crier_session', `${cookie}x`, cookie.slice(0, -1), `x${cookie}`, `crier_session=${KEY}`, ';;;', `crier_session=${'x'.repeat(4000)}`])
		await refused(w.call('GET', '/v1/sessions/self', undefined, by(wrong)), 401, 1101);
});

test('without a session every route wants a key, and a key wins over a cookie', async () => {
	const ids = await things(w);
	for (const { method, path, role } of ROUTES)
		if (role !== 'OPEN')
			await refused(w.call(method, fill(path, ids), undefined, by('crier_session=not-of-any-session')), 401, 1101);
	const viewer = await makeKey('viewer');
	const cookie = await signedIn();
	const both = { key: viewer.key, headers: { Cookie: cookie, 'Sec-Fetch-Site': 'cross-site' } };
	const self = (await w.get('/v1/sessions/self', both)).data;
	expect([self.key_id, self.create_date, self.expire_date]).toEqual([viewer.id, null, null]);
	await refused(w.call('POST', '/v1/audiences', audience(), both), 403, 1102);
	await refused(w.call('GET', '/v1/sessions/self', undefined, { key: 'wrong', headers: { Cookie: cookie } }), 401, 1101);
});

test('a session may on every route what its role may', async () => {
	const order = ['VIEWER', 'SENDER', 'ADMIN'];
	for (const role of ['viewer', 'sender'] as const) {
		const cookie = await signedIn((await makeKey(role)).key);
		for (const route of ROUTES.filter(({ path, role }) => role !== 'OPEN' && path !== '/v1/sessions/self')) {
			const answer = await w.call(route.method, fill(route.path, NOTHING), undefined, by(cookie));
			expect(answer.status === 403, `${role}: ${route.method} ${route.path}: ${answer.text}`).toBe(order.indexOf(route.role) > order.indexOf(role.toUpperCase()));
		}
	}
});

test('what another page sends is refused', async () => {
	const cookie = await signedIn();
	const host = w.server.address;
	const good = [OWN, { Origin: `http://${host}` }, { Origin: `https://${host.toUpperCase()}` }, { ...OWN, Origin: 'http://evil.example' }];
	for (const headers of good as Record<string, string>[]) {
		expect((await w.call('POST', '/v1/audiences', audience(), by(cookie, headers))).status, JSON.stringify(headers)).toBe(201);
		expect((await signIn(KEY, headers)).status, JSON.stringify(headers)).toBe(201);
	}
	const bad = [
		{}, { 'Sec-Fetch-Site': 'cross-site' }, { 'Sec-Fetch-Site': 'same-site' }, { 'Sec-Fetch-Site': 'none' }, { 'Sec-Fetch-Site': '' },
		{ 'Sec-Fetch-Site': 'cross-site', Origin: `http://${host}` }, { Origin: 'null' }, { Origin: '' }, { Origin: host }, { Origin: 'http://evil.example' },
		{ Origin: `http://${host}.evil.example` }, { Origin: `http://evil.example/${host}` }, { Origin: `http://${host.slice(0, -1)}` }, { Referer: `http://${host}/` },
	];
	const { data: key } = await w.get('/v1/sessions/self', by(cookie));
	for (const headers of bad as Record<string, string>[]) {
		for (const [method, path] of [['POST', '/v1/audiences'], ['PUT', `/v1/campaigns/${NOTHING.campaign}`], ['DELETE', '/v1/sessions/self'], ['POST', '/v1/nothing']] as const)
			await refused(w.call(method, path, audience(), by(cookie, headers)), 403, 1103);
		const answer = await signIn(KEY, headers);
		await refused(Promise.resolve(answer), 403, 1103);
		expect(answer.headers['set-cookie']).toBeUndefined();
	}
	await refused(w.call('GET', '/v1/keys', undefined, by(cookie, { 'Sec-Fetch-Site': 'cross-site' })), 403, 1103);
	expect((await w.get('/v1/sessions/self', by(cookie))).data.key_id).toBe(key.key_id); // still signed in
});

test('an address that the operator gave is an origin too, and says whether it is reached by TLS', () =>
	withWorld({ server: ['--public-url', 'https://crier.example/app'], webhooks: false }, async (behind) => {
		const answer = await signIn(KEY, { Origin: 'https://crier.example' }, behind);
		expect(answer.status, answer.text).toBe(201);
		expect(cookieOf(answer)).toMatch(/; Secure$/);
		expect(cookieOf(await signIn(KEY, { ...OWN, 'X-Forwarded-Proto': 'http' }, behind))).not.toContain('Secure');
		for (const Origin of ['http://crier.example', 'https://crier.exampl', 'https://crier.example.evil', 'https://'])
			await refused(signIn(KEY, { Origin }, behind), 403, 1103);
	}));

test('the cookie is no script’s, and secure where the way is', async () => {
	const plain = cookieOf(await signIn(KEY));
	expect(plain).toMatch(/^crier_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=604800$/);
	for (const proto of ['https', 'HTTPS', 'https, http', 'https,http'])
		expect(cookieOf(await signIn(KEY, { ...OWN, 'X-Forwarded-Proto': proto })), proto).toMatch(/; Max-Age=604800; Secure$/);
	for (const proto of ['http', 'http, https', 'httpsx', ''])
		expect(cookieOf(await signIn(KEY, { ...OWN, 'X-Forwarded-Proto': proto })), proto).not.toContain('Secure');
});

test('signed out, the cookie opens nothing', async () => {
	const cookie = await signedIn();
	const beside = await signedIn();
	const out = await w.call('DELETE', '/v1/sessions/self', undefined, by(cookie));
	expect([out.status, cookieOf(out)]).toEqual([204, 'crier_session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0']);
	await refused(w.call('GET', '/v1/sessions/self', undefined, by(cookie)), 401, 1101);
	await w.get('/v1/sessions/self', by(beside));
	await good(w.api.DELETE('/v1/sessions/self'), 204); // a key has none
	await w.get('/v1/accounts/self');
});

test('a session ends with its key', async () => {
	const key = await makeKey('viewer');
	const cookie = await signedIn(key.key);
	await w.get('/v1/campaigns', by(cookie));
	await good(w.api.DELETE('/v1/keys/{key}', at({ key: key.id })), 204);
	await refused(w.call('GET', '/v1/campaigns', undefined, by(cookie)), 401, 1101);
	await refused(signIn(key.key), 401, 1101);
});

test('a session outlives a restart', async () => {
	const cookie = await signedIn();
	expect(await w.server.stop()).toBe(0);
	await w.restart();
	await w.get('/v1/sessions/self', by(cookie));
});

test('a key has its rate, with the key itself or by sessions', () =>
	withWorld({ server: ['--rate-limit', '5'], webhooks: false }, async (slow) => {
		const cookie = await signedIn(KEY, slow);
		const answers = await Promise.all(Array.from({ length: 60 }, (_, i) => slow.call('GET', '/v1/accounts/self', undefined, i % 2 ? by(cookie) : {})));
		expect(answers.filter((answer) => answer.status === 429).length).toBeGreaterThan(30);
	}));

test('neither key nor cookie is told again', async () => {
	const cookie = await signedIn();
	const token = cookie.split('=')[1]!;
	for (const path of ['/v1/sessions/self', '/v1/accounts/self', '/v1/keys'])
		expect((await w.get(path, by(cookie))).text).not.toContain(token);
	const log = w.server.output();
	expect(log).toContain('/v1/sessions');
	expect(log).not.toContain(token);
	expect(log).not.toContain(KEY);
});
