// Every route against docs/openapi.yaml and the program's own tables: keys, roles, methods, ids and bodies, with none left out.
import { readdirSync } from 'node:fs';
import http from 'node:http';
import { expect, test } from 'vitest';
import { Answer, ask, KEY, split } from './harness.ts';
import { SPEC } from './spec.ts';
import { codesInUse } from './codes.ts';
import { fill, KINDS, NOTHING, ROUTES, type TableRoute, things } from './things.ts';
import { at, good, refused, senderFields, UNKNOWN_ID, withWorld, type World, world } from './world.ts';

const w = world();
const ROLES = ['OPEN', 'VIEWER', 'SENDER', 'ADMIN'];
const json = { contentType: 'application/json' };

test('the document has the routes and no others', () => {
	const camel = (handler: string) => handler.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
	const ours = ROUTES.map(({ method, path, handler }) => `${method.toLowerCase()} ${path} ${camel(handler)}`);
	expect(SPEC.routes.map(({ method, path, operation }) => `${method} ${path} ${operation.operationId}`).sort()).toEqual(ours.sort());
});

/** What the document says that this call needs; its own word, so that the table of routes is held to it. */
function roleOf(operation: Record<string, any>): string {
	const needs = operation.security ?? SPEC.tree.security;
	if (needs.length === 0)
		return 'OPEN';
	const [{ key }, { session }] = needs;
	expect([needs.length, session], operation.operationId).toEqual([2, key]); // a session may what its key may
	return key[0].toUpperCase();
}

test('the document tells which role each route needs', () => {
	const told = SPEC.routes.map(({ method, path, operation }) => `${method.toUpperCase()} ${path} ${roleOf(operation)}`);
	expect(told.sort()).toEqual(ROUTES.map(({ method, path, role }) => `${method} ${path} ${role}`).sort());
});

test('the document has the codes and no others', () => {
	const used = codesInUse();
	const { enum: listed, description } = SPEC.tree.components.schemas.Code;
	expect([...listed].sort()).toEqual([...used.keys()].sort());
	const table = [...description.matchAll(/^\| (\d{4}) \| (\d{3}) \|/gm)].map(([, code, status]) => [Number(code), Number(status)] as const);
	expect(new Map(table)).toEqual(used);
	const ofRoutes = new Set(SPEC.routes.flatMap(({ operation }) => [...SPEC.codes(operation)]));
	const want = new Set([...used].map(([code, status]) => `${status} ${code}`));
	expect(ofRoutes, 'a code is listed for no route, or with another status').toEqual(want);
});

test('the document has the metrics and no others', async () => {
	const shown = [...(await w.get('/metrics', { key: null })).text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name, kind]) => `${name} ${kind}`);
	const table: string = SPEC.tree.paths['/metrics'].get.description;
	expect([...table.matchAll(/^\| `(\w+)` \| (\w+) \|/gm)].map(([, name, kind]) => `${name} ${kind}`).sort()).toEqual(shown.sort());
});

test('every route wants a key', async () => {
	const ids = await things(w);
	for (const { method, path, role } of ROUTES)
		if (role !== 'OPEN')
			for (const key of [null, '', 'crier_nobody-has-this-key', `${KEY}x`, KEY.slice(0, -1)])
				await refused(w.call(method, fill(path, ids), undefined, { key }), 401, 1101);
});

test('every route wants its role', async () => {
	for (const role of ['viewer', 'sender', 'admin'] as const) {
		const { key } = (await good(w.api.POST('/v1/keys', { body: { data: { name: role, role } } }), 201)).data;
		for (const { method, path, operation } of SPEC.routes) {
			const low = ROLES.indexOf(role.toUpperCase()) < ROLES.indexOf(roleOf(operation));
			const answer = await w.call(method.toUpperCase(), fill(path, NOTHING), undefined, { key });
			expect(answer.status === 403, `${role}: ${method} ${path}: ${answer.text}`).toBe(low || operation.operationId === 'hooksHandshake');
			if (low)
				expect(answer.tree.errors.map((error: { code: number }) => error.code)).toEqual([1102]);
		}
	}
});

test('other methods are told which there are', async () => {
	const ids = await things(w);
	for (const path of new Set(ROUTES.map((route) => route.path))) {
		const target = fill(path, ids);
		const known = ROUTES.filter((route) => fits(route.path, target)).map((route) => route.method);
		for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'].filter((method) => !known.includes(method))) {
			const answer = await w.call(method, target);
			expect([answer.status, String(answer.headers.allow).split(', ')], `${method} ${path}`).toEqual([405, known]);
			expect(answer.tree.errors.map((error: { code: number }) => error.code)).toEqual([1013]);
		}
	}
});

