// `crier demo` as a person meets it: what it prints, and the link that signs a browser in.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { expect, test } from 'vitest';
import { contactsCsv, crier, waitUntil } from './harness.ts';

const CHROMIUM = '/usr/bin/chromium';

/** `crier demo` with these contacts until `body` is done; its exit status. */
async function demo(csv: string, body: (printed: () => string) => Promise<void>): Promise<number | null> {
	const folder = mkdtempSync(join(tmpdir(), 'crier-demo-test-'));
	writeFileSync(`${folder}/contacts.csv`, csv);
	const child = spawn(crier(), ['demo', '--contacts', `${folder}/contacts.csv`, '--listen', '127.0.0.1:0'], { env: { ...process.env, TMPDIR: folder } });
	const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
	let text = '';
	for (const stream of [child.stdout, child.stderr])
		stream.setEncoding('utf8').on('data', (piece: string) => (text += piece));
	try {
		await body(() => text);
	} finally {
		child.kill('SIGTERM');
		await ended;
		rmSync(folder, { recursive: true });
	}
	return ended;
}

test('its link signs a browser in, and the key leaves the address', async () => {
	expect(existsSync(CHROMIUM), `${CHROMIUM}: tools/deps.sh test installs it`).toBe(true);
	const status = await demo(contactsCsv(20), async (printed) => {
		const link = await waitUntil(() => /^dashboard, signed in: (http:\S+)$/m.exec(printed())?.[1], 30, 'the link');
		expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#\/sign-in\?key=[\w-]{32}$/);
		const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--no-first-run'] });
		try {
			const context = await browser.newContext();
			const page = await context.newPage();
			await page.goto(link);
			await waitUntil(async () => (await context.cookies()).length > 0, 30, 'the session');
			expect(await context.cookies()).toMatchObject([{ name: 'crier_session', httpOnly: true, sameSite: 'Strict', secure: false }]);
			await page.waitForSelector('nav');
			expect(page.url()).not.toContain(link.split('=')[1]);
		} finally {
			await browser.close();
		}
		await waitUntil(() => printed().includes('Serving until Ctrl-C.'), 60, 'the end of the campaign');
		expect(printed().split(link), 'the link stands again at the end').toHaveLength(3);
	});
	expect(status).toBe(0);
});
