// How the server stands.
import { expect, test } from 'vitest';
import { finished } from './things.ts';
import { good, withWorld } from './world.ts';

test('how the server stands', () =>
	withWorld({ simulator: ['--messaging-limit', 'TIER_250'] }, async (w) => {
		const empty = (await good(w.api.GET('/v1/status'))).data;
		expect(empty).toMatchObject({ portfolios: [], nodes: 1, database: 'sqlite' });
		const made = await w.wait(await w.campaign(undefined, await w.audience(3)), finished);
		const { data: senders } = await good(w.api.GET('/v1/senders'));
		const { data } = await good(w.api.GET('/v1/status'));
		expect(data.portfolios).toEqual([
			{ id: senders[0]!.portfolio, tier: senders[0]!.messaging_limit.tier, limit: 250, used_24h: 3, left_24h: 247, senders: [made.sender] },
		]);
		expect(data.webhooks).toMatchObject({ waiting: 0, lag_seconds: 0, set_aside: 0 });
		expect(Math.abs(Date.parse(`${data.webhooks.last_received!.replace(' ', 'T')}Z`) - Date.now())).toBeLessThan(60_000);
		expect(data.version).toMatch(/^\d+\.\d+\.\d+$/);
	}));
