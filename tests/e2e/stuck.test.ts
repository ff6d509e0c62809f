// Numbers whose messages WhatsApp never answers slow no other number down, whatever stands between: connections above all.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitUntil } from './harness.ts';
import { completed } from './things.ts';
import { World } from './world.ts';

const STUCK = ['448081570201', '448081570202'];

/** Passes everything on to the simulator but messages from the stuck numbers, of which it takes each and answers none. */
const proxy = http.createServer((request, response) => {
	if (STUCK.some((number) => request.url!.endsWith(`/${number}/messages`))) {
		n_stuck++;
		return;
	}
	const [host, port] = w.simulator.address.split(':');
	const { method, url: path, headers } = request;
	const on = http.request({ host, port, method, path, headers }, (answer) => {
		response.writeHead(answer.statusCode!, answer.headers);
		answer.pipe(response);
	});
	request.pipe(on);
});
let n_stuck = 0;
let w: World;

beforeAll(async () => {
	await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
	const graph = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/v24.0`;
	w = await new World({ simulator: ['--throughput-level', 'HIGH', '--ceiling', '1000'], server: ['--graph-url', graph] }).start();
});

afterAll(async () => {
	proxy.closeAllConnections();
	await w.end();
	proxy.close();
});

test('numbers that WhatsApp does not answer slow no other number down', async () => {
	const template = await w.template();
	const audience = await w.audience(400);
	for (const [i, number] of STUCK.entries())
		await w.campaign(template, audience, { from: await w.sender(`Stuck ${i}`, number) });
	await waitUntil(() => n_stuck >= 256, 20, 'all that the stuck numbers may have in flight');
	const began = performance.now();
	await w.wait(await w.campaign(template, await w.audience(200)), completed);
	expect(performance.now() - began).toBeLessThan(15_000); // no answer, and no connection, is waited for so long
	for (const name of ['MyBusiness', ...STUCK.map((_, i) => `Stuck ${i}`)]) {
		const { data } = await w.get(`/v1/senders?filter[name]=${encodeURIComponent(name)}`);
		expect(data[0].hold, name).toBeNull();
	}
});
