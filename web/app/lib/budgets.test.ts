import { expect, test } from 'vitest';
import { budgets } from './budgets.ts';

const sender = (name: string, tier: string | null, used_24h: number | null, left_24h: number | null) => ({ name, messaging_limit: { tier, used_24h, left_24h } });

test('numbers of one portfolio have one budget', () => {
	expect(budgets([sender('a', 'TIER_1K', 250, 750), sender('b', 'TIER_1K', 250, 750), sender('c', 'TIER_1K', 0, 1000)])).toEqual([
		{ senders: ['a', 'b'], tier: 'TIER_1K', limit: 1000, used: 250, left: 750 },
		{ senders: ['c'], tier: 'TIER_1K', limit: 1000, used: 0, left: 1000 },
	]);
});

test('no limit is none, not zero', () => {
	expect(budgets([sender('a', 'TIER_UNLIMITED', null, null)])).toMatchObject([{ limit: null }]);
});
