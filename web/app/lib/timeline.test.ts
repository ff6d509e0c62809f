import { expect, test } from 'vitest';
import { marks, points } from './timeline.ts';

const point = (time: string, sent: number) => ({ time, sent, delivered: 0, read: 0, failed: 0 });
const row = (action: string, create_date: string) => ({ action, create_date, text: `${action}.` });

test('minutes in which nothing happened are zero, not missing', () => {
	const line = points([point('2027-01-01 10:00:00', 5), point('2027-01-01 10:03:00', 7)], 'minute');
	expect(line.map(({ sent }) => sent)).toEqual([5, 0, 0, 7]);
	expect(line[1]!.time - line[0]!.time).toBe(60_000);
});

test('so are seconds', () => {
	const line = points([point('2027-01-01 10:00:58', 5), point('2027-01-01 10:01:01', 7)], 'second');
	expect(line.map(({ sent }) => sent)).toEqual([5, 0, 0, 7]);
});

test('a gap of years does not fill the memory', () => {
	expect(points([point('2027-01-01 10:00:00', 5), point('2037-01-01 10:00:00', 7)], 'minute')).toHaveLength(2);
});

test('what changes the pace is marked at the point that it fell into', () => {
	const line = points([point('2027-01-01 10:00:00', 5), point('2027-01-01 10:02:00', 7)], 'minute');
	const found = marks(
		[row('campaign_resumed', '2027-01-01 10:01:40'), row('campaign_paused', '2027-01-01 10:00:10'), row('campaign_renamed', '2027-01-01 10:01:00'), row('campaign_started', '2027-01-01 09:59:59')],
		line,
	);
	expect(found.map(({ action, time }) => [action, (time - line[0]!.time) / 60_000])).toEqual([
		['campaign_started', 0],
		['campaign_paused', 0],
		['campaign_resumed', 1],
	]);
	expect(marks([row('campaign_paused', '2027-01-01 10:00:10')], [])).toEqual([]);
});
