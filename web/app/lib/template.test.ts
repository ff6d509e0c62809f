import { expect, test } from 'vitest';
import { type Contact, countCharacters, fill, keysOf, MARK_FROM, MARK_TO, readText } from './placeholders.ts';
import { bubbleOf, componentsOf, type Content, textsOf } from './template.ts';

const contact = { number: '447400123457', first_name: 'Olivia', last_name: '', custom1: ' gold \n card ', custom2: '', timestamp: ' gold \n card ', date: '', fields: { city: 'Bath', empty: ' ' } } as unknown as Contact;
const missing = (key: string) => MARK_FROM + key + MARK_TO;

test('a text is filled as the server fills it', () => {
	expect(fill('Hi {first_name|friend}, {last_name|you}!', contact)).toBe('Hi Olivia, you!');
	expect(fill('{custom1} is {timestamp}, +{number}', contact)).toBe('gold card is gold card, +447400123457');
	expect(fill('In {city}, {{city} as written }', contact)).toBe('In Bath, {city} as written }');
});

test('what has neither value nor fallback is marked', () => {
	expect(fill('Dear {last_name}: {empty} {nothing}', contact)).toBe(`Dear ${missing('last_name')}: ${missing('empty')} ${missing('nothing')}`);
	expect(fill('Dear {first_name|you}', undefined)).toBe(`Dear ${missing('first_name')}`);
	expect(fill('{toString}', contact)).toBe(missing('toString'));
});

test('faults of a text are found where the server finds them', () => {
	expect(readText('a {b').fault).toBe('open_brace');
	for (const text of ['{}', '{ }', '{a{b}', '{|x}', `{${'k'.repeat(65)}}`]) expect(readText(text).fault).toBe('bad_key');
	for (const text of ['{a|}', '{a| }']) expect(readText(text).fault).toBe('bad_fallback');
	expect(readText('{{ {a} }').fault).toBeUndefined();
	expect(fill('so {far}, {b', contact)).toBe(`so ${missing('far')}, {b`);
});

test("characters are counted as Meta's, each occurrence of a placeholder by its name", () => {
	expect(countCharacters('Hi 👋')).toBe(4);
	expect(countCharacters('{First Name}')).toBe('{{first_name}}'.length);
	expect(countCharacters('{a} {a|b}')).toBe('{{a}} {{a_2}}'.length);
	expect(countCharacters('{é}')).toBe('{{__}}'.length);
});

test('keys are told once', () => expect(keysOf('{a} {b|x} {a}', undefined, '{c}')).toEqual(['a', 'b', 'c']));

const flat: Content = { text: 'Hi {first_name}.', type: 'image', url: 'https://pictures.example/a.png', media_id: null, filename: null, button_type: 'LINK', button_text: 'Open', button_value: 'https://shop.example/', components: null };

test('flat fields become components', () => {
	expect(componentsOf(flat)).toEqual([
		{ type: 'HEADER', format: 'IMAGE', url: 'https://pictures.example/a.png' },
		{ type: 'BODY', text: 'Hi {first_name}.' },
		{ type: 'BUTTONS', buttons: [{ type: 'URL', url: 'https://shop.example/', text: 'Open' }] },
	]);
	const reply = componentsOf({ ...flat, type: 'text', button_type: 'quick_reply', button_value: 'join' });
	expect(reply).toEqual([{ type: 'BODY', text: 'Hi {first_name}.' }, { type: 'BUTTONS', buttons: [{ type: 'QUICK_REPLY', payload: 'join', text: 'Open' }] }]);
});

test('a template and a contact make a message', () => {
	expect(bubbleOf(componentsOf(flat), { contact })).toMatchObject({
		header: { kind: 'image', url: 'https://pictures.example/a.png' },
		body: 'Hi Olivia.',
		buttons: [{ kind: 'url', text: 'Open' }],
	});
});

test('a kept picture is shown where its address is known', () => {
	const components = componentsOf({ ...flat, url: null, media_id: 'm1' });
	expect(bubbleOf(components).header).toEqual({ kind: 'image', url: undefined });
	expect(bubbleOf(components, { pictures: { m1: 'blob:x' } }).header).toEqual({ kind: 'image', url: 'blob:x' });
});

test('authentication, offers and cards', () => {
	const auth = bubbleOf([{ type: 'body', add_security_recommendation: true }, { type: 'FOOTER', code_expiration_minutes: 5 }, { type: 'BUTTONS', buttons: [{ type: 'OTP', otp_type: 'COPY_CODE', code: '{city}' }] }], { contact });
	expect(auth).toMatchObject({ body: '*Bath* is your verification code. For your security, do not share this code.', footer: 'This code expires in 5 minutes.', buttons: [{ text: 'Copy code' }] });
	const cards = [{ components: [{ type: 'HEADER', format: 'IMAGE', url: 'https://a.example/1' }, { type: 'BODY', text: 'For {first_name}.' }] }];
	const carousel = [{ type: 'BODY', text: 'Look.' }, { type: 'CAROUSEL', cards }];
	expect(bubbleOf(carousel, { contact }).cards).toMatchObject([{ header: { kind: 'image' }, body: 'For Olivia.' }]);
	expect(keysOf(...textsOf(carousel))).toEqual(['first_name']);
	expect(bubbleOf([{ type: 'LIMITED_TIME_OFFER', limited_time_offer: { text: 'Ends soon' } }, { type: 'BODY', text: 'x' }]).offer).toBe('Ends soon');
});
