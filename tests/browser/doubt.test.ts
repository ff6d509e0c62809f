// What left without an answer is shown, and a person decides about it, warned of what may come of that.
import { expect, test } from 'vitest';
import { KEY } from '../e2e/harness.ts';
import { completed } from '../e2e/things.ts';
import { world } from '../e2e/world.ts';
import { browser, button, EN, said } from './browser.ts';

const w = world({ simulator: ['--ceiling', '1000'] });
const b = browser();
const words = EN.campaign.doubt;

test('unconfirmed messages: sent again with a warning, or given up', async () => {
	await w.sim('POST', '/_sim/faults', { 'error5xx-before': 20 });
	const made = await w.wait(await w.campaign(undefined, await w.audience(60)), completed, 60);
	const n = made.messages.unconfirmed;
	expect(n).toBeGreaterThan(1);
	const visit = await b.open(w.server.address);
	const { page } = visit;
	await visit.go('');
	await visit.signIn(KEY);
	await visit.go(`#/campaigns/${made.id}`);
	await page.getByText(said(words.title_other, { n: String(n) })).waitFor();
	await visit.picture('campaign-in-doubt');
	await button(page, words.resend).click();
	const dialog = page.getByRole('dialog');
	await dialog.getByText(words.resend_risk).waitFor();
	await button(dialog, words.resend).click(); // and still no clear answer for some of them
	await w.wait(made, (c) => c.status === 'completed' && c.messages.unconfirmed < n, 60);
	const left = (await w.read(made)).messages.unconfirmed;
	await w.sim('POST', '/_sim/faults', { 'error5xx-before': 0 });
	if (left > 0) {
		await page.getByText(said(left === 1 ? words.title_one : words.title_other, { n: String(left) })).waitFor();
		await button(page, words.give_up).click();
		await dialog.getByText(words.give_up_risk).waitFor();
		await button(dialog, words.give_up).click();
	}
	await expect.poll(async () => (await w.read(made)).messages, { timeout: 20_000 }).toMatchObject({ unconfirmed: 0, skipped: left });
	await button(page, words.give_up).waitFor({ state: 'detached' });
});
