// What became of a campaign's messages, in five colours.
import { Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { number } from '../lib/format.ts';
import type { Campaign } from '../lib/live.tsx';
import { type BarState, STATE_COLOR } from '../theme.ts';

type Messages = Campaign['messages'];

/** Parts that add up to the total but for skipped and unconfirmed ones: `delivered` of the API holds the read ones too. */
export function parts(m: Messages): { state: BarState; count: number }[] {
	return [
		{ state: 'read', count: m.read },
		{ state: 'delivered', count: m.delivered - m.read },
		{ state: 'sent', count: m.sent },
		{ state: 'failed', count: m.failed },
		{ state: 'queued', count: m.queued },
	];
}

export function MessagesBar({ messages, height }: { messages: Messages; height?: string }) {
	const { t } = useTranslation();
	const told = parts(messages)
		.filter(({ count }) => count > 0)
		.map(({ state, count }) => `${t(`states.${state}`)} ${number(count)}`)
		.join(', ');
	return (
		<div className="bar" role="img" aria-label={told || t('states.none')} title={told || t('states.none')} style={height ? { blockSize: height } : undefined}>
			{messages.total > 0 &&
				parts(messages).map(({ state, count }) => (
					<span key={state} data-state={state} style={{ inlineSize: `${(count / messages.total) * 100}%`, background: STATE_COLOR[state] }} />
				))}
		</div>
	);
}

export function BarLegend({ messages }: { messages: Messages }) {
	const { t } = useTranslation();
	return (
		<Group gap="md">
			{parts(messages).map(({ state, count }) => (
				<Group key={state} gap={6} wrap="nowrap">
					<span aria-hidden style={{ inlineSize: 10, blockSize: 10, borderRadius: 3, background: STATE_COLOR[state] }} />
					<Text size="sm">
						{t(`states.${state}`)} <span className="number">{number(count)}</span>
					</Text>
				</Group>
			))}
		</Group>
	);
}
