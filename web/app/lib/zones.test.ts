import { expect, test } from 'vitest';
import { allZones, instantOf, localOf, localToServer, zoneOfCountry } from './zones.ts';

const utc = (local: string, zone: string) => instantOf(local, zone)?.toISOString();

test('a local time is an instant', () => {
	expect(utc('2027-01-15T09:30', 'UTC')).toBe('2027-01-15T09:30:00.000Z');
	expect(utc('2027-01-15T09:30', 'Europe/Berlin')).toBe('2027-01-15T08:30:00.000Z');
	expect(utc('2027-07-15T09:30', 'Europe/Berlin')).toBe('2027-07-15T07:30:00.000Z');
	expect(utc('2027-01-15T09:30', 'Asia/Kolkata')).toBe('2027-01-15T04:00:00.000Z');
	expect(utc('2027-01-15T09:30', 'Pacific/Kiritimati')).toBe('2027-01-14T19:30:00.000Z');
});

test('the clocks go forward and back', () => {
	expect(instantOf('2027-03-28T02:30', 'Europe/Berlin')).toBeNull();
	expect(utc('2027-03-28T03:00', 'Europe/Berlin')).toBe('2027-03-28T01:00:00.000Z');
	expect(utc('2027-10-31T02:30', 'Europe/Berlin')).toBe('2027-10-31T00:30:00.000Z');
	expect(instantOf('', 'UTC')).toBeNull();
	expect(instantOf('2027-02-30T', 'UTC')).toBeNull();
});

test('and an instant is a local time', () => {
	expect(localOf(new Date('2027-07-15T07:30:59Z'), 'Europe/Berlin')).toBe('2027-07-15T09:30');
	expect(localToServer('2027-07-15T09:30')).toBe('2027-07-15 09:30:00');
	expect(allZones()).toContain('UTC');
});

test('a country has a zone where all its clocks agree', () => {
	const at = new Date('2027-07-15T07:30:00Z');
	expect(zoneOfCountry('GB', at)).toBe('Europe/London');
	expect(zoneOfCountry('US', at)).toBeNull();
});
