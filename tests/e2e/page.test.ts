// The dashboard's page and its parts: served whole from the binary, each as its kind, and started by a real browser that its policy
// keeps to this server.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { expect, test } from 'vitest';
import { ROOT } from './spec.ts';
import { refused, world } from './world.ts';

const w = world();
const CHROMIUM = '/usr/bin/chromium';
const open = { key: null };
const dist = new URL('web/dist/', ROOT);
const parts = () => readdirSync(new URL('assets/', dist));

const TYPES: Record<string, string> = {
	css: 'text/css; charset=utf-8',
	js: 'text/javascript; charset=utf-8',
	png: 'image/png',
	svg: 'image/svg+xml',
	webp: 'image/webp',
	woff2: 'font/woff2',
};

test('each answer has a nonce of its own, in the page and in its policy', async () => {
	expect(existsSync(dist), 'make builds the page').toBe(true);
	const built = readFileSync(new URL('index.html', dist), 'utf8');
	expect(built).toContain('{{nonce}}');
	const seen = new Set<string>();
	for (let i = 0; i < 3; i++) {
		const answer = await w.get('/', { ...open, headers: { 'Accept-Encoding': 'gzip', 'If-None-Match': '*' } });
		const policy = String(answer.headers['content-security-policy']);
		const nonce = /style-src 'self' 'nonce-([A-Za-z0-9+/]{22}==)';/.exec(policy)?.[1];
		expect(nonce, policy).toBeTruthy();
		expect(answer.text).toBe(built.replaceAll('{{nonce}}', nonce!));
		expect(policy.replace(nonce!, 'N').split('; ')).toEqual([
			"default-src 'none'", "script-src 'self'", "style-src 'self' 'nonce-N'", "img-src 'self' data: https:", "media-src 'self' https:",
			"font-src 'self'", "connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
		]);
		expect(answer.headers).toMatchObject({
			'content-type': 'text/html; charset=utf-8',
			'cache-control': 'no-cache',
			'referrer-policy': 'no-referrer',
			'x-content-type-options': 'nosniff',
		});
		expect(answer.headers.etag).toBeUndefined();
		seen.add(nonce!);
	}
	expect(seen.size).toBe(3);
});

test('its parts are what was built, of their kind, and kept for ever', async () => {
	expect(parts().length).toBeGreaterThan(2);
	for (const name of parts()) {
		const path = `/assets/${name}`;
		const built = readFileSync(new URL(`assets/${name}`, dist));
		const plain = await w.get(path, open);
		expect(plain.body.equals(built), path).toBe(true);
		expect(plain.headers, path).toMatchObject({
			'content-type': TYPES[name.split('.').at(-1)!],
			'cache-control': 'public, max-age=31536000, immutable',
			'x-content-type-options': 'nosniff',
		});
		const packed = await w.get(path, { ...open, headers: { 'Accept-Encoding': 'gzip' } });
		const gzip = packed.headers['content-encoding'] === 'gzip';
		expect(gzip, path).toBe(!/\.(png|webp|woff2)$/.test(name));
		expect((gzip ? gunzipSync(packed.body) : packed.body).equals(built), path).toBe(true);
		const known = await w.call('GET', path, undefined, { ...open, headers: { 'If-None-Match': String(plain.headers.etag) } });
		expect([known.status, known.text]).toEqual([304, '']);
	}
	for (const path of ['/assets/nothing.js', '/assets/%2e%2e/docs', '/assets/..%2fdocs', '/assets/index.html'])
		await refused(w.call('GET', path, undefined, open), 404, 1012);
	for (const path of ['/index.html', '/assets', '/assets/'])
		await refused(w.call('GET', path, undefined, open), 404, 1012);
});

test('the licences of what it is made of are told', async () => {
	const { text } = await w.get('/docs/licenses.txt', open);
	for (const name of ['react', 'react-dom', 'recharts', 'd3-scale']) // with their words; some packages have none beside the name
		expect(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\((MIT|ISC)\\)\n\n[^-]`, 'm').test(text), name).toBe(true);
	expect(/^@mantine\/core [\d.]+ \(MIT\)$/m.test(text)).toBe(true);
	expect(text.startsWith('swagger-ui')).toBe(true);
});

test('a browser starts it, and asks this server only', async () => {
	expect(existsSync(CHROMIUM), `${CHROMIUM}: tools/deps.sh test installs it`).toBe(true);
	const args = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
	const browser = await chromium.launch({ executablePath: CHROMIUM, args });
	try {
		const page = await browser.newPage();
		const asked: string[] = [];
		const said: string[] = [];
		page.on('request', (request) => asked.push(request.url()));
		page.on('console', (message) => message.type() === 'error' && said.push(message.text()));
		page.on('pageerror', (error) => said.push(String(error)));
		await page.goto(`http://${w.server.address}/`);
		await page.waitForSelector('input'); // nobody is signed in: it asks for a key
		expect(said.filter((text) => !text.includes('401'))).toEqual([]); // who is signed in? nobody
		for (const url of asked)
			expect(url).toMatch(new RegExp(`^(http://${w.server.address}/|data:)`));
	} finally {
		await browser.close();
	}
});
