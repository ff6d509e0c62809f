// A campaign's figures over time without gaps, and what happened meanwhile at the points where it did.
import type { Analytics, Interval } from './campaigns.ts';
import { fromServer } from './format.ts';

export interface Point {
	time: number; // ms, the beginning
	sent: number;
	delivered: number;
	read: number;
	failed: number;
}

/** How a point's time is told. */
export type TimeText = (time: number) => string;

export interface Mark {
	time: number; // the point that it belongs to
	at: string;
	text: string;
	action: string;
}

export const STEP_MS: Record<Interval, number> = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const MAX_POINTS = 1500;

/** The server leaves out what is empty: a chart that joined the points would show messages where there were none. */
export function points(timeline: Analytics['timeline'], interval: Interval): Point[] {
	const step = STEP_MS[interval];
	const ret: Point[] = [];
	for (const { time, ...counts } of timeline) {
		const at = fromServer(time).getTime();
		const gap = ret.length > 0 ? (at - ret.at(-1)!.time) / step - 1 : 0;
		if (ret.length + gap < MAX_POINTS) for (let i = 0; i < gap; i++) ret.push({ time: ret.at(-1)!.time + step, sent: 0, delivered: 0, read: 0, failed: 0 });
		ret.push({ time: at, ...counts });
	}
	return ret;
}

/** Of the log's rows those that change the pace, each at the nearest point not after it (the first, where it was before all). */
export function marks(rows: { action: string; create_date: string; text: string }[], line: Point[]): Mark[] {
	if (line.length === 0) return [];
	return rows
		.filter((row) => CHANGES_PACE.has(row.action))
		.map((row) => {
			const at = fromServer(row.create_date).getTime();
			const point = line.filter(({ time }) => time <= at).at(-1) ?? line[0]!;
			return { time: point.time, at: row.create_date, text: row.text, action: row.action };
		})
		.sort((a, b) => a.at.localeCompare(b.at));
}

const CHANGES_PACE = new Set([
	'campaign_started', 'campaign_paused', 'campaign_resumed', 'campaign_held', 'campaign_braked', 'campaign_released', 'campaign_canceled',
	'campaign_slowed', 'campaign_full_speed', 'campaign_reopened', 'sender_paused', 'sender_resumed', 'sender_held', 'sender_released',
]);
