import { expect, test } from 'vitest';
import { type Campaign, rateNow, standing } from './campaigns.ts';
import { peopleAt } from './recipients.ts';

const hold = { by: 'person', rule: 'person', code: null, reason: 'r', remedy: 'r', since: '2027-01-01 00:00:00', until: null } as const;
const campaign = (part: Partial<Campaign>) => ({ status: 'in_progress', hold: null, sender_hold: null, waits_for: null, rate_now: 3, ...part }) as Campaign;

test('where a campaign stands', () => {
	expect(standing(campaign({}))).toBe('sending');
	expect(standing(campaign({ hold }))).toBe('held');
	expect(standing(campaign({ sender_hold: hold }))).toBe('held');
	expect(standing(campaign({ waits_for: 'budget', hold }))).toBe('held');
	expect(standing(campaign({ waits_for: 'budget' }))).toBe('waiting');
	expect(standing(campaign({ status: 'scheduled' }))).toBe('scheduled');
	expect(standing(campaign({ status: 'scheduled', sender_hold: hold }))).toBe('scheduled');
	expect(standing(campaign({ status: 'scheduled', hold }))).toBe('held');
	expect(standing(campaign({ status: 'completed' }))).toBe('completed');
});

test('what is not in progress has no pace', () => {
	expect(rateNow(campaign({}))).toBe(3);
	expect(rateNow(campaign({ status: 'completed' }))).toBeNull();
});

test('a number leads to the people behind it', () => {
	expect(peopleAt('x', 'delivered')).toBe('/campaigns/x?view=recipients&state=delivered%2Cread');
	expect(peopleAt('x', 'failed', { code: '131026' })).toBe('/campaigns/x?view=recipients&state=failed&code=131026');
	expect(peopleAt('x', 'read', { country: 'GB' })).toBe('/campaigns/x?view=recipients&state=read&country=GB');
	expect(peopleAt('x', undefined, { button: 'a&b' })).toBe('/campaigns/x?view=recipients&button=a%26b');
	expect(peopleAt('x')).toBe('/campaigns/x?view=recipients');
});
