import { Anchor, Group, Paper, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { type Campaign, rateNow } from '../../lib/campaigns.ts';
import { fromServer, moment, number, pace } from '../../lib/format.ts';
import { MessagesBar } from '../../parts/Bar.tsx';
import { StandingBadge } from '../../parts/StandingBadge.tsx';
import { Time } from '../../parts/Time.tsx';

function Line({ campaign }: { campaign: Campaign }) {
	const { t } = useTranslation();
	const rate = rateNow(campaign);
	const { expected_end, messages } = campaign;
	return (
		<Text size="sm" c="dimmed">
			{t('home.handed_over', { n: number(messages.total - messages.queued), total: number(messages.total) })}
			{rate !== null && ` · ${t('campaigns.per_second', { rate: pace(rate) })}`}
			{expected_end && ` · ${t('campaign.done_at', { time: moment(fromServer(expected_end)) })}`}
		</Text>
	);
}

export function CampaignCard({ campaign }: { campaign: Campaign }) {
	const isScheduled = campaign.status === 'scheduled';
	return (
		<Paper withBorder p="sm">
			<Stack gap={6}>
				<Group justify="space-between" wrap="nowrap" align="start">
					<Anchor component={Link} href={`/campaigns/${campaign.id}`} fw={600} style={{ overflowWrap: 'anywhere' }}>
						<bdi>{campaign.name}</bdi>
					</Anchor>
					{isScheduled ? <Time at={campaign.schedule} fz="sm" style={{ whiteSpace: 'nowrap' }} /> : <StandingBadge campaign={campaign} />}
				</Group>
				{isScheduled ? (
					<Text size="sm" c="dimmed">
						<bdi>{campaign.sender}</bdi>
					</Text>
				) : (
					<>
						<MessagesBar messages={campaign.messages} />
						<Line campaign={campaign} />
					</>
				)}
			</Stack>
		</Paper>
	);
}
