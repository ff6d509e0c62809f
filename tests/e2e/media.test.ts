// Media: uploads, what they may be, and what is kept of them.
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { KEY, NUMBER, split, waitUntil } from './harness.ts';
import { finished } from './things.ts';
import { at, good, refused, UNKNOWN_ID, withWorld, type World, world } from './world.ts';

const w = world();

const png = (rest: string) => Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1'), Buffer.from(rest)]);
const upload = (body: Uint8Array | string, contentType?: string, options = {}) => w.call('POST', '/v1/media', body, { contentType, ...options });
const form = (parts: string) => upload(Buffer.from(parts, 'latin1'), 'multipart/form-data; boundary=XX');
const part = (head: string, value: string) => `--XX\r\nContent-Disposition: form-data; ${head}\r\n\r\n${value}\r\n`;

/** The answer to a head that announces so many bytes, none of which follow. */
function announce(type: string, n: number): Promise<{ status: number; code: number }> {
	const [host, port] = split(w.server.address);
	return new Promise((resolve, reject) => {
		const headers = { 'Content-Type': type, 'Content-Length': n, 'X-Dexatel-Key': KEY };
		const request = http.request({ host, port, method: 'POST', path: '/v1/media', headers, agent: false }, (response) => {
			let text = '';
			response.on('data', (piece) => (text += piece));
			response.on('end', () => resolve(JSON.parse(text).errors[0]));
		});
		request.on('error', reject);
		request.flushHeaders();
	});
}

async function uploaded(body: Uint8Array | string, contentType?: string) {
	const answer = await upload(body, contentType);
	if (answer.status !== 201)
		throw new Error(answer.text);
	return answer.data;
}

test('a picture is uploaded, read, listed and deleted', async () => {
	const bytes = png('one');
	const made = await uploaded(bytes, 'image/png');
	expect(made).toMatchObject({ type: 'image', mime_type: 'image/png', size: bytes.length, file_name: null, url: null });
	expect(made.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
	const medium = at({ media: made.id });
	expect((await good(w.api.GET('/v1/media/{media}', medium))).data).toMatchObject({ id: made.id });
	const file = await w.get(`/v1/media/${made.id}/content`);
	expect(createHash('sha256').update(file.body).digest('hex')).toBe(made.sha256);
	expect(file.headers).toMatchObject({ 'content-type': 'image/png', 'x-content-type-options': 'nosniff', 'content-security-policy': "default-src 'none'; sandbox" });
	expect((await w.all('/v1/media?filter[type]=IMAGE')).map(({ id }) => id)).toContain(made.id);
	expect(await w.all('/v1/media?filter[type]=video')).toEqual([]);
	expect(await w.all('/v1/media?filter[type]=nothing')).toEqual([]);
	await good(w.api.DELETE('/v1/media/{media}', medium), 204);
	await refused(w.api.GET('/v1/media/{media}', medium), 404, 1821);
	await refused(w.api.DELETE('/v1/media/{media}', medium), 404, 1821);
	await refused(w.call('GET', `/v1/media/${made.id}/content`), 404, 1821);
	await refused(w.call('GET', '/v1/media/x/content'), 400, 1822);
});

test('a file of many pieces comes whole', async () => {
	const bytes = Buffer.alloc(3 << 20, 'a line of text\n');
	const made = await uploaded(bytes, 'text/plain');
	const file = await w.get(`/v1/media/${made.id}/content`);
	expect(file.headers['content-type']).toBe('text/plain');
	expect(Buffer.compare(file.body, bytes)).toBe(0);
});

test('the same bytes are one medium and one file', async () => {
	const first = await uploaded(png('twice'), 'image/png');
	const second = await uploaded(png('twice'), 'image/png; x=y');
	const third = (await form(`${part('name="file"; filename="dir/offer.png"', png('twice').toString('latin1'))}--XX--`)).data;
	expect([second.id, third.id]).toEqual([first.id, first.id]);
	expect(readdirSync(`${w.folder}/data/media`).filter((name) => name === first.sha256)).toHaveLength(1);
	const again = await uploaded(png('other'), 'image/png');
	expect(again.id).not.toBe(first.id);
});

test('a form with a file', async () => {
	const { data } = await form(
		`${part('name="note"', 'spring')}--XX\r\nContent-Disposition: form-data; name="file"; filename="pri\xc3\xa9s.pdf"\r\n` +
			'Content-Type: application/pdf\r\n\r\n%PDF-1.7 prices\r\n--XX--\r\n',
	);
	expect(data).toMatchObject({ type: 'document', mime_type: 'application/pdf', size: 15, file_name: 'priés.pdf' });
	await refused(form(`${part('name="a"; filename="a"', 'x')}${part('name="b"; filename="b"', 'y')}--XX--`), 400, 1823);
	await refused(form(part('name="file"; filename="a"', '%PDF-1.7')), 400, 1823); // cut
	await refused(form(`${part(`name="file"; filename="${'n'.repeat(241)}"`, '%PDF-1.7')}--XX--`), 400, 1823);
	await refused(upload('no form', 'multipart/form-data'), 400, 1823);
});

test('files that will not do', async () => {
	const cases: [string | Uint8Array, string | undefined, number, number][] = [
		['<html>', 'image/png', 400, 1275],
		[png('x'), 'image/jpeg', 400, 1275],
		['text', 'video/mp4', 400, 1276],
		['text', 'application/pdf', 400, 1277],
		['text', 'audio/ogg', 400, 1823],
		['', 'image/png', 400, 1823],
		['neither', 'application/octet-stream', 400, 1823],
		['GIF89a', 'image/gif', 415, 1011],
		['{}', 'application/json', 415, 1011],
	];
	for (const [body, type, status, code] of cases)
		await refused(upload(body, type), status, code);
	const jpeg = await uploaded(Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from('told by its bytes')]), 'application/octet-stream');
	expect(jpeg.mime_type).toBe('image/jpeg');
	expect(await announce('image/png', (5 << 20) + 1)).toMatchObject({ status: 400, code: 1275 });
	expect(await announce('video/mp4', (16 << 20) + 1)).toMatchObject({ status: 400, code: 1276 });
	expect(await announce('application/pdf', (100 << 20) + 1)).toMatchObject({ status: 400, code: 1277 });
	expect(await announce('application/octet-stream', (100 << 20) + 1)).toMatchObject({ status: 413, code: 1008 });
	await refused(w.api.GET('/v1/media/{media}', at({ media: UNKNOWN_ID })), 404, 1821);
	await refused(w.api.GET('/v1/media/{media}', at({ media: 'nothing' })), 400, 1822);
	await refused(w.api.DELETE('/v1/media/{media}', at({ media: 'nothing' })), 400, 1822);
});

