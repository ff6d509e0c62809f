import { Badge } from '@mantine/core';
import { IconBan, IconCheck, IconClock, IconHandStop, IconHourglass, IconSend } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { type Campaign, type Standing, standing } from '../lib/campaigns.ts';

const LOOK: Record<Standing, { icon: typeof IconSend; color: string }> = {
	scheduled: { icon: IconClock, color: 'blue' },
	sending: { icon: IconSend, color: 'brand' },
	held: { icon: IconHandStop, color: 'yellow' },
	waiting: { icon: IconHourglass, color: 'yellow' },
	completed: { icon: IconCheck, color: 'gray' },
	canceled: { icon: IconBan, color: 'gray' },
};

/** Where a campaign stands, by word, sign and colour. */
export function StandingBadge({ campaign }: { campaign: Campaign }) {
	const { t } = useTranslation();
	const where = standing(campaign);
	const { icon: Icon, color } = LOOK[where];
	return (
		<Badge color={color} miw="max-content" leftSection={<Icon size={14} aria-hidden />}>
			{t(`standing.${where}`)}
		</Badge>
	);
}
