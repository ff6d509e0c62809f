// What goes wrong inside of the server: the client is told so, and nothing of how.
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { rmSync, truncateSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { expect, test } from 'vitest';
import { Answer, NUMBER, SECRET, split, waitUntil } from './harness.ts';
import { SPEC } from './spec.ts';
import { faults, refused, withWorld, World, world, wrong } from './world.ts';

const w = world();

test('what the server cannot do is its own failure', async () => {
	const { id } = await w.audience(0);
	rmSync(`${w.folder}/data/imports`, { recursive: true }); // where a file that is sent would be kept
	const send = () => w.call('POST', `/v1/audiences/${id}/import`, 'number\n447400123456\n', { contentType: 'text/csv' });
	await refused(send(), 500, 1020);
	const { message } = (await send()).tree.errors[0];
	expect(message).not.toContain(w.folder);
	expect((await w.get('/healthz', { key: null })).text).toBe('ok\n'); // and all else goes on
});

/** A connection whose request has begun and does not go on; `told` is all that came for it in the end. */
async function halfRequest(of: World): Promise<{ socket: net.Socket; told: Promise<string> }> {
	const [host, port] = split(of.server.address);
	const socket = net.connect(port, host);
	let text = '';
	socket.setEncoding('utf8').on('data', (piece) => (text += piece));
	socket.on('error', () => {});
	const told = new Promise<string>((resolve) => socket.on('close', () => resolve(text.replace(CONTINUE, ''))));
	socket.write('POST /v1/sessions HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n');
	while (!text.startsWith(CONTINUE) && !socket.closed)
		await Promise.race([new Promise((resolve) => socket.once('data', resolve)), told]);
	socket.write('{');
	return { socket, told };
}
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';

// Before the places run out the slowest goes, so that nobody waits here for the thirty seconds that a request may take.
test('one that is too slow is told so', () =>
	withWorld({}, async (own) => {
		const sockets: net.Socket[] = [];
		let text = '';
		while (!text && sockets.length < 1000) {
			const { socket, told } = await halfRequest(own);
			sockets.push(socket);
			told.then((all) => (text ||= all));
		}
		sockets.forEach((socket) => socket.destroy());
		const [head, body] = text.split('\r\n\r\n', 2) as [string, string];
		const fields = head.split('\r\n').slice(1).map((line) => line.split(': ', 2) as [string, string]);
		const answer = new Answer(Number(head.split(' ')[1]), Object.fromEntries(fields.map(([name, value]) => [name.toLowerCase(), value])), Buffer.from(body));
		SPEC.check('POST', '/v1/sessions', answer);
		expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f]{16}$/);
		expect(answer.tree.errors[0]).toMatchObject({ status: 408, code: 1024, path: '/v1/sessions', method: 'POST' });
	}));

/** Another program that has the database for itself until it is told to let go. */
async function writeLock(of: World) {
	const program = `import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=30)
db.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()`;
	const child = spawn('python3', ['-c', program, `${of.folder}/data/crier.db`], { stdio: ['pipe', 'pipe', 'inherit'] });
	const over = once(child, 'exit');
	await once(child.stdout, 'data');
	return async () => {
		child.stdin.end();
		await over;
	};
}

test('while the database cannot be written nothing is taken, and later all goes on', async () => {
	await withWorld({}, async (own) => {
		await own.sender();
		const event = JSON.stringify({ object: 'whatsapp_business_account', entry: [] });
		const signature = createHmac('sha256', SECRET).update(event).digest('hex');
		const headers = { 'X-Hub-Signature-256': `sha256=${signature}` };
		const post = () => own.call('POST', '/webhooks/whatsapp', event, { key: null, contentType: 'application/json', headers });
		const release = await writeLock(own);
		const [told, made] = await Promise.all([post(), own.api.POST('/v1/keys', { body: wrong({ name: 'never', role: 'viewer' }) })]);
		expect([told.status, told.headers['retry-after']]).toEqual([503, '1']);
		expect(made.response.status).toBe(500);
		await release();
		expect((await post()).status).toBe(200);
		expect((await own.all('/v1/keys')).map(({ name }) => name)).not.toContain('never');
	});
});

test('a database that cannot be read is not ready', async () => {
	const own = await new World({ webhooks: false }).start();
	try {
		const readiness = () => own.call('GET', '/readyz', undefined, { key: null });
		await waitUntil(async () => (await readiness()).text === 'ready\n', 20, 'its lease');
		await own.audience(1);
		truncateSync(`${own.folder}/data/crier.db-wal`);
		const answer = await readiness();
		expect([answer.status, answer.text]).toEqual([503, 'the database does not answer\n']);
	} finally {
		await own.abandon();
	}
});

test('what a server that stops can no longer do may be tried again', async () => {
	await withWorld({ server: ['--allow-private-urls', 'yes'] }, async (own) => {
		await own.sender();
		let asked = false;
		const shop = http.createServer(() => (asked = true)).listen(0, '127.0.0.1'); // it takes requests and answers none
		await once(shop, 'listening');
		const { port } = shop.address() as { port: number };
		const template = { name: 'Slow', channel: 'whatsapp', wa_sender_code: NUMBER, wa_category: 'MARKETING', text: 'Hello.', type: 'image',
			url: `http://127.0.0.1:${port}/a.png` };
		const answer = own.call('POST', '/v1/templates', { data: template });
		await waitUntil(() => asked, 10, 'the fetch');
		await own.server.stop();
		expect(await faults(answer)).toEqual([[503, 1021, 'data.url']]);
		expect((await answer).headers['retry-after']).toBe('1');
		shop.closeAllConnections();
		shop.close();
	});
});
