// Media: uploads, what they may be, and what is kept of them.
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import http from 'node:http';
import { expect, test } from 'vitest';
import { KEY, split } from './harness.ts';
import { at, good, refused, UNKNOWN_ID, withWorld, world } from './world.ts';

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
	expect((await w.all('/v1/media?filter[type]=IMAGE')).map(({ id }) => id)).toContain(made.id);
	expect(await w.all('/v1/media?filter[type]=video')).toEqual([]);
	expect(await w.all('/v1/media?filter[type]=nothing')).toEqual([]);
	await good(w.api.DELETE('/v1/media/{media}', medium), 204);
	await refused(w.api.GET('/v1/media/{media}', medium), 404, 1821);
	await refused(w.api.DELETE('/v1/media/{media}', medium), 404, 1821);
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
