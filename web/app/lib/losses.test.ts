import { expect, test } from 'vitest';
import type { Analytics } from './campaigns.ts';
import { losses } from './losses.ts';

const failure = (code: number, count: number) => ({ code, count, share: 0, meaning: `code ${code}`, remedy: '' });
const analytics = (funnel: Partial<Analytics['funnel']>, more: Partial<Analytics> = {}) =>
	({
		funnel: { audience: 0, queued: 0, skipped: 0, canceled: 0, refused: 0, unconfirmed: 0, sent: 0, delivered: 0, read: 0, failed: 0, ...funnel },
		failures: [],
		skips: [],
		...more,
	}) as unknown as Analytics;

test('every person of the audience is in one step', () => {
	const steps = losses(
		analytics(
			{ audience: 1000, skipped: 30, canceled: 5, queued: 100, unconfirmed: 2, refused: 20, failed: 50, sent: 843, delivered: 700, read: 300 },
			{
				skips: [
					{ rule: 'opted_out', count: 20, share: 0.02, meaning: 'opted out' },
					{ rule: 'too_long', count: 10, share: 0.01, meaning: 'too long' },
				],
				failures: [failure(1, 20), failure(2, 10), failure(3, 8), failure(4, 6), failure(5, 4), failure(6, 2)],
			},
		),
	);
	const read = steps.at(-1)!;
	expect(read).toMatchObject({ key: 'read', count: 300, left: 300 });
	expect(steps.find((step) => step.key === 'delivered')).toMatchObject({ count: 700, left: 700 });
	expect(steps.filter((step) => step.isLoss).reduce((sum, step) => sum + step.count, 0)).toBe(1000 - 300);
	expect(steps.find((step) => step.key === 'codes')).toMatchObject({ count: 6, code: '5,6' });
	expect(steps.find((step) => step.key === 'on_way')).toMatchObject({ count: 113 });
});

test('what lost nobody is not told', () => {
	expect(losses(analytics({ audience: 3, sent: 3, delivered: 3, read: 3 })).map((step) => step.key)).toEqual(['audience', 'delivered', 'read']);
	expect(losses(analytics({ audience: 3, queued: 3 })).map((step) => step.key)).toEqual(['audience', 'queued', 'delivered', 'read']);
});

test('more codes than a filter takes are all the failed ones', () => {
	const rows = Array.from({ length: 13 }, (_, i) => failure(i + 1, 1));
	expect(losses(analytics({ audience: 13, refused: 13, failed: 13 }, { failures: rows })).find((step) => step.key === 'codes')).toMatchObject({
		count: 9,
		group: 'failed',
		code: undefined,
	});
});
