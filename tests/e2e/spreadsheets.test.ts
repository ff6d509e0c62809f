// Contacts out of spreadsheets: over HTTP and by `crier import`, as they are written, and as they are ruined.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as harness from './harness.ts';
import { completed } from './things.ts';
import { refused, withWorld, world, type World } from './world.ts';

const w = world();
const over = (data: { status: string }) => !['waiting', 'running'].includes(data.status);

const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');
const utf16be = (text: string) => utf16(text).swap16();

async function imported(text: string | Uint8Array, query = '') {
	const audience = await w.audience(0);
	const done = await w.importWhen(await w.upload(audience, text, query), over);
	const contacts = await w.all(`/v1/audiences/${audience.id}/contacts?page_size=100`);
	return { done, numbers: contacts.map((c) => c.number).sort(), first: contacts.at(-1) };
}

test.each([
	['UTF-8 with commas', Buffer.from('number,first_name,Ort\n+447400123456,Zoë,"Köln\nSüd"\n')],
	['UTF-8 with a mark and semicolons', Buffer.from('\ufeffnumber;first_name;Ort\r\n+447400123456;Zoë;"Köln\nSüd"\r\n')],
	['UTF-16 with tabs', utf16('number\tfirst_name\tOrt\r\n+447400123456\tZoë\t"Köln\nSüd"\r\n')],
	['UTF-16 without a mark', utf16('number\tfirst_name\tOrt\r\n+447400123456\tZoë\t"Köln\nSüd"\r\n').subarray(2)],
	['UTF-16, big-endian', utf16be('number,first_name,Ort\r+447400123456,Zoë,"Köln\nSüd"\r')],
	['Windows-1252', Buffer.from('number;first_name;Ort\r\n+447400123456;Zoë;"Köln\nSüd"\r\n', 'latin1')],
	["Excel's first line", Buffer.from('sep=;\r\nnumber;first_name;Ort\r\n+447400123456;Zoë;"Köln\nSüd"\r\n', 'latin1')],
])('a file in %s', async (_, text) => {
	const { done, first } = await imported(text);
	expect(done).toMatchObject({ status: 'completed', rows: 1, added: 1, invalid: 0, progress: 1 });
	expect(first).toMatchObject({ number: '447400123456', first_name: 'Zoë', fields: { Ort: 'Köln\nSüd' } });
});

test('numbers as spreadsheets ruin them', async () => {
	const good = ['="+447400123401"', '"=""447400123402"""', "'+447400123403", '4.47400123404E+11', '447400123405.0', '00 44 7400-123406',
		'+44 (0)7400.123407', '"4,47400123408E+11"', '447400123409'];
	const { done, numbers } = await imported(`number\n${good.join('\n')}\n`);
	expect(done).toMatchObject({ rows: 9, added: 9, invalid: 0 });
	expect(numbers).toEqual(good.map((_, i) => `44740012340${i + 1}`));
});