const fits = (pattern: string, target: string) => new RegExp(`^${pattern.replace(/\{\w+\}/g, '[^/]+')}$`).test(target);

test('a HEAD is a GET without its body', async () => {
	for (const path of ['/v1/campaigns', '/healthz']) {
		const answer = await ask(w.server.address, { method: 'HEAD', target: path, headers: { 'X-Dexatel-Key': KEY } });
		expect([answer.status, answer.text]).toEqual([200, '']);
		expect(answer.headers['x-request-id']).toBeTruthy();
	}
});

/** A body that asks for nothing, so that only the id of the path can be at fault. */
function harmless({ method, path, body }: TableRoute): { body?: string | object; contentType?: string } {
	if (body === 'FILE')
		return { body: 'number\n', contentType: 'text/csv' };
	if (path.endsWith('/contacts') && method === 'POST')
		return { body: { data: { number: '447400123457' } } };
	if (path === '/v1/audiences/{audience}' && method === 'PUT')
		return { body: { data: { name: 'Another' } } };
	return body.includes('JSON') ? { body: { data: {} } } : {};
}

test('ids that are malformed, unknown or of another kind', async () => {
	const ids = await things(w);
	for (const route of ROUTES)
		for (const [, kind] of route.path.matchAll(/\{(\w+)\}/g)) {
			if (!KINDS.has(kind!))
				continue;
			const own = ids[kind!]!;
			const { malformed, unknown } = KINDS.get(kind!)!;
			const { body, contentType } = harmless(route);
			const ask = (id: string) => w.call(route.method, fill(route.path, { ...ids, [kind!]: id }), body, { contentType });
			for (const id of ['1', 'a'.repeat(36), own.slice(0, -1), `${own}0`])
				await refused(ask(id), 400, malformed);
			const other = ids[kind === 'template' ? 'campaign' : 'template']!;
			for (const id of [UNKNOWN_ID, other, own.slice(0, -1) + (own.endsWith('0') ? '1' : '0')])
				await refused(ask(id), 404, unknown);
		}
});

// Contacts are numbered from one in each audience, so the id of another's must not be taken for that of one's own.
test('a contact is found in its own audience only', async () => {
	const mine = await w.audience(3);
	const other = await w.audience(3);
	const contacts = () => Promise.all([mine, other].map(({ id }) => w.all(`/v1/audiences/${id}/contacts`)));
	const before = await contacts();
	for (const { id } of before[1]!) {
		const crossed = at({ audience: mine.id, contact: id as string });
		await refused(w.api.GET('/v1/audiences/{audience}/contacts/{contact}', crossed), 404, 1351);
		const body = { data: { first_name: 'Another' } };
		await refused(w.api.PUT('/v1/audiences/{audience}/contacts/{contact}', { ...crossed, body }), 404, 1351);
		await refused(w.api.DELETE('/v1/audiences/{audience}/contacts/{contact}', crossed), 404, 1351);
	}
	expect(await contacts()).toEqual(before);
});

test('ids in capitals are the same', async () => {
	const ids = await things(w);
	for (const kind of ['sender', 'campaign', 'message']) {
		const path = `/v1/${kind}s/`;
		expect((await w.get(path + ids[kind]!.toUpperCase())).data).toEqual((await w.get(path + ids[kind])).data);
	}
});

test('every body is JSON with data', async () => {
	const ids = await things(w);
	for (const { method, path, body } of ROUTES) {
		if (body !== 'JSON' && body !== 'BIG_JSON')
			continue;
		const target = fill(path, ids);
		await refused(w.call(method, target, '{}', { contentType: 'text/plain' }), 415, 1011);
		for (const text of ['nonsense', '{"data":{}', '{"data":{"name":1e999}}', Buffer.from([0xa0])])
			await refused(w.call(method, target, text, json), 400, 1005);
		await refused(w.call(method, target), 400, 1005); // nothing at all
		for (const text of ['{}', '{"data":[]}', '{"data":"x"}', '{"name":"x"}', 'null'])
			await refused(w.call(method, target, text, json), 400, 1007);
	}
});

