import { beforeAll, expect, test } from 'vitest';
import { startTexts } from '../text/index.ts';
import { bytes, country, fromServer, moment, number, phone, share, toServer, wholeMoment } from './format.ts';

beforeAll(async () => void (await startTexts('en')));

test("the server's times are UTC, there and back", () => {
	expect(fromServer('2026-11-28 19:23:06').toISOString()).toBe('2026-11-28T19:23:06.000Z');
	expect(toServer(new Date('2026-11-28T19:23:06.789Z'))).toBe('2026-11-28 19:23:06');
});

test('a time of another zone is told as it is there', () => {
	const date = fromServer('2026-11-28 19:23:06');
	expect(wholeMoment(date, 'Asia/Kolkata')).toContain('12:53:06');
	expect(wholeMoment(date, 'Asia/Kolkata')).toContain('29');
});

test('a moment has its day only where it is not today, its year only where it is another', () => {
	const now = new Date(2026, 10, 28, 20, 0);
	expect(moment(new Date(2026, 10, 28, 9, 5), now)).toMatch(/^09:05/);
	expect(moment(new Date(2026, 10, 28, 9, 5, 7), now, { seconds: true })).toMatch(/^09:05:07/);
	expect(moment(new Date(2026, 10, 27, 9, 5), now)).toMatch(/Nov/);
	expect(moment(new Date(2026, 10, 27, 9, 5), now)).not.toMatch(/2026/);
	expect(moment(new Date(2025, 10, 28, 9, 5), now)).toMatch(/2025/);
});

test('numbers, shares, sizes, countries', () => {
	expect(number(9953)).toBe('9,953');
	expect(share(0.9525)).toBe('95.3%');
	expect(share(0.5, 0)).toBe('50%');
	expect([0, 999, 1000, 883_800, 2_500_000_000, 9e12].map(bytes)).toEqual(['0B', '999B', '1kB', '883.8kB', '2.5GB', '9,000GB']);
	expect(country('GB')).toBe('United Kingdom');
	expect(country(null)).toBe('—');
});

test('a phone number is not turned around by right-to-left text', () => {
	expect(phone('447400123456')).toBe('\u2066+447400123456\u2069');
});
