// Every list: pages forwards and backwards, their links, and that they hold still while things come and go.
import { expect, test } from 'vitest';
import { completed, things } from './things.ts';
import { at, good, refused, senderFields, world } from './world.ts';

const w = world();

let made: Promise<string[]> | undefined;
/** At least five of everything; made once. Each list's path. */
const lists = () => (made ??= make());

async function make(): Promise<string[]> {
	const { template, audience } = (await things(w)) as { template: string; audience: string };
	for (let i = 0; i < 5; i++) {
		await good(w.api.POST('/v1/keys', { body: { data: { name: `key ${i}`, role: 'viewer' } } }), 201);
		await good(w.api.POST('/v1/senders', { body: { data: senderFields(`sender ${i}`, `4480815702${i}0`) } }), 201);
		await w.template();
		await good(w.api.POST('/v1/optouts', { body: { data: { number: `+3361234568${i}` } } }), 201);
		const contact = { ...at({ audience }), body: { data: { number: `+3361234567${i}` } } };
		await good(w.api.POST('/v1/audiences/{audience}/contacts', contact), 201);
		await w.campaign({ id: template }, await w.audience(2), { schedule: `2199-01-01 00:00:0${i}` });
	}
	await w.wait(await w.campaign({ id: template }, { id: audience }), completed);
	return ['/v1/keys', '/v1/senders', '/v1/templates', '/v1/audiences', '/v1/campaigns', '/v1/messages', '/v1/optouts', `/v1/audiences/${audience}/contacts`];
}

const idsOf = (page: { data: { id: string }[] }) => page.data.map((item) => item.id);
const localOrNull = (link: string | null) => (link === null ? null : w.local(link));

/** Pages of two from the first to the last, with the last one's link backwards. */
async function forwards(path: string, total: number) {
	const pages: string[][] = [];
	let back: string | null = null;
	for (let target: string | null = `${path}?page_size=2`; target; ) {
		const page = (await w.get(target)).tree;
		const { links, ...pagination } = page.pagination;
		pages.push(idsOf(page));
		expect(pagination, target).toEqual({ number: pages.length, size: page.data.length, total });
		expect(w.local(links.first)).toBe(`${path}?page_size=2`);
		expect(w.local(links.current)).toBe(target);
		expect(links.previous === null).toBe(pages.length === 1);
		back = localOrNull(links.previous);
		target = localOrNull(links.next);
	}
	return { pages, back };
}

test('forwards and backwards', async () => {
	for (const path of await lists()) {
		const whole = (await w.get(`${path}?page_size=100`)).tree;
		const everything = idsOf(whole);
		const { total } = whole.pagination;
		expect(everything.length, path).toBe(total);
		expect(new Set(everything).size, path).toBe(total);
		expect(total, path).toBeGreaterThanOrEqual(5);
		const dates: string[] = whole.data.map((item: { create_date: string }) => item.create_date);
		expect(dates, `${path} is newest first`).toEqual([...dates].sort().reverse());
		const { pages, back } = await forwards(path, total);
		expect(pages.flat(), path).toEqual(everything);
		expect(pages.slice(0, -1).every((page) => page.length === 2)).toBe(true);
		let target = back;
		for (let number = pages.length - 1; number > 0; number--) {
			const page = (await w.get(target!)).tree;
			expect([page.pagination.number, ...idsOf(page)], path).toEqual([number, ...pages[number - 1]!]);
			target = localOrNull(page.pagination.links.previous);
		}
		expect(target).toBeNull();
	}
});

test('the default size and its bounds', async () => {
	for (const path of await lists()) {
		for (const size of ['0', '00', '-1', '1.5', '2x', '', '%205', '+5', 'x'])
			await refused(w.call('GET', `${path}?page_size=${size}`), 400, 1016, 'page_size');
		expect((await w.get(path)).tree.pagination.links.first).toContain('page_size=20');
		for (const size of ['101', '99999999999999999999', '0000101'])
			expect((await w.get(`${path}?page_size=${size}`)).tree.pagination.links.first).toContain('page_size=100');
		expect((await w.get(`${path}?page_size=007`)).tree.pagination.links.first).toContain('page_size=7');
	}
});

