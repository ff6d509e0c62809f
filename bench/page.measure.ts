// Figures of the dashboard for docs/benchmarks.md, in a real browser: bench/page.sh CRIER [FOLDER]. FOLDER is one that bench/scale.py
// has filled; without it, the part at scale is left out.
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { contactsCsv, KEY, Process } from '../tests/e2e/harness.ts';
import { completed, finished } from '../tests/e2e/things.ts';
import { withWorld, type World } from '../tests/e2e/world.ts';
import { browser, type Visit } from '../tests/browser/browser.ts';

const b = browser();
const ROUNDS = 20;
const STEPS = [100, 400]; // 6,000 pixels a second at 60 frames: a brisk wheel; 24,000: a fling
const tell = (line: string) => console.log(line);
const median = (values: number[]) => [...values].sort((a, c) => a - c)[Math.floor(values.length / 2)]!;

/** Bytes that came over the wire while `act` ran, by its own account of each answer. */
async function wire(visit: Visit, act: () => Promise<void>): Promise<number> {
	const client = await visit.context.newCDPSession(visit.page);
	let bytes = 0;
	client.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
	await client.send('Network.enable');
	await act();
	await client.detach();
	return bytes;
}

/** In the page, before its own scripts: from the begin of its navigation to the first picture in which its content stands. */
function noteWhenItStands(): void {
	(window as { stood?: Promise<number> }).stood = new Promise((resolve) => {
		const look = () => {
			if (!document.querySelector('#main h1')) return;
			observer.disconnect();
			requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
		};
		const observer = new MutationObserver(look);
		observer.observe(document, { childList: true, subtree: true });
	});
}

async function firstLoads(w: World): Promise<void> {
	const times: number[] = [];
	let bytes = 0;
	for (let round = 0; round < ROUNDS; round++) {
		const visit = await b.open(w.server.address);
		await visit.page.addInitScript(noteWhenItStands);
		const load = async () => {
			await visit.page.goto(`http://${w.server.address}/#/sign-in?key=${KEY}`);
			await visit.page.locator('#main h1').waitFor();
		};
		bytes = await wire(visit, load);
		times.push(await visit.page.evaluate(() => (window as { stood?: Promise<number> }).stood!));
		await visit.context.close();
	}
	tell(`first load with sign-in and home: ${Math.round(bytes / 1024)} KB over the wire; interactive after ${Math.round(median(times))} ms (median of ${ROUNDS})`);
}

/** From the moment when the API counts a message as read until the page shows it. */
async function live(w: World): Promise<void> {
	const visit = await b.open(w.server.address);
	await visit.go(`#/sign-in?key=${KEY}`);
	await visit.page.locator('#main h1').waitFor();
	const template = await w.template();
	const audience = await w.audience(1);
	const delays: number[] = [];
	for (let round = 0; round < ROUNDS; round++) {
		const campaign = await w.campaign(template, audience);
		await visit.go(`#/campaigns/${campaign.id}`);
		const shown = visit.page.locator(`.bar [data-state=read][style*="100%"]`).waitFor().then(() => performance.now());
		await w.wait(campaign, finished);
		const counted = performance.now();
		delays.push(Math.max(0, (await shown) - counted));
	}
	await visit.context.close();
	tell(`a read message is shown ${Math.round(median(delays))} ms (median), ${Math.round(Math.max(...delays))} ms (longest of ${ROUNDS}) after the server counts it`);
}

/** All rows of a list of `n` scrolled through, by `step` pixels a frame: how many stand in the page at once, and what held the
 * browser up. */
async function scrolled(visit: Visit, n: number, step: number): Promise<string> {
	const seen = await visit.page.evaluate(
		async ([total, by]) => {
			const box = document.querySelector('.rows')!;
			const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
			const frames: number[] = [];
			let rows = 0;
			box.scrollTop = 0;
			let last = await frame();
			let end = 0;
			for (let still = 0; still < 300 && end < total - 1; ) {
				box.scrollTop += by;
				const now = await frame();
				frames.push(now - last);
				last = now;
				rows = Math.max(rows, box.querySelectorAll('tbody tr').length);
				const at = [...box.querySelectorAll('tbody tr[data-index]')].at(-1);
				const reached = Number(at?.getAttribute('data-index') ?? 0);
				still = reached > end ? 0 : still + 1;
				end = Math.max(end, reached);
			}
			return { frames, rows, end };
		},
		[n, step] as const,
	);
	expect(seen.end).toBe(n - 1);
	const slow = seen.frames.filter((time) => time > 50).length;
	return `${step} pixels a frame: at most ${seen.rows} rows in the page at once, a frame every ${median(seen.frames).toFixed(1)} ms (median), ${slow} of ${seen.frames.length} longer than 50 ms`;
}

