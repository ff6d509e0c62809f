// The reference at /docs: served whole from the binary, and shown by a real browser that asks nobody else.
import { existsSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { chromium, type Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { SPEC } from './spec.ts';
import { good, refused, world } from './world.ts';

const w = world();
const CHROMIUM = '/usr/bin/chromium';
const open = { key: null };

test('the contract is served as it is written', async () => {
	const served = (await w.get('/v1/openapi.json', open)).tree;
	expect(served).toEqual(SPEC.tree);
	expect((await good(w.as().GET('/v1/openapi.json'))).openapi).toBe('3.1.0');
});

test('files by gzip where that is accepted, and not again when they are known', async () => {
	for (const file of ['docs.css', 'docs.js', 'licenses.txt', 'swagger-ui.css', 'swagger-ui.js']) {
		const path = `/docs/${file}`;
		const plain = await w.get(path, open);
		expect(plain.headers['content-encoding'], path).toBeUndefined();
		const encodings: [string, boolean][] = [
			['gzip', true],
			['br, GZIP', true],
			['gzip;q=0.5', true],
			['gzip;q=0', false],
			['gzip; q=0.0, br', false],
			['br', false],
			['gzip, br;q=0', true],
		];
		for (const [accepted, packed] of encodings) {
			const answer = await w.get(path, { ...open, headers: { 'Accept-Encoding': accepted } });
			expect(answer.headers['content-encoding'], accepted).toBe(packed ? 'gzip' : undefined);
			expect((packed ? gunzipSync(answer.body) : answer.body).equals(plain.body), `${path} ${accepted}`).toBe(true);
		}
		const known = await w.call('GET', path, undefined, { ...open, headers: { 'If-None-Match': String(plain.headers.etag) } });
		expect([known.status, known.text]).toEqual([304, '']);
		const changed = await w.call('GET', path, undefined, { ...open, headers: { 'If-None-Match': 'W/"another"' } });
		expect(changed.status).toBe(200);
	}
	await refused(w.call('GET', '/docs/nothing.js', undefined, open), 404, 1012);
	await refused(w.call('GET', '/docs/%2e%2e/v1', undefined, open), 404, 1012);
});

/** What the page asked for, what it said, and what its policy kept from it. */
function watch(page: Page) {
	const asked: string[] = [];
	const said: string[] = [];
	page.on('request', (request) => asked.push(request.url()));
	page.on('console', (message) => message.type() === 'error' && said.push(message.text()));
	page.on('pageerror', (error) => said.push(String(error)));
	return { asked, said };
}

test('a browser shows every operation, and asks this server only', async () => {
	expect(existsSync(CHROMIUM), `${CHROMIUM}: tools/deps.sh test installs it`).toBe(true);
	const args = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
	const browser = await chromium.launch({ executablePath: CHROMIUM, args });
	try {
		const page = await browser.newPage({ viewport: { width: 1280, height: 1600 } });
		const { asked, said } = watch(page);
		await page.goto(`http://${w.server.address}/docs`);
		await page.waitForSelector('.opblock');
		const shown = await page.$$eval('.opblock-summary', (rows) =>
			rows.map((row) => {
				const text = (selector: string) => row.querySelector(selector)!.textContent!.replace(/\u200b/g, '').trim();
				return `${text('.opblock-summary-method').toLowerCase()} ${text('.opblock-summary-path')}`;
			}),
		);
		const told = Object.keys(SPEC.tree.webhooks).map((event) => `post ${event}`); // what the server itself asks of others
		expect(shown.sort()).toEqual([...SPEC.routes.map(({ method, path }) => `${method} ${path}`), ...told].sort());
		await page.click('.opblock-summary-control'); // one opened: its answers and examples
		await page.waitForSelector('.responses-table');
		expect(said).toEqual([]);
		for (const url of asked)
			expect(url).toMatch(new RegExp(`^(http://${w.server.address}/|data:)`));
		if (process.env.CRIER_SCREENSHOT)
			await page.screenshot({ path: process.env.CRIER_SCREENSHOT });
	} finally {
		await browser.close();
	}
});