test('a token opens its own list only', async () => {
	const paths = await lists();
	for (const [i, path] of paths.entries()) {
		const other = paths[(i + 1) % paths.length];
		const { links } = (await w.get(`${path}?page_size=2&filter[channel]=whatsapp`)).tree.pagination;
		const query: string = w.local(links.next).split('?')[1]!;
		expect(query).toMatch(/^filter\[channel\]=whatsapp&page_size=2&page_token=/); // filters are kept, the size before the token
		const token = query.slice(query.lastIndexOf('=') + 1);
		await w.get(`${path}?${query}`);
		await w.get(`${path}?filter[channel]=whatsapp&page_size=3&page_token=${token}`); // another size is no other list
		const filtered = `${path}?filter[channel]=whatsapp&page_token=`;
		for (const target of [
			`${other}?filter[channel]=whatsapp&page_token=${token}`,
			...(/keys|optouts|contacts/.test(path) ? [] : [`${path}?page_token=${token}`, `${path}?filter[channel]=sms&page_token=${token}`]), // they have no channel
			filtered + token.slice(0, -1),
			`${filtered + token}A`,
			filtered + token.slice(1) + token[0],
			`${path}?page_token=`,
			`${path}?page_token=%F0%9F%98%80`,
		])
			await refused(w.call('GET', target), 400, 1015, 'page_token');
	}
});

test('a token is of the filters as they are understood, however they are written', async () => {
	await lists();
	const { links } = (await w.get('/v1/campaigns?filter[channel]=whatsapp&filter[statuses]=scheduled,completed&page_size=2')).tree.pagination;
	const token = w.local(links.next).match(/page_token=(.*)$/)![1];
	const ids = idsOf((await w.get(w.local(links.next))).tree);
	expect(ids).toHaveLength(2);
	for (const query of [
		'filter[statuses]=scheduled,completed&filter[channel]=whatsapp',
		'filter%5Bstatuses%5D=scheduled%2Ccompleted&filter%5bchannel%5d=whats%61pp',
		'filter[statuses]=scheduled&filter[channel]=whatsapp&filter[statuses]=completed',
		'_=1&filter[channel]=whatsapp&filter[nonsense]=1&filter[statuses]=scheduled,completed&x',
	])
		expect(idsOf((await w.get(`/v1/campaigns?${query}&page_size=2&page_token=${token}`)).tree), query).toEqual(ids);
	for (const query of ['filter[channel]=whatsapp', 'filter[channel]=whatsapp&filter[statuses]=scheduled', 'filter[channel]=whatsapp&filter[statuses]=scheduled,completed&filter[search]=a'])
		await refused(w.call('GET', `/v1/campaigns?${query}&page_token=${token}`), 400, 1015, 'page_token');
});

test('filters raw and encoded', async () => {
	await lists();
	const cases: [string, string, string, number][] = [
		['campaigns', 'statuses', 'scheduled', 5],
		['campaigns', 'statuses', 'SCHEDULED, completed', 7],
		['campaigns', 'statuses', 'scheduled,nonsense', 5],
		['campaigns', 'statuses', 'nonsense', 0],
		['campaigns', 'channel', 'WhatsApp', 7],
		['campaigns', 'channel', 'sms,viber', 0],
		['campaigns', 'senders', 'Nobody,MyBusiness', 7],
		['campaigns', 'senders', 'Nobody', 0],
		['campaigns', 'senders', ',', 0],
		['senders', 'name', 'sender 3', 1],
		['senders', 'name', 'sender 3, sender 1', 2],
		['senders', 'name', 'sender', 0],
		['senders', 'type', 'did', 6],
		['senders', 'status', 'available', 6],
		['templates', 'status', 'COMPLETED,CANCELED', 6],
		['templates', 'status', 'completed', 6],
		['templates', 'name', 'nobody', 0],
	];
	for (const [list, name, value, n] of cases) {
		const encoded = value.replace(/ /g, '%20');
		for (const query of [
			`filter[${name}]=${encoded}`,
			`filter%5B${name}%5D=${encoded}`,
			`filter%5b${name}%5d=${encoded.replace(/,/g, '%2C').replace(/%20/g, '+')}`,
		])
			expect((await w.get(`/v1/${list}?${query}&page_size=100`)).tree.pagination.total, `${list}?${query}`).toBe(n);
	}
});

test('what comes and goes moves no page', async () => {
	const create = (name: string) => good(w.api.POST('/v1/audiences', { body: { data: { name, channel: 'whatsapp' } } }), 201);
	const names = (page: { data: { name: string }[] }) => page.data.map((audience) => audience.name);
	for (let i = 0; i < 6; i++)
		await create(`Still ${i}`);
	const first = (await w.get('/v1/audiences?filter[search]=Still&page_size=2')).tree;
	const second = first.pagination.links.next;
	expect(names((await w.get(second)).tree)).toEqual(['Still 3', 'Still 2']);
	await create('Still newer');
	await good(w.api.DELETE('/v1/audiences/{audience}', at({ audience: first.data[1].id })), 204); // the one that the token was made of
	const page = (await w.get(second)).tree;
	expect(names(page)).toEqual(['Still 3', 'Still 2']);
	expect(page.pagination.total).toBe(6);
	expect(names((await w.get(page.pagination.links.previous)).tree)).toEqual(['Still newer', 'Still 5']);
});