async function scrolling(w: World, n: number): Promise<void> {
	const audience = await w.audience(0);
	await w.importWhen(await w.upload(audience, contactsCsv(n)), completed, 60);
	const visit = await b.open(w.server.address);
	await visit.go(`#/sign-in?key=${KEY}`);
	await visit.page.locator('#main h1').waitFor();
	await visit.go(`#/audiences/${audience.id}`);
	await visit.page.locator('.rows tbody tr').first().waitFor();
	for (const step of STEPS) tell(`${n} rows scrolled through, ${await scrolled(visit, n, step)}`);
	await visit.context.close();
}

test('first load, live numbers, long lists', () =>
	withWorld({}, async (w) => {
		await w.campaign();
		await firstLoads(w);
		await live(w);
		await scrolling(w, 10_000);
	}), 600_000);

/** What the server takes for all calls of a page, as the browser measures it: from the request's last byte to the answer's first. */
async function serverTime(visit: Visit, place: string): Promise<{ calls: number; sum: number }> {
	await visit.go(place);
	await visit.page.reload(); // nothing is known yet
	await visit.settled();
	return visit.page.evaluate(async () => {
		// Until no call has ended for half a second: streams stay open, so the network is never idle.
		for (let before = -1, now = 0; before !== now; ) {
			before = now;
			await new Promise((resolve) => setTimeout(resolve, 500));
			now = performance.getEntriesByType('resource').length;
		}
		const calls = (performance.getEntriesByType('resource') as PerformanceResourceTiming[]).filter(({ name }) => name.includes('/v1/') && !name.endsWith('/events'));
		return { calls: calls.length, sum: calls.reduce((sum, call) => sum + call.responseStart - call.requestStart, 0) };
	});
}

const folder = process.env.CRIER_SCALE;
test.runIf(folder)('every page at scale', async () => {
	expect(existsSync(`${folder}/filled`), 'bench/scale.py fills it').toBe(true);
	const server = await Process.start(['serve', '--data', `${folder}/data`, '--listen', '127.0.0.1:0', '--graph-url', 'http://127.0.0.1:9/v24.0', '--log-level', 'warn'], `${folder}/page.log`, {
		CRIER_ADMIN_KEY: KEY,
		CRIER_VERIFY_TOKEN: 'verify',
	});
	try {
		const get = async (path: string) => (await (await fetch(`http://${server.address}${path}`, { headers: { 'X-Dexatel-Key': KEY } })).json()).data;
		const campaign = (await get('/v1/campaigns?page_size=100')).find(({ name }: { name: string }) => name.startsWith('Sale'));
		const audience = (await get('/v1/audiences?page_size=100')).find(({ name }: { name: string }) => name.startsWith('Shop'));
		const visit = await b.open(server.address);
		await visit.go(`#/sign-in?key=${KEY}`);
		await visit.page.locator('#main h1').waitFor();
		const places = ['#/', '#/campaigns', '#/campaigns/new', `#/campaigns/${campaign.id}`, '#/templates', '#/audiences', `#/audiences/${audience.id}`, '#/senders', '#/optouts', '#/webhooks', '#/keys', '#/activity'];
		for (const place of places) {
			const rounds: { calls: number; sum: number }[] = [];
			for (let round = 0; round < 3; round++) rounds.push(await serverTime(visit, place));
			tell(`${place.replace(/[0-9a-f-]{36}/, '…').padEnd(24)} ${rounds[0]!.calls} calls, ${median(rounds.map(({ sum }) => sum)).toFixed(1)} ms of the server`);
		}
		await visit.context.close();
	} finally {
		await server.stop();
	}
}, 600_000);