test('no name is given twice', async () => {
	const ids = await things(w);
	await good(w.api.POST('/v1/senders', { body: { data: senderFields('Taken', '448081570456') } }), 201);
	await good(w.api.POST('/v1/audiences', { body: { data: { name: 'Taken', channel: 'whatsapp' } } }), 201);
	await w.campaign({ id: ids.template! }, { id: ids.audience! }, { name: 'Taken', schedule: '2199-01-01 00:00:00' });
	for (const [kind, code] of [['sender', 1441], ['audience', 1309], ['campaign', 1614]] as const) {
		const path = `/v1/${kind}s/${ids[kind]}`;
		const rename = (name: string) => w.call('PUT', path, { data: { name } });
		const own = (await w.get(path)).data.name;
		await refused(rename('Taken'), 409, code, 'data.name');
		expect((await w.get(path)).data.name).toBe(own);
		expect((await rename(own)).data.name).toBe(own); // its own name is not taken by another
	}
});

test('unknown fields and parameters are ignored', async () => {
	const body = { data: { name: w.name(), channel: 'whatsapp', surprise: { a: [null] } } };
	const made = await w.call('POST', '/v1/audiences?surprise=1', body);
	expect(made.status).toBe(201);
	expect(made.data).not.toHaveProperty('surprise');
	expect((await w.get('/v1/audiences?surprise=1&filter[surprise]=2')).tree.data[0].id).toBe(made.data.id);
});

test('queries that cannot be read', async () => {
	const parameters = (n: number) => Array.from({ length: n }, (_, i) => `p${i}=1`).join('&');
	for (const query of ['x=%zz', 'x=%', 'x=%00', 'x=%ff', parameters(65)])
		await refused(w.call('GET', `/v1/campaigns?${query}`), 400, 1014);
	await w.get(`/v1/campaigns?${parameters(64)}`);
});

test('each answer has an id of its own', async () => {
	const seen = new Set<unknown>();
	for (let i = 0; i < 5; i++)
		for (const path of ['/v1/campaigns', '/v1/nothing', '/healthz'])
			seen.add((await w.call('GET', path)).headers['x-request-id']);
	expect(seen.size).toBe(15);
});

test('links are those of the host that was asked', async () => {
	const path = `/v1/campaigns/${(await things(w)).campaign}`;
	const { data } = await w.get(path, { headers: { Host: 'crier.example:99' } });
	expect(data.links.self).toBe(`http://crier.example:99${path}`);
	for (const [name, link] of Object.entries<string>((await w.get(path)).data.links))
		expect((await w.get(link)).tree.data, name).toBeTruthy();
});

/** The answer to a body whose length is not announced. */
async function chunked(w: World, target: string, bytes: number, contentType: string): Promise<Answer> {
	const [host, port] = split(w.server.address);
	const answer = await new Promise<Answer>((resolve, reject) => {
		const headers = { 'X-Dexatel-Key': KEY, 'Content-Type': contentType, 'Transfer-Encoding': 'chunked' };
		const request = http.request({ host, port, path: target, method: 'POST', headers, agent: false }, (response) => {
			const pieces: Buffer[] = [];
			response.on('data', (piece: Buffer) => pieces.push(piece));
			response.on('end', () => resolve(new Answer(response.statusCode!, response.headers, Buffer.concat(pieces))));
		});
		request.on('error', reject);
		for (let sent = 0; sent <= bytes; sent += 65536)
			request.write('x'.repeat(65536));
		request.end();
	});
	SPEC.check('POST', target, answer);
	return answer;
}

test('bodies without a length have the same limits', () =>
	withWorld({ server: ['--max-import-mb', '1'] }, async (w) => {
		const cases: [string, number, string][] = [
			['/v1/templates', 1 << 20, 'application/json'],
			['/v1/audiences', 4 << 20, 'application/json'],
			[`/v1/audiences/${(await w.audience(0)).id}/import`, 1 << 20, 'text/csv'],
			['/webhooks/whatsapp', 4 << 20, 'application/json'],
		];
		for (const [target, limit, contentType] of cases)
			await refused(chunked(w, target, limit + 1, contentType), 413, 1008);
		expect(readdirSync(`${w.folder}/data/imports`)).toEqual([]);
	}));

test('the last admin key stays', () =>
	withWorld({}, async (w) => {
		const only = (await good(w.api.GET('/v1/keys'))).data[0]!;
		await good(w.api.POST('/v1/keys', { body: { data: { name: 'no admin', role: 'sender' } } }), 201);
		await refused(w.api.DELETE('/v1/keys/{key}', at({ key: only.id })), 409, 1805);
		const { data: second } = await good(w.api.POST('/v1/keys', { body: { data: { name: 'second', role: 'admin' } } }), 201);
		await good(w.as(second.key).DELETE('/v1/keys/{key}', at({ key: only.id })), 204);
		await refused(w.api.GET('/v1/keys'), 401, 1101);
		await refused(w.as(second.key).DELETE('/v1/keys/{key}', at({ key: second.id })), 409, 1805);
	}));
