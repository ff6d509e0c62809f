// CSV imports: what is taken, what is refused and why.
import { expect, test } from 'vitest';
import { contactsCsv } from './harness.ts';
import { at, good, refused, UNKNOWN_ID, world } from './world.ts';

const w = world();
type Holder = { id: string };

async function start(text: string | Uint8Array, query = '', into?: Holder) {
	const audience = into ?? (await w.audience(0));
	return { audience, job: await w.upload(audience, text, query) };
}

const over = (job: Holder) => w.importWhen(job, ({ status }) => ['completed', 'failed', 'canceled'].includes(status));

async function contacts(audience: Holder) {
	const items = await w.all(`/v1/audiences/${audience.id}/contacts?page_size=100`);
	return Object.fromEntries(items.map((contact) => [contact.number, contact]));
}

test('a file as spreadsheets write it', async () => {
	const { audience, job } = await start(
		'\ufeffPhone,First Name,custom1,City\r\n+44 7400-123456,"Ann, ""A""",gold,Leeds\r\n\r\n33612345678,,,\r\n' +
			'"+5511961234567",João,silver,"São\nPaulo"\r\n',
	);
	expect(await over(job)).toMatchObject({ status: 'completed', rows: 3, added: 3, invalid: 0, progress: 1 });
	const found = await contacts(audience);
	expect(found['447400123456']).toMatchObject({ first_name: 'Ann, "A"', fields: { City: 'Leeds' } });
	expect(found['33612345678'].fields).toEqual({});
	expect(found['33612345678'].first_name).toBe('');
	expect(found['5511961234567']).toMatchObject({ fields: { City: 'São\nPaulo' }, custom1: 'silver' });
});

test('rejected lines are told', async () => {
	const { audience, job } = await start('number,first_name\n12,a\n447400123456,b\n"open,c\n447400123457,d,extra\n,e\n447400123458,f\n');
	const done = await over(job);
	expect(done).toMatchObject({ rows: 6, added: 2, invalid: 4 });
	expect(done.rejected.map((rejected) => rejected.line)).toEqual([2, 4, 5, 6]);
	expect(done.rejected[0]!.number).toBe('12');
	expect(done.rejected.every((rejected) => rejected.reason)).toBe(true);
	const csv = await w.get(`/v1/imports/${job.id}`, { headers: { Accept: 'text/csv' } });
	const lines = csv.text.trimEnd().split(/\r?\n/);
	expect(lines[0]).toBe('line,number,reason');
	expect(lines).toHaveLength(5);
	expect(Object.keys(await contacts(audience))).toHaveLength(2);
});

test('the imports of an audience, the latest first', async () => {
	const { audience, job } = await start('number\n447400123456\n12\n');
	await over(job);
	const again = await over((await start('number\n447400123457\n', '', audience)).job);
	await over((await start('number\n447400123458\n')).job); // another's
	const list = await w.get(`/v1/audiences/${audience.id}/imports?page_size=1`);
	const { rejected: _, links: __, ...told } = again;
	expect(list.tree.data).toEqual([told]);
	expect(list.tree.pagination.total).toBe(2);
	expect((await w.all(`/v1/audiences/${audience.id}/imports?page_size=1`)).map((one) => [one.id, one.invalid])).toEqual([[again.id, 0], [job.id, 1]]);
	await refused(w.call('GET', `/v1/audiences/${UNKNOWN_ID}/imports`), 404, 1301);
	await refused(w.call('GET', '/v1/audiences/x/imports'), 400, 1302);
});

test('again updates and counts duplicates', async () => {
	const { audience, job } = await start('number,first_name\n447400123456,Ann\n447400123457,Bob\n447400123456,Ann\n');
	expect(await over(job)).toMatchObject({ added: 2, updated: 0, duplicates: 1 });
	const again = await start('number,first_name,custom1\n447400123456,,gold\n447400123457,Bob,\n447400123458,Cy,\n', '', audience);
	expect(await over(again.job)).toMatchObject({ added: 1, updated: 1, duplicates: 1 });
	expect((await contacts(audience))['447400123456']).toMatchObject({ first_name: 'Ann', custom1: 'gold' });
	expect((await good(w.api.GET('/v1/audiences/{audience}', at({ audience: audience.id })))).data.contacts_count).toBe(3);
});