test('what has lost digits, or could be meant otherwise, is rejected with the reason', async () => {
	const rows = ['4.41E+11', '07400123456', '43123456.00', '+447400123456x', ''].map((number) => `"${number}",Ann`);
	const { done } = await imported(`number,first_name\n${rows.join('\n')}\n447400123456,${'x'.repeat(33)}\n"open,c\n447400123457,d\u0000,\n`);
	expect(done).toMatchObject({ rows: 8, added: 0, invalid: 8 });
	expect(done.rejected.map((r) => r.line)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
	const words = ['format the column', 'country code', 'without the point', 'other than digits', 'missing', 'at most 32', 'quotes', 'NUL'];
	words.forEach((word, i) => expect(done.rejected[i]!.reason).toContain(word));
	const csv = (await w.get(`/v1/imports/${done.id}`, { headers: { Accept: 'text/csv' } })).text.split('\r\n');
	expect(csv[0]).toBe('line,number,reason');
	expect(csv[1]).toMatch(/^2,4.41E\+11,"the spreadsheet has cut/);
	expect(csv[4]).toMatch(/^5,"'\+447400123456x",/); // no formula; the apostrophe does no harm to an import
	const file = await w.get(`/v1/imports/${done.id}?format=csv`);
	expect(file.headers['content-disposition']).toBe("attachment; filename*=UTF-8''rejected.csv");
	expect(file.text.replace(/^\uFEFF/, '')).toBe(csv.join('\r\n'));
	await refused(w.call('GET', `/v1/imports/${done.id}?format=xml`), 400, 1014, 'format');
	expect(csv).toHaveLength(10);
});

test('a number without country code is of the region or of nobody', async () => {
	const text = 'number\n07400123456\n7400123457\n33612345678\n+33612345678\n0044 7400 123458\n';
	expect((await imported(text, '?region=GB')).numbers).toEqual(['33612345678', '447400123456', '447400123457', '447400123458']);
	expect((await imported(text)).numbers).toEqual(['33612345678', '447400123458']);
});

test('a form with a file', async () => {
	const audience = await w.audience(0);
	const path = `/v1/audiences/${audience.id}/import`;
	const contentType = 'multipart/form-data; boundary=a-b';
	const part = (head: string, text: string) => `--a-b\r\nContent-Disposition: form-data; ${head}\r\n\r\n${text}\r\n`;
	const form = part('name="note"', 'hello') + part('name="file"; filename="people.csv"', 'number\n447400123456\n12') + '--a-b--\r\n';
	const answer = await w.call('POST', path, form, { contentType });
	expect(answer.status).toBe(202);
	const done = await w.importWhen(answer.data, over);
	expect(done).toMatchObject({ status: 'completed', rows: 2, added: 1, invalid: 1, bytes: 22, progress: 1 });
	expect(done.rejected[0]!.line).toBe(3);
	for (const body of ['', 'number\n447400123456\n', part('name="file"', 'number\n') + '--a-b--\r\n', form.slice(0, -12)])
		await refused(w.call('POST', path, body, { contentType }), 400, 1313);
	await refused(w.call('POST', path, form, { contentType: 'multipart/form-data' }), 400, 1313);
	await refused(w.call('POST', path, part('name="f"; filename="x"', '') + '--a-b--\r\n', { contentType }), 400, 1313);
});

const memoryMb = (pid: number, what: 'VmRSS' | 'VmHWM') => Number(new RegExp(`^${what}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;

test('files that are no CSV cost time, not memory', async () => {
	await imported('number\n447400123456\n');
	const before = memoryMb(w.server.pid, 'VmRSS');
	writeFileSync(`/proc/${w.server.pid}/clear_refs`, '5'); // the most from now on
	const line = Buffer.alloc(48 << 20, 'x');
	expect((await imported(line)).done).toMatchObject({ status: 'failed', error: expect.stringContaining('longer than 65,536 bytes') });
	const quoted = Buffer.concat([Buffer.from('number\n"'), line, Buffer.from('\n447400123456\n')]);
	expect((await imported(quoted)).done).toMatchObject({ status: 'completed', rows: 2, added: 1, invalid: 1 });
	const zeros = Buffer.concat([Buffer.from('number\n'), Buffer.alloc(4 << 20), Buffer.from('\n447400123456\n')]);
	expect((await imported(zeros)).done).toMatchObject({ status: 'completed', rows: 2, added: 1, invalid: 1 });
	expect(memoryMb(w.server.pid, 'VmHWM') - before).toBeLessThan(32);
}, 300_000);

test('progress is told while it runs, and a crash in the middle loses and doubles nothing', async () => {
	await withWorld({}, async (own: World) => {
		const audience = await own.audience(0);
		const job = await own.upload(audience, harness.contactsCsv(30_000));
		const half = await own.importWhen(job, (data) => data.rows > 0);
		expect(half.rows).toBe(half.added);
		await own.server.kill();
		await own.restart();
		own.api = own.as(harness.KEY);
		const done = await own.importWhen(job, over, 100);
		expect(done).toMatchObject({ status: 'completed', rows: 30_000, added: 30_000, updated: 0, duplicates: 0, invalid: 0 });
		expect((await own.get(`/v1/audiences/${audience.id}`)).data.contacts_count).toBe(30_000);
	});
});

// ---- from the shell ----

function shell(argv: string[], key: string | undefined = harness.KEY): Promise<{ status: number | null; out: string; err: string }> {
	const env = { ...process.env, CRIER_KEY: key };
	const child = spawn(harness.crier(), ['import', ...argv], { env, stdio: ['ignore', 'pipe', 'pipe'] });
	let [out, err] = ['', ''];
	child.stdout.on('data', (piece) => (out += piece));
	child.stderr.on('data', (piece) => (err += piece));
	return new Promise((resolve) => child.on('close', (status) => resolve({ status, out, err })));
}

function file(text: string): string {
	const path = `${w.folder}/${w.name('people')}.csv`;
	writeFileSync(path, text);
	return path;
}

const url = () => ['--url', `http://${w.server.address}`];

test('crier import makes the audience, or finds it', async () => {
	const name = 'From a file-1';
	const made = await shell([file(harness.contactsCsv(250)), '--audience', name, ...url()]);
	expect(made).toMatchObject({ status: 0, out: '250 rows: 250 added, 0 updated, 0 there already, 0 rejected\n' });
	expect(made.err).toContain('100 %, 250 rows');
	const again = await shell([file(harness.contactsCsv(251)), '--audience', name, ...url()]);
	expect(again).toMatchObject({ status: 0, out: '251 rows: 1 added, 0 updated, 250 there already, 0 rejected\n' });
	const found = await w.all(`/v1/audiences?filter[search]=${encodeURIComponent(name)}`);
	expect(found.map((a) => [a.name, a.contacts_count])).toEqual([[name, 251]]);
});

test('crier import tells what was rejected', async () => {
	const rows = ['07400123456', ...Array.from({ length: 14 }, (_, i) => `1${i}`)];
	const made = await shell(['--audience', w.name(), ...url(), '--region', 'GB', file(`number\n${rows.join('\n')}\n`)]);
	expect(made.status).toBe(1);
	const lines = made.out.split('\n');
	expect(lines[0]).toBe('15 rows: 1 added, 0 updated, 0 there already, 14 rejected');
	expect(lines[1]).toMatch(/^ {2}line 3: '10': the number is not a valid phone number of that region/);
	expect(lines[11]).toBe('  … and 4 more');
});

test('crier import says why it cannot', async () => {
	const path = file('number\n447400123456\n');
	const cases: [argv: string[], says: string, key?: string][] = [
		[[], '--audience NAME'],
		[[path], '--audience NAME'],
		[[path, '--audience'], "'--audience' needs a value"],
		[[path, '--audience', 'x', '--colour', 'red'], "'--colour' is not understood"],
		[[path, path, '--audience', 'x'], 'is not understood'],
		[[`${path}x`, '--audience', 'x', ...url()], 'No such file'],
		[[w.folder, '--audience', 'x', ...url()], 'not a file with contents'],
		[[path, '--audience', 'x', ...url()], 'CRIER_KEY is not set', ''],
		[[path, '--audience', 'x', ...url()], 'X-Dexatel-Key is missing, or its key is not known', 'another-key'],
		[[path, '--audience', 'no!', ...url()], "'data.name' must be made of letters"],
		[[path, '--audience', 'x', '--region', 'XX', ...url()], "'region' must be a country code"],
		[[file('name\nx\n'), '--audience', 'x', ...url()], "no column 'number'"],
		[[path, '--audience', 'x', '--url', 'http://127.0.0.1:9'], 'got no answer'],
	];
	for (const [argv, says, key] of cases) {
		const { status, err } = await shell(argv, key);
		expect([status, err], says).toEqual([2, expect.stringContaining(says)]);
	}
	expect(await shell(['--help'])).toMatchObject({ status: 0, out: expect.stringContaining('usage: crier import FILE') });
});

test('a stopped import keeps what it added', async () => {
	const audience = await w.audience(0);
	const job = await w.upload(audience, harness.contactsCsv(60_000));
	await w.importWhen(job, (data) => data.rows > 0);
	expect((await w.call('DELETE', `/v1/imports/${job.id}`)).status).toBe(204);
	const stopped = await w.importWhen(job, over);
	expect(stopped.status).toBe('canceled');
	expect((await w.get(`/v1/audiences/${audience.id}`)).data.contacts_count).toBe(stopped.added);
	expect(stopped.added).toBeLessThan(60_000);
	expect(completed((await imported('number\n447400123456\n')).done)).toBe(true); // the next one goes on
});
