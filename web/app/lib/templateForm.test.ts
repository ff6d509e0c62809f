import { expect, test } from 'vitest';
import type { Template } from './template.ts';
import { emptyForm, formComponents, formField, formOf, type TemplateForm } from './templateForm.ts';
import { judge } from './templateLimits.ts';

const components = [
	{ type: 'HEADER', format: 'TEXT', text: 'For {first_name|you}', example: { header_text: ['Ann'] } },
	{ type: 'BODY', text: 'Hi {first_name}, look.', example: { body_text: [['Ann']] } },
	{ type: 'FOOTER', text: 'Shop' },
	{ type: 'BUTTONS', buttons: [{ type: 'QUICK_REPLY', text: 'Yes', payload: 'yes' }, { type: 'URL', text: 'Open', url: 'https://a.example/{custom1}', example: ['x'] }, { type: 'COPY_CODE', example: 'SPRING25' }] },
];
const template = { name: 'n', wa_sender_code: '44', wa_category: 'MARKETING', language: 'en', components } as unknown as Template;
const form = (change: Partial<TemplateForm> = {}): TemplateForm => ({ ...emptyForm(), name: 'n', wa_sender_code: '44', body: 'Hello.', ...change });

test('a template survives the editor', () => {
	const back = formComponents(formOf(template)!);
	expect(back.slice(0, 3)).toEqual(components.slice(0, 3));
	expect(back[3]!.buttons!.slice(0, 2)).toEqual(components[3]!.buttons!.slice(0, 2));
	expect(back[3]!.buttons![2]).toEqual({ type: 'COPY_CODE', coupon_code: 'SPRING25', example: 'SPRING25' });
});

test('samples go with the words that they were of', () => {
	expect(formComponents({ ...formOf(template)!, body: 'Hi {last_name}, look.' })[1]).toEqual({ type: 'BODY', text: 'Hi {last_name}, look.' });
});

test('what the form does not have is not taken apart', () => {
	const otp = { type: 'BUTTONS', buttons: [{ type: 'OTP' }] };
	for (const part of [otp, { type: 'PRODUCT' }, { type: 'CAROUSEL', cards: [{ components: [otp] }] }])
		expect(formOf({ ...template, components: [components[1], part] } as unknown as Template)).toBeNull();
});

const body = { type: 'BODY', text: 'Hello, look.' };
const card = (n: number) => ({
	components: [
		{ type: 'HEADER', format: 'IMAGE', url: `https://a.example/${n}.png` },
		{ type: 'BODY', text: `Card ${n} for {first_name}.` },
		{ type: 'BUTTONS', buttons: [{ type: 'URL', text: 'Open', url: 'https://a.example/{custom1}' }, { type: 'QUICK_REPLY', text: 'Yes' }] },
	],
});
const rich = {
	place: [{ type: 'HEADER', format: 'LOCATION', location: { latitude: '51.5', longitude: '-0.1', name: 'Shop of {first_name}' } }, body],
	offer: [{ type: 'HEADER', format: 'IMAGE', media_id: 'm1' }, body, { type: 'LIMITED_TIME_OFFER', limited_time_offer: { text: 'Ends soon', has_expiration: true, expires_at: '2026-12-24 18:00:30' } }, { type: 'BUTTONS', buttons: [{ type: 'COPY_CODE', coupon_code: 'SPRING25' }, { type: 'URL', text: 'Open', url: 'https://a.example' }] }],
	endless: [body, { type: 'LIMITED_TIME_OFFER', limited_time_offer: { text: 'Ends soon' } }],
	carousel: [body, { type: 'CAROUSEL', cards: [card(1), card(2)] }],
};
const read = (parts: object[]) => formOf({ ...template, components: parts } as unknown as Template)!;

test.each(Object.entries(rich))('a template with more than a message survives the editor: %s', (_, parts) => {
	expect(formComponents(read(parts))).toEqual(parts);
	expect(judge(read(parts))).toEqual({});
});

