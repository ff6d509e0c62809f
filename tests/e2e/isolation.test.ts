// Two servers with the same history: what one gave out opens nothing at the other, though both number their rows alike.
import { expect, test } from 'vitest';
import { waitUntil } from './harness.ts';
import { completed, fill, KINDS, ROUTES, things } from './things.ts';
import { good, refused, withWorld, type World, type WorldOptions, wrong } from './world.ts';

const pair = (there: WorldOptions, body: (here: World, there: World) => Promise<void>) =>
	withWorld({}, (first) => withWorld(there, (second) => body(first, second)));

async function withHistory(w: World) {
	const ids = await things(w);
	await good(w.api.POST('/v1/audiences', { body: { data: { name: 'Second', channel: 'whatsapp' } } }), 201);
	return ids;
}

test('ids, keys and tokens are good for one server only', () =>
	pair({}, async (here, there) => {
		const ids = await withHistory(here);
		const theirs = await withHistory(there);
		for (const [kind, id] of Object.entries(ids))
			if (KINDS.has(kind))
				expect(Object.values(theirs)).not.toContain(id);
		const unknown = (kind: string) => KINDS.get(kind)!.unknown;
		const ofIds = ROUTES.filter(({ path }) => /\{(?!file)/.test(path));
		const first = (path: string) => /\{(\w+)\}/.exec(path)![1]!;
		const reads = ofIds.filter(({ method }) => method === 'GET').map(({ path }) => path);
		expect(reads.length).toBeGreaterThan(14);
		for (const path of reads) {
			await here.get(fill(path, ids));
			await refused(there.call('GET', fill(path, ids)), 404, unknown(first(path)));
		}
		const crossed = fill('/v1/audiences/{audience}/contacts/{contact}', { ...theirs, contact: ids.contact! });
		await refused(there.call('GET', crossed), 404, 1351);
		for (const { method, path, body } of ofIds.filter((route) => route.method !== 'GET')) {
			const sent = body.endsWith('JSON') ? { data: { name: 'Stolen', number: '447400123999', to: ['447400123999'] } } : undefined;
			const file = body === 'FILE' ? 'number\n447400123456\n' : undefined;
			const answer = there.call(method, fill(path, ids), sent ?? file, { contentType: file && 'text/csv' });
			await refused(answer, 404, unknown(first(path)));
		}
		const fine = { channel: 'whatsapp', from: 'MyBusiness', template: theirs.template, audience: theirs.audience };
		for (const name of ['template', 'audience'])
			await refused(there.api.POST('/v1/campaigns', { body: wrong({ ...fine, [name]: ids[name] }) }), 400, 1616, `data.${name}`);
		expect((await there.get(`/v1/messages?filter[campaign_id]=${ids.campaign}`)).tree.data).toEqual([]);
		const page = (await here.get('/v1/audiences?page_size=1')).tree;
		const token = page.pagination.links.next.split('page_token=')[1];
		await here.get(`/v1/audiences?page_size=1&page_token=${token}`);
		await refused(there.call('GET', `/v1/audiences?page_size=1&page_token=${token}`), 400, 1015, 'page_token');
		const key = (await good(here.api.POST('/v1/keys', { body: { data: { name: 'here', role: 'admin' } } }), 201)).data.key;
		await refused(there.as(key).GET('/v1/accounts/self'), 401, 1101);
		const account = async (w: World) => (await good(w.api.GET('/v1/accounts/self'))).data.id;
		expect(await account(here)).not.toBe(await account(there));
		// And nothing of theirs was touched.
		for (const path of reads)
			await there.get(fill(path, theirs));
	}));

// Statuses name the server that sent the message. Here both have a campaign of the same number, and the same app secret.
test('an event signed for one server is nothing to another', () =>
	pair({ simulator: ['--delivered-share', '0', '--read-share', '0'] }, async (here, there) => {
		const theirs = await there.wait(await there.campaign(undefined, await there.audience(3)), completed);
		const settled = async () => (await there.messages(theirs)).every((message) => message.state === 'sent');
		await waitUntil(settled, 20, 'their own statuses');
		const before = await there.read(theirs);
		const template = await here.template();
		await here.connectWebhooks(there.server); // as when an old server's webhooks reach its successor
		const ours = await here.wait(await here.campaign(template, await here.audience(3)), completed);
		// sent, delivered and read of three
		const foreign = () => there.metric('crier_webhook_events_total{kind="status_foreign"}');
		await waitUntil(async () => (await foreign()) === 9, 20, 'our statuses');
		expect(await there.read(theirs)).toEqual(before);
		expect(before.messages.sent).toBe(3);
		expect((await here.read(ours)).messages.delivered).toBe(0);
	}));
