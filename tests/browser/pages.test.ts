// Every page, in both themes, both directions and at a phone's width: nothing bars the way of anybody, nothing is written into
// the console, nothing goes beyond the window. Pictures of all are kept as build output.
import { expect, test } from 'vitest';
import { KEY } from '../e2e/harness.ts';
import { things } from '../e2e/things.ts';
import { world } from '../e2e/world.ts';
import { browser, type Look, type Visit } from './browser.ts';

const w = world();
const b = browser();

async function places(): Promise<[name: string, place: string][]> {
	const ids = await things(w);
	return [
		['home', '#/'],
		['campaigns', '#/campaigns'],
		['new-campaign', '#/campaigns/new'],
		['campaign', `#/campaigns/${ids.campaign}`],
		['templates', '#/templates'],
		['template', `#/templates/${ids.template}`],
		['new-template', '#/templates/new'],
		['audiences', '#/audiences'],
		['audience', `#/audiences/${ids.audience}`],
		['senders', '#/senders'],
		['optouts', '#/optouts'],
		['webhooks', '#/webhooks'],
		['keys', '#/keys'],
		['activity', '#/activity'],
		['nowhere', '#/nowhere'],
	];
}

/** What is wrong with a page, each in a sentence. */
async function faultsOf(visit: Visit, name: string): Promise<string[]> {
	const found = await visit.barriers();
	if (await visit.overflows()) found.push('it goes beyond the window');
	return found.map((fault) => `${name}: ${fault}`);
}

async function walk(kind: string, look: Look): Promise<void> {
	const visit = await b.open(w.server.address, look);
	const faults: string[] = [];
	await visit.go('');
	await visit.picture(`sign-in-${kind}`);
	faults.push(...(await faultsOf(visit, 'sign-in')));
	await visit.signIn(KEY);
	for (const [name, place] of await places()) {
		await visit.go(place);
		await visit.picture(`${name}-${kind}`);
		faults.push(...(await faultsOf(visit, name)));
	}
	expect(faults).toEqual([]);
	await visit.close([/401/]); // who is not signed in asks whether he is
}

test('light', () => walk('light', { colors: 'light' }));
test('dark', () => walk('dark', { colors: 'dark' }));
test("a phone's width", () => walk('phone', { width: 360, height: 740 }));
test('right to left', () => walk('rtl', { language: 'ar' }));
test('right to left, dark, on a phone', () => walk('rtl-phone-dark', { language: 'ar', colors: 'dark', width: 360, height: 740 }));