test('a number in a place and what WhatsApp alone tells of one', () => {
	expect(read([{ type: 'HEADER', format: 'LOCATION', location: { latitude: 51.5, longitude: -0.1 } }, body]).header).toMatchObject({ kind: 'location', latitude: '51.5', longitude: '-0.1' });
	const bare = read([{ type: 'HEADER', format: 'LOCATION' }, body, { type: 'LIMITED_TIME_OFFER', limited_time_offer: { text: 'x', has_expiration: true } }]);
	expect(judge({ ...bare, shape: 'plain' })).toEqual({ 'header.latitude': 'required', 'header.longitude': 'required' });
	expect(judge(bare)).toEqual({ 'offer.until': 'required' });
});

test('what a shape has no place for is not sent, and is there again with another', () => {
	const full = formOf(template)!;
	expect(formComponents({ ...full, shape: 'offer' }).map(({ type }) => type)).toEqual(['BODY', 'LIMITED_TIME_OFFER', 'BUTTONS']);
	expect(formComponents({ ...full, shape: 'offer' })[2]!.buttons!.map(({ type }) => type)).toEqual(['COPY_CODE', 'URL']);
	expect(formComponents({ ...full, shape: 'carousel' }).map(({ type }) => type)).toEqual(['BODY', 'CAROUSEL']);
	expect(formComponents({ ...full, shape: 'carousel', wa_category: 'UTILITY' })).toEqual(formComponents(full));
});

test("the server's fields are the form's", () => {
	const full = formOf(template)!;
	expect(formField('components[0].text', full)).toBe('header.text');
	expect(formField('components[1].text', full)).toBe('body');
	expect(formField('components[2].text', full)).toBe('footer');
	expect(formField('components[3].buttons[1].url', full)).toBe('buttons.1.value');
	expect(formField('components[3].buttons[0].text', full)).toBe('buttons.0.text');
	expect(formField('components[3].buttons', full)).toBe('buttons');
	expect(formField('components[0].text', form())).toBe('body');
	expect(formField('name', full)).toBe('name');
	expect(formField('components', full)).toBe('');
	expect(formField('components[0].location.latitude', read(rich.place))).toBe('header.latitude');
	expect(formField('components[0].media_id', read(rich.offer))).toBe('header.url');
	expect(formField('components[2].limited_time_offer.expires_at', read(rich.offer))).toBe('offer.until');
	expect(formField('components[2].limited_time_offer', read(rich.offer))).toBe('offer.text');
	const cards = read(rich.carousel);
	expect(formField('components[1].cards[1].components[0].url', cards)).toBe('cards.1.header.url');
	expect(formField('components[1].cards[0].components[1].text', cards)).toBe('cards.0.body');
	expect(formField('components[1].cards[1].components[2].buttons[0].url', cards)).toBe('cards.1.buttons.0.value');
	expect(formField('components[1].cards[1]', cards)).toBe('cards.1');
	expect(formField('components[1].cards', cards)).toBe('cards');
});

test('a one-time code', () => {
	const auth = form({ wa_category: 'AUTHENTICATION', body: '' });
	const made = [{ type: 'BODY', add_security_recommendation: true }, { type: 'FOOTER', code_expiration_minutes: 10 }, { type: 'BUTTONS', buttons: [{ type: 'OTP', otp_type: 'COPY_CODE', code: '{code}' }] }];
	expect(formComponents(auth)).toEqual(made);
	expect(judge(auth)).toEqual({});
	expect(formOf({ ...template, wa_category: 'AUTHENTICATION', components: made } as unknown as Template)!.code).toEqual(auth.code);
	expect(judge({ ...auth, code: { ...auth.code, placeholder: 'code {code}', minutes: 91 } })).toEqual({ 'code.placeholder': 'one_code', 'code.minutes': 'minutes' });
	expect(formField('components[1].code_expiration_minutes', auth)).toBe('code.minutes');
	expect(formField('components[2].buttons[0].code', auth)).toBe('code.placeholder');
	const oneTap = [made[0], { type: 'BUTTONS', buttons: [{ type: 'OTP', otp_type: 'ONE_TAP' }] }];
	expect(formOf({ ...template, wa_category: 'AUTHENTICATION', components: oneTap } as unknown as Template)).toBeNull();
});
