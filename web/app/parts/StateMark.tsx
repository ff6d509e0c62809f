import { Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { State } from '../lib/campaigns.ts';
import { type BarState, STATE_COLOR } from '../theme.ts';

const BAR_STATE: Record<State, BarState | undefined> = {
	queued: 'queued',
	claimed: 'queued',
	unconfirmed: 'failed',
	accepted: 'sent',
	sent: 'sent',
	delivered: 'delivered',
	read: 'read',
	failed: 'failed',
	skipped: undefined,
	canceled: undefined,
};

/** The state of one message, by word and colour. */
export function StateMark({ state }: { state: State }) {
	const { t } = useTranslation();
	const bar = BAR_STATE[state];
	return (
		<Group gap={6} wrap="nowrap">
			<span aria-hidden style={{ inlineSize: 10, blockSize: 10, borderRadius: 3, flexShrink: 0, background: bar ? STATE_COLOR[bar] : 'var(--mantine-color-default-border)' }} />
			<Text size="sm">{t(`message_states.${state}`)}</Text>
		</Group>
	);
}
