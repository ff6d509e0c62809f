// How a sender stands with WhatsApp, in marks that words go with: its status, its quality, its budget of 24 hours.
import { Badge, Group, Progress, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconHelpCircle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../lib/client.ts';
import { number } from '../lib/format.ts';

type Sender = Schemas['Sender'];

const STATUS_COLOR = { available: 'green', flagged: 'yellow', restricted: 'orange', blocked: 'red' } as const;
const QUALITY = {
	GREEN: { color: 'green', icon: IconCircleCheck },
	YELLOW: { color: 'yellow', icon: IconAlertTriangle },
	RED: { color: 'red', icon: IconCircleX },
	UNKNOWN: { color: 'gray', icon: IconHelpCircle },
} as const;

export function SenderStatus({ status }: Pick<Sender, 'status'>) {
	const { t } = useTranslation();
	return (
		<Badge color={STATUS_COLOR[status]}>
			{t(`sender.status.${status}`)}
		</Badge>
	);
}

export function Quality({ quality }: Pick<Sender, 'quality'>) {
	const { t } = useTranslation();
	const { color, icon: Icon } = QUALITY[quality];
	return (
		<Badge color={color} leftSection={<Icon size={14} aria-hidden color={`var(--mantine-color-${color}-6)`} />}>
			{t(`sender.quality.${quality}`)}
		</Badge>
	);
}

/** Meta's word for how many people a portfolio may begin with in 24 hours, in a reader's: TIER_10K is 10,000. */
export function tierLimit(tier: string | null): number | 'unlimited' | null {
	if (tier === 'TIER_UNLIMITED') return 'unlimited';
	const found = /^TIER_(\d+)(K?)$/.exec(tier ?? '');
	return found ? Number(found[1]) * (found[2] ? 1000 : 1) : null;
}

const NEARLY = 0.8; // of the budget used: worth a look

/** People whom the portfolio began with in the last 24 hours, of those it may. */
export function Budget({ used, left, label }: { used: number; left: number; label: string }) {
	const { t } = useTranslation();
	const limit = used + left;
	const part = limit > 0 ? used / limit : 1;
	return (
		<div>
			<Group justify="space-between" gap="xs">
				<Text size="sm" c="dimmed">
					{label}
				</Text>
				<Text size="sm" className="tabular">
					{t('sender.budget', { used: number(used), limit: number(limit) })}
				</Text>
			</Group>
			<Progress value={part * 100} color={left === 0 ? 'red' : part >= NEARLY ? 'yellow' : undefined} aria-label={label} mt={4} />
			{left === 0 && <Text size="sm">{t('sender.budget_spent')}</Text>}
		</div>
	);
}
