// The stream of an account's lists.
import http from 'node:http';
import { expect, test } from 'vitest';
import * as harness from './harness.ts';
import { at as when, waitUntil } from './harness.ts';
import { completed, finished } from './things.ts';
import { at, good, refused, world } from './world.ts';

const w = world();

interface Told {
	event: string;
	data: any[];
}

/** Gathers what is told until it is closed. */
function listen(key = harness.KEY) {
	const [host, port] = harness.split(w.server.address);
	const told: Told[] = [];
	const of = (event: string) => told.filter((t) => t.event === event).flatMap((t) => t.data);
	let text = '';
	const request = http.get({ host, port, path: '/v1/events', headers: { 'X-Dexatel-Key': key }, agent: false }, (answer) => {
		answer.setEncoding('utf8').on('data', (piece: string) => {
			const whole = (text += piece).split('\n\n');
			text = whole.pop()!;
			for (const one of whole) {
				const field = (name: string) => one.split('\n').find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
				if (field('event'))
					told.push({ event: field('event')!, data: JSON.parse(field('data')!) });
			}
		});
		answer.on('error', () => {});
	});
	request.on('error', () => {});
	return { told, of, close: () => request.destroy() };
}

test('campaigns, what is done, and imports are told as they change', async () => {
	const audience = await w.audience(60);
	const template = await w.template();
	const { told, of, close } = listen();
	await waitUntil(() => told.length >= 2, 20, 'the first events');
	expect(told.slice(0, 2).map((t) => t.event)).toEqual(['campaigns', 'imports']);
	expect(of('activity')).toEqual([]);

	const made = await w.wait(await w.campaign(template, audience, { rate: 20 }), finished);
	const mine = () => of('campaigns').filter((c) => c.id === made.id);
	await waitUntil(() => mine().at(-1)?.messages.read === 60, 20, 'the last count');
	expect(mine().length).toBeGreaterThan(2);
	expect(mine().at(-1)).toMatchObject({ status: 'completed', hold: null, expected_end: null, rate_now: 0 });
	const running = mine().filter((c) => c.status === 'in_progress' && c.messages.queued > 0);
	expect(running.some((c) => c.rate_now > 0 && c.expected_end !== null)).toBe(true);
	for (let i = 1; i < mine().length; i++)
		expect(mine()[i]).not.toEqual(mine()[i - 1]);
	await waitUntil(() => of('activity').some((a) => a.action === 'campaign_completed' && a.resource.id === made.id), 20, 'its completion');
	const rows = of('activity');
	expect(new Set(rows.map((a) => a.id)).size).toBe(rows.length);
	expect(rows).toEqual(expect.arrayContaining(await w.all(`/v1/activity?filter[campaign]=${made.id}`)));

	const job = await w.importWhen(await w.upload(audience, 'number\n447400123456\nnonsense\n'), completed);
	const last = () => of('imports').filter((i) => i.id === job.id).at(-1);
	await waitUntil(() => last()?.status === 'completed', 20, 'the import');
	expect(last()).toMatchObject({ audience_id: audience.id, rows: 2, added: 1, invalid: 1, progress: 1 });
	close();
});

test('at once all that runs, and nothing of another account', async () => {
	const scheduled = await w.campaign(undefined, await w.audience(3), { schedule: when(3600) });
	const held = await w.campaign(undefined, await w.audience(50), { rate: 1 });
	await w.wait(held, (c) => c.messages.total === 50);
	await good(w.api.POST('/v1/campaigns/{campaign}/pause', at({ campaign: held.id })));
	const first = listen(), second = listen();
	await waitUntil(() => first.told.length >= 2 && second.told.length >= 2, 20, 'the first events');
	for (const { told, of } of [first, second]) {
		expect(told[0]!.event).toBe('campaigns');
		expect(of('campaigns').find((c) => c.id === held.id)).toMatchObject({ status: 'in_progress', hold: { by: 'person' }, expected_end: null });
	}
	await good(w.api.PUT('/v1/campaigns/{campaign}', { ...at({ campaign: scheduled.id }), body: { data: { status: 'canceled' } } }));
	for (const { of } of [first, second])
		await waitUntil(() => of('campaigns').some((c) => c.id === scheduled.id && c.status === 'canceled'), 20, 'the canceled one');
	await good(w.api.PUT('/v1/campaigns/{campaign}', { ...at({ campaign: held.id }), body: { data: { status: 'canceled' } } }));
	first.close();
	second.close();
	await refused(w.call('GET', '/v1/events', undefined, { key: null }), 401, 1101);
});
