// What goes wrong inside of the server: the client is told so, and nothing of how.
import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { refused, world } from './world.ts';

const w = world();

test('what the server cannot do is its own failure', async () => {
	const { id } = await w.audience(0);
	rmSync(`${w.folder}/data/imports`, { recursive: true }); // where a file that is sent would be kept
	const send = () => w.call('POST', `/v1/audiences/${id}/import`, 'number\n447400123456\n', { contentType: 'text/csv' });
	await refused(send(), 500, 1020);
	const { message } = (await send()).tree.errors[0];
	expect(message).not.toContain(w.folder);
	expect((await w.get('/healthz', { key: null })).text).toBe('ok\n'); // and all else goes on
});
