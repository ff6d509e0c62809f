import { expect, test } from 'vitest';
import { tierLimit } from '../parts/SenderMarks.tsx';
import { requestOf } from './audience/ContactForm.tsx';
import { changesOf } from './senders/SenderForm.tsx';

test("a contact's fields are those with a name; its number is given once", () => {
	const values = {
		number: ' +44 7400 123456 ', first_name: 'Ann', last_name: '', custom1: '', custom2: '', tags: ['vip'],
		fields: [{ name: ' city ', value: 'Leeds' }, { name: '', value: 'lost' }, { name: 'seat', value: '' }],
	};
	expect(requestOf(values, true)).toEqual({
		number: '+44 7400 123456', first_name: 'Ann', last_name: '', custom1: '', custom2: '', tags: ['vip'], fields: { city: 'Leeds', seat: '' },
	});
	expect(requestOf(values, false)).not.toHaveProperty('number');
});

test('of a sender only what was changed is sent', () => {
	const kept = { name: 'A', code: '', phone_number_id: '', waba_id: '', access_token: '', app_secret: '', rate: 40 as const };
	expect(changesOf(kept, { name: 'A', rate: 40 })).toEqual({});
	expect(changesOf({ ...kept, name: ' B ', access_token: ' t ', rate: '' }, { name: 'A', rate: null })).toEqual({ name: 'B', access_token: 't' });
	expect(changesOf({ ...kept, rate: '' }, { name: 'A', rate: 40 })).toEqual({ rate: null });
	expect(changesOf(kept, { name: 'A', rate: null })).toEqual({ rate: 40 });
});

test("Meta's word for a tier is a number of people", () => {
	expect(['TIER_250', 'TIER_2K', 'TIER_100K', 'TIER_UNLIMITED', 'TIER_NEW', null].map(tierLimit)).toEqual([250, 2000, 100_000, 'unlimited', null, null]);
});
