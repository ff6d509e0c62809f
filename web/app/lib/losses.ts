// From the audience to those who read: what was lost on the way, by its reason. Every person of the audience is in one step.
import type { Analytics } from './campaigns.ts';
import type { Group } from './recipients.ts';

export interface Step {
	key: 'audience' | 'rule' | 'canceled' | 'queued' | 'unconfirmed' | 'code' | 'codes' | 'on_way' | 'delivered' | 'unread' | 'read';
	isLoss: boolean;
	count: number; // people lost here, or left here
	left: number; // people left after it
	group?: Group; // whom the number is of; none: all
	code?: string; // of failed and skipped ones
	reason?: string;
}

const MAX_CODES = 4;

type Made = Omit<Step, 'left'>;

function failures({ failures: rows, funnel }: Analytics): Made[] {
	const shown = rows.slice(0, MAX_CODES);
	const rest = funnel.failed - shown.reduce((sum, row) => sum + row.count, 0);
	const codes = rows.slice(MAX_CODES, MAX_CODES + 8).map((row) => row.code);
	const steps: Made[] = shown.map(({ code, count, meaning }) => ({ key: 'code', isLoss: true, count, group: 'failed', code: String(code), reason: meaning }));
	return [...steps, { key: 'codes', isLoss: true, count: rest, group: 'failed', code: rows.length <= MAX_CODES + 8 ? codes.join(',') : undefined }];
}

export function losses(analytics: Analytics): Step[] {
	const { funnel, skips } = analytics;
	const onWay = funnel.sent - (funnel.failed - funnel.refused) - funnel.delivered;
	const made: Made[] = [
		...skips.map(({ rule, count, meaning }): Made => ({ key: 'rule', isLoss: true, count, group: 'skipped', code: rule, reason: meaning })),
		{ key: 'canceled', isLoss: true, count: funnel.canceled, group: 'canceled' },
		{ key: 'queued', isLoss: true, count: funnel.queued, group: 'queued' },
		{ key: 'unconfirmed', isLoss: true, count: funnel.unconfirmed, group: 'unconfirmed' },
		...failures(analytics),
		{ key: 'on_way', isLoss: true, count: onWay, group: 'sent' },
		{ key: 'delivered', isLoss: false, count: funnel.delivered, group: 'delivered' },
		{ key: 'unread', isLoss: true, count: funnel.delivered - funnel.read, group: 'unread' },
		{ key: 'read', isLoss: false, count: funnel.read, group: 'read' },
	];
	let left = funnel.audience;
	const steps: Step[] = [{ key: 'audience', isLoss: false, count: left, left }];
	for (const step of made) {
		if (step.isLoss && step.count <= 0) continue;
		if (step.isLoss) left -= step.count;
		steps.push({ ...step, left });
	}
	return steps;
}