test('an upload under an Idempotency-Key is made once', async () => {
	const options = { headers: { 'Idempotency-Key': 'a picture' } };
	const first = await upload(png('keyed'), 'image/png', options);
	await good(w.api.DELETE('/v1/media/{media}', at({ media: first.data.id })), 204);
	const second = await upload(png('keyed'), 'image/png', options);
	expect(second.status).toBe(201);
	expect(second.data.id).toBe(first.data.id);
	await refused(w.api.GET('/v1/media/{media}', at({ media: first.data.id })), 404, 1821);
});

test("an account's media have a sum", async () => {
	await withWorld({ server: ['--max-media-mb', '1'] }, async (small) => {
		const put = (byte: number) => small.call('POST', '/v1/media', png(String.fromCharCode(byte).repeat(600_000)), { contentType: 'image/png' });
		expect((await put(65)).status).toBe(201);
		await refused(put(66), 507, 1826);
		expect((await put(65)).status).toBe(201); // it is there already
	});
});

test('files outlive the server', async () => {
	const made = await uploaded(png('durable'), 'image/png');
	await w.server.kill();
	await w.restart();
	expect((await good(w.api.GET('/v1/media/{media}', at({ media: made.id })))).data.sha256).toBe(made.sha256);
	expect(readdirSync(`${w.folder}/data/media`)).toContain(made.sha256);
});

/* ---- templates and campaigns that show media ---- */

const PICTURE = png('spring offer');