test('what a file does not name stays', async () => {
	const { audience, job } = await start('number,first_name,city,plan,tags\n447400123456,"Ann\nMarie",Leeds,basic,"vip, new"\n \t \n');
	expect(await over(job)).toMatchObject({ rows: 1, added: 1, invalid: 0 });
	const first = (await contacts(audience))['447400123456'];
	expect(first).toMatchObject({ first_name: 'Ann Marie', tags: ['vip', 'new'], fields: { city: 'Leeds', plan: 'basic' } });
	const next = async (text: string) => {
		const { rows, updated, duplicates, invalid } = await over((await start(text, '', audience)).job);
		return { rows, updated, duplicates, invalid };
	};
	expect(await next('number,city,plan\n447400123456,,gold\n')).toEqual({ rows: 1, updated: 1, duplicates: 0, invalid: 0 });
	expect(await next('plan;number;city\n\ngold;447400123456;Leeds\n')).toEqual({ rows: 1, updated: 0, duplicates: 1, invalid: 0 });
	const { fields, tags, first_name, id } = (await contacts(audience))['447400123456'];
	expect({ fields, tags, first_name }).toEqual({ fields: { city: 'Leeds', plan: 'gold' }, tags: ['vip', 'new'], first_name: 'Ann Marie' });
	// By PUT they are one value.
	const put = w.api.PUT('/v1/audiences/{audience}/contacts/{contact}', {
		...at({ audience: audience.id, contact: id }),
		body: { data: { fields: { plan: 'silver' } } } as never,
	});
	expect((await good(put)).data.fields).toEqual({ plan: 'silver' });
});

test('region permits national numbers', async () => {
	const text = 'mobile\n07400 123456\n+33 6 12 34 56 78\n';
	expect((await over((await start(text)).job)).added).toBe(1);
	expect((await over((await start(text, '?region=GB')).job)).added).toBe(2);
	const path = `/v1/audiences/${(await w.audience(0)).id}/import`;
	for (const region of ['gb', 'XX', 'GBR', ''])
		await refused(w.call('POST', `${path}?region=${region}`, text, { contentType: 'text/csv' }), 400, 1313, 'region');
});

test('files that cannot be read', async () => {
	const path = `/v1/audiences/${(await w.audience(0)).id}/import`;
	await refused(w.call('POST', path, ' ', { contentType: 'application/json' }), 415, 1011);
	const answer = await w.call('POST', path, '', { contentType: 'text/csv' });
	expect([answer.status, answer.tree.errors[0].code]).toEqual([400, 1313]);
	for (const text of ['name,city\nx,y\n', 'number,phone\n1,2\n', '\n\n', '"number\n']) {
		const done = await over((await start(text)).job);
		expect(done.status, text).toBe('failed');
		expect(done.error, text).toBeTruthy();
	}
	await refused(w.api.GET('/v1/imports/{import}', at({ import: UNKNOWN_ID })), 404, 1311);
	await refused(w.api.GET('/v1/imports/{import}', at({ import: 'x' })), 400, 1312);
	await refused(w.call('POST', `/v1/audiences/${UNKNOWN_ID}/import`, 'number\n', { contentType: 'text/csv' }), 404, 1301);
});

test('stopping', async () => {
	const { job } = await start(contactsCsv(30000));
	const one = at({ import: job.id });
	await good(w.api.DELETE('/v1/imports/{import}', one), 204);
	expect((await over(job)).status).toBe('canceled');
	await refused(w.api.DELETE('/v1/imports/{import}', one), 409, 1314);
	const next = await start('number\n447400123456\n'); // the next one goes on
	expect((await over(next.job)).added).toBe(1);
	expect(Object.keys(await contacts(next.audience))).toHaveLength(1);
});
