// Pictures for the README, into docs/screenshots: make screenshots.
import { readFileSync } from 'node:fs';
import { test } from 'vitest';
import { KEY } from '../e2e/harness.ts';
import { good, withWorld } from '../e2e/world.ts';
import { completed } from '../e2e/things.ts';
import { browser } from './browser.ts';

const b = browser();
const CONTACTS = readFileSync(new URL('../../examples/contacts.csv', import.meta.url));
const SIMULATOR = ['--throughput-level', 'HIGH', '--ceiling', '1000', '--refuse-codes', '131026:1', '--fail-codes', '131026:1', '--delivered-share', '96', '--read-share', '63', '--delivered-delay-ms', '500-4000', '--read-delay-ms', '500-6000'];

test('pictures', () =>
	withWorld({ simulator: SIMULATOR }, async (w) => {
		await w.sender();
		const made = await good(
			w.api.POST('/v1/templates', {
				body: {
					data: {
						name: 'Flash sale',
						channel: 'whatsapp',
						wa_sender_code: '448081570123',
						wa_category: 'MARKETING',
						components: [ // Meta's form, of which the specification names the types alone
							{ type: 'HEADER', format: 'TEXT', text: 'One day only' },
							{ type: 'BODY', text: 'Hi {first_name|friend}, show your *{custom1}* card today and get 20% off everything in the shop.' },
							{ type: 'FOOTER', text: 'Reply STOP to hear no more from us' },
							{ type: 'BUTTONS', buttons: [{ type: 'QUICK_REPLY', text: 'I will come' }, { type: 'URL', text: 'Opening hours', url: 'https://example.com/hours' }] },
						] as never,
					},
				},
			}),
			201,
		);
		const template = await w.approved(made.data.id);
		const { data: audience } = await good(w.api.POST('/v1/audiences', { body: { data: { name: 'Loyalty cards', channel: 'whatsapp' } } }), 201);
		await w.importWhen(await w.upload(audience, CONTACTS), completed, 60);

		const visit = await b.open(w.server.address, { height: 800 });
		await visit.go('');
		await visit.signIn(KEY);
		const campaign = await w.campaign(template, audience, { name: 'January flash sale' });
		await visit.go(`#/campaigns/${campaign.id}`);
		await w.wait(campaign, ({ messages }) => messages.read > 1500, 120);
		await visit.picture('campaign', false);
		await visit.go(`#/templates/${template.id}`);
		await visit.picture('template', false);
		await visit.close([/401/]);
	}));