/** A server of files, as a client of the API might have one. */
async function files(answers: Record<string, (response: http.ServerResponse) => void>) {
	const asked: string[] = [];
	const server = http.createServer((request, response) => {
		asked.push(request.url!);
		(answers[request.url!] ?? ((r) => r.writeHead(404).end()))(response);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	return { url, asked, close: () => new Promise((resolve) => server.close(resolve)) };
}

const flat = (of: World, fields: object) =>
	of.call('POST', '/v1/templates', {
		data: { name: of.name('picture'), channel: 'whatsapp', wa_sender_code: NUMBER, wa_category: 'MARKETING', text: 'Hello {first_name|friend}.', ...fields },
	});

test('one upload serves a whole campaign, and the next one', async () => {
	await w.sender();
	const medium = await uploaded(PICTURE, 'image/png');
	const made = await flat(w, { type: 'image', media_id: medium.id });
	expect(made.status).toBe(201);
	await refused(w.api.DELETE('/v1/media/{media}', at({ media: medium.id })), 409, 1824);
	const template = await w.approved(made.data.id);
	const audience = await w.audience(30);
	for (const round of [1, 2]) {
		const done = await w.wait(await w.campaign(template, audience), finished);
		expect(done.messages).toMatchObject({ total: 30, delivered: 30, failed: 0 });
		expect(done.waits_for).toBeNull();
		expect((await w.sim('GET', '/_sim/media')).data).toMatchObject([{ mime_type: 'image/png', sha256: medium.sha256, uses: 30 * round }]);
	}
	const stats = await w.sim('GET', '/_sim/stats');
	expect([stats.media_uploads, stats.sample_uploads]).toEqual([1, 1]);
	await good(w.api.DELETE('/v1/templates/{template}', at({ template: template.id })), 204);
	await good(w.api.DELETE('/v1/media/{media}', at({ media: medium.id })), 204);
});

test('an id that WhatsApp forgot costs nobody their message', async () => {
	await withWorld({}, async (own) => {
		await own.sender();
		const { data: medium } = await own.call('POST', '/v1/media', PICTURE, { contentType: 'image/png' });
		const template = await own.approved((await flat(own, { type: 'image', media_id: medium.id })).data.id);
		await own.wait(await own.campaign(template, await own.audience(2)), finished);
		await own.sim('POST', '/_sim/media', { forget: true });
		const campaign = await own.campaign(template, await own.audience(20));
		const held = await own.wait(campaign, ({ hold }) => hold !== null);
		expect(held.hold).toMatchObject({ by: 'rule', reason: "WhatsApp could not use the template's medium." });
		expect(held.messages.failed).toBe(0);
		await good(own.api.POST('/v1/campaigns/{campaign}/resume', at({ campaign: campaign.id })));
		const done = await own.wait(campaign, finished);
		expect(done.messages).toMatchObject({ total: 20, delivered: 20, failed: 0 });
	});
});

test('a campaign waits for its medium, and is held when WhatsApp refuses it', async () => {
	await withWorld({}, async (own) => {
		await own.sender();
		const { data: medium } = await own.call('POST', '/v1/media', PICTURE, { contentType: 'image/png' });
		const template = await own.approved((await flat(own, { type: 'image', media_id: medium.id })).data.id);
		await own.sim('POST', '/_sim/faults', { 'media-broken': true });
		const campaign = await own.campaign(template, await own.audience(5));
		const held = await own.wait(campaign, ({ hold }) => hold !== null);
		expect(held.hold!.reason).toContain('could not be uploaded to WhatsApp');
		expect(held.messages).toMatchObject({ failed: 0, sent: 0 });
		await own.sim('POST', '/_sim/faults', { 'media-broken': false });
		await waitUntil(async () => {
			const now = (await good(own.api.GET('/v1/campaigns/{campaign}', at({ campaign: campaign.id })))).data;
			if (now.hold)
				await good(own.api.POST('/v1/campaigns/{campaign}/resume', at({ campaign: campaign.id })));
			return now.messages.delivered === 5;
		}, 40, "the campaign's end");
	});
}, 60_000);

test('a url is fetched once and becomes a medium', async () => {
	await withWorld({ server: ['--allow-private-urls', 'yes'] }, async (own) => {
		await own.sender();
		const shop = await files({
			'/a.png': (r) => r.writeHead(200, { 'Content-Type': 'image/png' }).end(PICTURE),
			'/page': (r) => r.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>'),
			'/lies.png': (r) => r.writeHead(200, { 'Content-Type': 'image/png' }).end('<html>'),
			'/moved': (r) => r.writeHead(302, { Location: '/a.png' }).end(),
			'/large.png': (r) => r.writeHead(200, { 'Content-Type': 'image/png' }).end(Buffer.concat([PICTURE, Buffer.alloc(5 << 20)])),
			'/cut.png': (r) => r.writeHead(200, { 'Content-Type': 'image/png', 'Content-Length': '1000' }).write(PICTURE, () => r.destroy()),
		});
		const byUrl = (path: string, type = 'image') => flat(own, { type, url: shop.url + path });
		const first = await byUrl('/a.png');
		expect(first.status).toBe(201);
		await own.approved(first.data.id);
		expect((await byUrl('/a.png')).status).toBe(201);
		expect(shop.asked).toEqual(['/a.png']);
		const media = await own.all('/v1/media');
		expect(media).toMatchObject([{ url: `${shop.url}/a.png`, mime_type: 'image/png', size: PICTURE.length }]);
		const done = await own.wait(await own.campaign(await own.approved(first.data.id), await own.audience(3)), finished);
		expect(done.messages.delivered).toBe(3);
		expect((await own.sim('GET', '/_sim/media')).data[0]).toMatchObject({ uses: 3 });
		const cases: [string, string, number][] = [
			['/nowhere', 'image', 1825],
			['/moved', 'image', 1825],
			['/cut.png', 'image', 1825],
			['/page', 'image', 1275],
			['/lies.png', 'image', 1275],
			['/large.png', 'image', 1275],
			['/a.png', 'video', 1276],
		];
		for (const [path, type, code] of cases)
			await refused(byUrl(path, type), 400, code, 'data.url');
		await refused(flat(own, { type: 'document', url: `${shop.url}/a.png`, filename: 'prices' }), 400, 1277, 'data.url');
		expect(await own.all('/v1/media')).toHaveLength(1);
		await shop.close();
	});
});

test('nothing is fetched for a template that is refused', async () => {
	await withWorld({ server: ['--allow-private-urls', 'yes'] }, async (own) => {
		await own.sender();
		const taken = (await own.template()).name;
		const other = await own.template();
		const shop = await files({ '/a.png': (r) => r.writeHead(200, { 'Content-Type': 'image/png' }).end(PICTURE) });
		const shown = { type: 'image', url: `${shop.url}/a.png` };
		await refused(flat(own, { ...shown, name: taken }), 409, 1258, 'data.name');
		await refused(flat(own, { ...shown, wa_sender_code: '4912345' }), 400, 1241, 'data.wa_sender_code');
		await refused(own.call('PUT', `/v1/templates/${other.id}`, { data: { ...shown, name: taken } }), 409, 1258, 'data.name');
		await own.campaign({ id: other.id }, await own.audience(1), { schedule: '2199-01-01 00:00:00' });
		await refused(own.call('PUT', `/v1/templates/${other.id}`, { data: shown }), 409, 1253);
		expect(shop.asked).toEqual([]);
		expect(await own.all('/v1/media')).toEqual([]);
		await shop.close();
	});
});

test('a new url is fetched for the type that the template has, and shown from then on', async () => {
	await withWorld({ server: ['--allow-private-urls', 'yes', '--max-media-mb', '1'] }, async (own) => {
		await own.sender();
		const other = png('summer offer');
		const image = (bytes: Buffer) => (r: http.ServerResponse) => r.writeHead(200, { 'Content-Type': 'image/png' }).end(bytes);
		const shop = await files({ '/a.png': image(PICTURE), '/b.png': image(other), '/text.png': image(Buffer.from('text')),
			'/more.png': image(Buffer.concat([PICTURE, Buffer.alloc(1 << 20)])) });
		const made = await flat(own, { type: 'image', url: `${shop.url}/a.png` });
		const template = await own.approved(made.data.id);
		const change = (data: object) => own.call('PUT', `/v1/templates/${template.id}`, { data });
		await refused(change({ url: `${shop.url}/nowhere` }), 400, 1825, 'data.url');
		await refused(change({ url: `${shop.url}/text.png` }), 400, 1275, 'data.url');
		await refused(change({ url: `${shop.url}/more.png` }), 507, 1826, 'data.url');
		await refused(flat(own, { type: 'image', url: `${shop.url}/more.png` }), 507, 1826, 'data.url');
		const asked = shop.asked.length;
		await refused(change({ url: `${shop.url}/b.png`, text: '{' }), 400, 1255, 'data.text');
		await refused(own.call('PUT', `/v1/templates/${UNKNOWN_ID}`, { data: { url: `${shop.url}/b.png` } }), 404, 1251);
		expect(shop.asked).toHaveLength(asked);
		const changed = await change({ url: `${shop.url}/b.png` });
		expect(changed.status, changed.text).toBe(200);
		expect(changed.data).toMatchObject({ type: 'image', url: `${shop.url}/b.png`, status: 'COMPLETED' });
		expect(shop.asked.slice(asked)).toEqual(['/b.png']);
		const done = await own.wait(await own.campaign(template, await own.audience(3)), finished);
		expect(done.messages).toMatchObject({ delivered: 3, failed: 0 });
		expect((await own.sim('GET', '/_sim/media')).data).toMatchObject([{ sha256: createHash('sha256').update(other).digest('hex'), uses: 3 }]);
		await shop.close();
	});
});

test('no url leads inside', async () => {
	await w.sender();
	const shop = await files({ '/a.png': (r) => r.writeHead(200, { 'Content-Type': 'image/png' }).end(PICTURE) });
	const port = new URL(shop.url).port;
	for (const host of ['127.0.0.1', 'localhost', '2130706433', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0'])
		await refused(flat(w, { type: 'image', url: `http://${host}:${port}/a.png` }), 400, 1266, 'data.url');
	expect(shop.asked).toEqual([]);
	await shop.close();
	await refused(flat(w, { type: 'image', media_id: UNKNOWN_ID }), 400, 1264, 'data.media_id');
	const text = await uploaded('Opening hours: 9 to 17', 'text/plain');
	await refused(flat(w, { type: 'document', media_id: text.id, filename: 'hours' }), 400, 1277, 'data.media_id');
	await refused(flat(w, { type: 'image', media_id: text.id }), 400, 1275, 'data.media_id');
});
