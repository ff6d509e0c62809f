// What every request meets first: keys, paths, methods, types, sizes, JSON.
import http from 'node:http';
import net from 'node:net';
import { expect, test } from 'vitest';
import { KEY, split } from './harness.ts';
import { at, faults, good, refused, UNKNOWN_ID, world, wrong } from './world.ts';

const w = world();
const json = { contentType: 'application/json' };

test('without a key nothing', async () => {
	for (const path of ['/v1/campaigns', '/v1/nothing', '/v1/accounts/self']) {
		await refused(w.call('GET', path, undefined, { key: null }), 401, 1101);
		await refused(w.call('GET', path, undefined, { key: 'wrong-key-wrong-key' }), 401, 1101);
	}
	await refused(w.call('GET', '/v1/campaigns', undefined, { key: null, headers: { Authorization: `Bearer ${KEY}` } }), 401, 1101);
	// Before anything of the body is looked at.
	await refused(w.call('POST', '/v1/campaigns', 'not json', { key: null }), 401, 1101);
});

test('the account', async () => {
	const { data } = await good(w.api.GET('/v1/accounts/self'));
	expect(data).toMatchObject({ roles: ['admin'], blocked: false, links: { self: `http://${w.server.address}/v1/accounts/self` } });
});

test('unknown paths and methods', async () => {
	await refused(w.call('GET', '/v1/nothing'), 404, 1012);
	await refused(w.call('GET', '/nothing', undefined, { key: null }), 404, 1012);
	await refused(w.call('PATCH', '/v1/campaigns', { data: {} }), 405, 1013);
	const answer = await w.call('DELETE', '/v1/campaigns');
	expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, POST']);
});

test('content types', async () => {
	await refused(w.call('POST', '/v1/audiences', '{}', { contentType: 'text/plain' }), 415, 1011);
	await refused(w.call('POST', '/v1/audiences', '{}', { contentType: 'application/x-www-form-urlencoded' }), 415, 1011);
	await refused(w.call('POST', `/v1/audiences/${UNKNOWN_ID}/import`, '{}', json), 415, 1011);
	await good(w.api.POST('/v1/audiences', { body: { data: { name: w.name(), channel: 'whatsapp' } } }), 201);
	const body = '{"data":{"name":"utf8 typed","channel":"whatsapp"}}';
	expect((await w.call('POST', '/v1/audiences', body, { contentType: 'application/json; charset=utf-8' })).status).toBe(201);
});

test('what is not JSON', async () => {
	const bad = [
		' ', '{', '[1,2', '{"data":{}} x', '{"data":{"name":"a","name":"b"}}', '{"data":{"name":"\\ud800"}}', '{"data":{"name":"\\u0000"}}',
		'['.repeat(40) + ']'.repeat(40), Buffer.from('{"data":{"name":"\xff"}}', 'latin1'),
	];
	for (const body of bad)
		await refused(w.call('POST', '/v1/audiences', body, json), 400, 1005);
});

test('no data object', async () => {
	for (const body of ['{}', '[]', '5', '{"name":"x","channel":"whatsapp"}', '{"data":[]}', '{"data":null}'])
		await refused(w.call('POST', '/v1/audiences', body, json), 400, 1007);
});

/** A connection on which the test writes what it likes. */
async function connection(): Promise<net.Socket> {
	const [host, port] = split(w.server.address);
	const socket = net.connect(port, host);
	await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
	return socket;
}

/** The status of a request that announces so many bytes and sends none: it is answered before they come. */
async function announce(path: string, bytes: number, contentType = 'application/json'): Promise<number> {
	const socket = await connection();
	socket.write(
		`POST ${path} HTTP/1.1\r\nHost: x\r\nX-Dexatel-Key: ${KEY}\r\nContent-Type: ${contentType}\r\nContent-Length: ${bytes}\r\n\r\n`,
	);
	const first = await new Promise<Buffer>((resolve, reject) => socket.once('data', resolve).once('error', reject));
	socket.destroy();
	return Number(first.toString('latin1').split(' ')[1]);
}

