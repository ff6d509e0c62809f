// The five calls of the public API page that this server follows, by curl, changed in nothing but host, key, ids and dates.
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { KEY } from './harness.ts';
import { SPEC } from './spec.ts';
import { type World, world } from './world.ts';

const w = world();

const CREATE = `curl -X POST "https://api.dexatel.com/v1/campaigns" \\
-H "X-Dexatel-Key: YOUR_API_KEY" \\
-H "Content-Type: application/json" \\
-d '{
"data": {
"name": "January Flash Sale",
"channel": "whatsapp",
"from": "MyBusiness",
"template": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
"audience": "4f6b8d2a-1c3e-5a7f-9b0d-2e4c6a8f0b1d"
}
}'`;
const SCHEDULE = `curl -X POST "https://api.dexatel.com/v1/campaigns" \\
-H "X-Dexatel-Key: YOUR_API_KEY" \\
-H "Content-Type: application/json" \\
-d '{
"data": {
"name": "Product Launch — March 1",
"channel": "whatsapp",
"from": "MyBusiness",
"template": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
"audience": "4f6b8d2a-1c3e-5a7f-9b0d-2e4c6a8f0b1d",
"schedule": "2024-03-01 09:00:00"
}
}'`;
const READ = `curl -X GET "https://api.dexatel.com/v1/campaigns/c3d4e5f6-a7b8-9012-cdef-123456789012" \\
-H "X-Dexatel-Key: YOUR_API_KEY"`;
const RESCHEDULE = `curl -X PUT "https://api.dexatel.com/v1/campaigns/c3d4e5f6-a7b8-9012-cdef-123456789012" \\
-H "X-Dexatel-Key: YOUR_API_KEY" \\
-H "Content-Type: application/json" \\
-d '{
"data": {
"schedule": "2024-03-02 10:00:00"
}
}'`;
const DELETE = `curl -X DELETE "https://api.dexatel.com/v1/campaigns/c3d4e5f6-a7b8-9012-cdef-123456789012" \\
-H "X-Dexatel-Key: YOUR_API_KEY"`;

interface Ids {
	template?: string;
	audience?: string;
	campaign?: string;
}

/** Status and text of the command with this server's host, key, ids and dates in it. */
function curl(w: World, command: string, ids: Ids): [number, string] {
	const changed = command
		.replace('https://api.dexatel.com', `http://${w.server.address}`)
		.replace('YOUR_API_KEY', KEY)
		.replace('2024-', '2198-')
		.replace('3fa85f64-5717-4562-b3fc-2c963f66afa6', (old) => ids.template ?? old)
		.replace('4f6b8d2a-1c3e-5a7f-9b0d-2e4c6a8f0b1d', (old) => ids.audience ?? old)
		.replace('c3d4e5f6-a7b8-9012-cdef-123456789012', (old) => ids.campaign ?? old);
	const out = execFileSync('sh', ['-c', `${changed} -sS -w '\\n%{http_code}'`], { encoding: 'utf8', timeout: 20_000 });
	const end = out.lastIndexOf('\n');
	return [Number(out.slice(end + 1)), out.slice(0, end)];
}

test('the five commands', async () => {
	const ids: Ids = { template: (await w.template()).id, audience: (await w.audience(2)).id };
	const [createStatus, created] = curl(w, CREATE, ids);
	expect(createStatus).toBe(201);
	expect(JSON.parse(created).data).toMatchObject({ name: 'January Flash Sale', status: 'in_progress', schedule: null });
	const [scheduleStatus, scheduled] = curl(w, SCHEDULE, ids);
	SPEC.validate('/components/schemas/CampaignAnswer', JSON.parse(scheduled));
	const made = JSON.parse(scheduled).data;
	expect(scheduleStatus).toBe(201);
	expect(made).toMatchObject({
		id: expect.stringMatching(/./),
		name: 'Product Launch — March 1',
		channel: 'whatsapp',
		status: 'scheduled',
		sender: 'MyBusiness',
		template_id: ids.template,
		audience_id: ids.audience,
		schedule: '2198-03-01 09:00:00',
		create_date: expect.stringMatching(/./),
	});
	ids.campaign = made.id;
	const [readStatus, read] = curl(w, READ, ids);
	expect([readStatus, JSON.parse(read).data]).toEqual([200, made]);
	const [putStatus, put] = curl(w, RESCHEDULE, ids);
	expect([putStatus, JSON.parse(put).data.schedule]).toEqual([200, '2198-03-02 10:00:00']);
	expect(curl(w, DELETE, ids)).toEqual([204, '']);
	const [goneStatus, gone] = curl(w, READ, ids);
	expect([goneStatus, JSON.parse(gone).errors[0].code]).toEqual([404, 1601]);
});

test('its lists', async () => {
	const template = await w.template();
	const audience = await w.audience(2);
	const over = await w.wait(await w.campaign(template, audience), (c) => c.status === 'completed');
	const coming = await w.campaign(template, audience, { schedule: '2198-03-01 09:00:00' });
	const listed = async (query: string) => (await w.get(`/v1/campaigns?${query}`)).tree.data.map((c: { id: string }) => c.id);
	expect((await listed('filter[channel]=WHATSAPP')).slice(0, 2)).toEqual([coming.id, over.id]);
	const unfinished = await listed('filter[channel]=WHATSAPP&filter[statuses]=scheduled,in_progress');
	expect(unfinished).toContain(coming.id);
	expect(unfinished).not.toContain(over.id);
});
