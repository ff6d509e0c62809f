// Numbers of one business portfolio share one budget of people a day, and each tells the same figures of it.
import type { Sender } from './senders.ts';

export interface Budget {
	senders: string[];
	tier: string | null;
	limit: number | null; // null: WhatsApp sets none
	used: number;
	left: number;
}

export function budgets(senders: Pick<Sender, 'name' | 'messaging_limit'>[]): Budget[] {
	const shared = new Map<string, Budget>();
	for (const { name, messaging_limit: { tier, used_24h: used, left_24h: left } } of senders) {
		const figures = [tier, used, left].join(' ');
		const known = shared.get(figures);
		if (known) known.senders.push(name);
		else shared.set(figures, { senders: [name], tier, limit: used === null || left === null ? null : used + left, used: used ?? 0, left: left ?? 0 });
	}
	return [...shared.values()];
}