test('sizes', async () => {
	expect(await announce('/v1/templates', (1 << 20) + 1)).toBe(413);
	expect(await announce('/v1/audiences', (4 << 20) + 1)).toBe(413);
	expect(await announce(`/v1/audiences/${UNKNOWN_ID}/import`, (1 << 30) + 1, 'text/csv')).toBe(413);
	expect(await announce('/webhooks/whatsapp', (4 << 20) + 1)).toBe(413);
	await refused(w.call('GET', `/v1/campaigns?x=${'y'.repeat(9000)}`), 414, 1009);
	await refused(w.call('GET', '/v1/campaigns', undefined, { headers: { 'X-Long': 'z'.repeat(17000) } }), 431, 1010);
});

test('roles', async () => {
	const make = async (role: 'viewer' | 'sender') => w.as((await good(w.api.POST('/v1/keys', { body: { data: { name: role, role } } }), 201)).data.key);
	const viewer = await make('viewer');
	const sender = await make('sender');
	expect((await good(viewer.GET('/v1/accounts/self'))).data.roles).toEqual(['viewer']);
	await good(viewer.GET('/v1/campaigns'));
	await refused(viewer.POST('/v1/audiences', { body: { data: { name: 'x', channel: 'whatsapp' } } }), 403, 1102);
	await good(sender.POST('/v1/audiences', { body: { data: { name: w.name(), channel: 'whatsapp' } } }), 201);
	await refused(sender.GET('/v1/keys'), 403, 1102);
	await refused(sender.POST('/v1/keys', { body: wrong({}) }), 403, 1102);
	await refused(sender.POST('/v1/senders', { body: wrong({}) }), 403, 1102);
	await refused(sender.DELETE('/v1/senders/{sender}', at({ sender: UNKNOWN_ID })), 403, 1102);
});

test('keys', async () => {
	const { data: made } = await good(w.api.POST('/v1/keys', { body: { data: { name: 'to go', role: 'admin' } } }), 201);
	expect(made.key).toMatch(/^crier_/);
	const listed = await good(w.api.GET('/v1/keys'));
	expect(listed.data.map((key) => key.id)).toContain(made.id);
	expect(JSON.stringify(listed)).not.toContain(made.key);
	await good(w.as(made.key).GET('/v1/campaigns'));
	await good(w.api.DELETE('/v1/keys/{key}', at({ key: made.id })), 204);
	await refused(w.as(made.key).GET('/v1/campaigns'), 401, 1101);
	await refused(w.api.DELETE('/v1/keys/{key}', at({ key: made.id })), 404, 1801);
	await refused(w.api.DELETE('/v1/keys/{key}', at({ key: 'x' })), 400, 1802);
	expect(await faults(w.api.POST('/v1/keys', { body: wrong({ name: ' ', role: 'king' }) }))).toEqual([
		[400, 1803, 'data.name'],
		[400, 1804, 'data.role'],
	]);
});

test('operation', async () => {
	expect((await w.get('/healthz', { key: null })).text).toBe('ok\n');
	expect((await w.get('/readyz', { key: null })).text).toBe('ready\n');
	expect((await w.get('/metrics', { key: null })).text).toContain('crier_messages_accepted_total');
});

test('half a request harms nobody', async () => {
	const half = await connection();
	half.write(
		`POST /v1/audiences HTTP/1.1\r\nHost: x\r\nX-Dexatel-Key: ${KEY}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"data":`,
	);
	await w.get('/v1/campaigns');
	half.destroy();
	await w.get('/v1/campaigns');
});

test('one connection serves many requests', async () => {
	const [host, port] = split(w.server.address);
	const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
	const sockets = new Set<unknown>();
	for (let i = 0; i < 5; i++) {
		const status = await new Promise((resolve, reject) =>
			http
				.get({ host, port, path: '/v1/accounts/self', agent, headers: { 'X-Dexatel-Key': KEY } }, (response) => {
					sockets.add(response.socket);
					response.resume().on('end', () => resolve(response.statusCode));
				})
				.on('error', reject),
		);
		expect(status).toBe(200);
	}
	expect(sockets.size).toBe(1);
	agent.destroy();
});
