// Where the campaign stands, when it will be done, and what holds it up with the button that deals with it.
import { Alert, Anchor, Button, Group, Paper, Stack, Text } from '@mantine/core';
import { IconHourglass } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { type Campaign, isOver, rateNow } from '../../lib/campaigns.ts';
import { fromServer, moment, number, pace } from '../../lib/format.ts';
import { useResumeSender, useSenders } from '../../lib/senders.ts';
import { useMay } from '../../lib/session.ts';
import { BarLegend, MessagesBar } from '../../parts/Bar.tsx';
import { tellTrouble } from '../../parts/confirm.tsx';
import { HoldNotice } from '../../parts/HoldNotice.tsx';
import { StandingBadge } from '../../parts/StandingBadge.tsx';
import { Time } from '../../parts/Time.tsx';
import { InDoubt } from './InDoubt.tsx';

const MAX_COUNTED = 10_000; // people who wait longer than the others; of more the server tells no number

function useForecast(campaign: Campaign): string {
	const { t } = useTranslation();
	const at = (time: string) => moment(fromServer(time));
	const { status, start_date, end_date, expected_end, delayed, schedule, messages } = campaign;
	if (status === 'canceled') return end_date ? t('campaign.was_canceled_at', { time: at(end_date) }) : t('campaign.was_canceled');
	if (end_date) return t('campaign.was_done', { time: at(end_date) });
	if (status === 'scheduled') return schedule ? t('campaign.starts', { time: at(schedule) }) : t('campaign.starts_now');
	if (expected_end && delayed) {
		const waiting = { count: delayed.count, n: delayed.count < MAX_COUNTED ? number(delayed.count) : `${number(delayed.count)}+`, until: at(expected_end) };
		return delayed.others_end ? t('campaign.done_but', { time: at(delayed.others_end), ...waiting }) : t('campaign.all_wait', waiting);
	}
	if (expected_end) return t('campaign.done_at', { time: at(expected_end) });
	if (start_date && messages.total > 0 && messages.queued === 0) return t('campaign.all_out');
	return t('campaign.no_forecast');
}

function Facts({ campaign }: { campaign: Campaign }) {
	const { t } = useTranslation();
	const rate = rateNow(campaign);
	return (
		<Group gap="0.25rem 1.5rem">
			{rate !== null && <Text size="sm">{t('campaign.rate_now', { rate: pace(rate) })}</Text>}
			<Text size="sm">
				{t('campaign.from')}{' '}
				<Anchor component={Link} href="/senders" inherit>
					<bdi>{campaign.sender}</bdi>
				</Anchor>
			</Text>
			<Anchor component={Link} href={`/templates/${campaign.template_id}`} size="sm">
				{t('campaign.template')}
			</Anchor>
			<Anchor component={Link} href={`/audiences/${campaign.audience_id}`} size="sm">
				{t('campaign.audience')}
			</Anchor>
			{campaign.start_date && (
				<Text size="sm" c="dimmed">
					{t('campaign.started')} <Time at={campaign.start_date} />
				</Text>
			)}
			{campaign.deadline && !isOver(campaign) && (
				<Text size="sm" c="dimmed">
					{t('campaign.deadline')} <Time at={campaign.deadline} />
				</Text>
			)}
		</Group>
	);
}

function Holds({ campaign }: { campaign: Campaign }) {
	const { t } = useTranslation();
	const maySend = useMay('sender');
	const senders = useSenders();
	const resumeSender = useResumeSender();
	const sender = senders.data?.find(({ name }) => name === campaign.sender);
	return (
		<>
			{campaign.hold && <HoldNotice hold={campaign.hold} title={campaign.hold.by === 'person' ? t('campaign.paused') : t('campaign.held')} />}
			{campaign.sender_hold && (
				<HoldNotice hold={campaign.sender_hold} title={t('campaign.sender_held', { name: campaign.sender })}>
					{maySend && sender && (
						<Button size="xs" variant="default" loading={resumeSender.isPending} onClick={() => resumeSender.mutate(sender.id, { onError: tellTrouble })}>
							{t('campaign.resume_sender')}
						</Button>
					)}
				</HoldNotice>
			)}
			{campaign.waits_for && !campaign.hold && !campaign.sender_hold && (
				<Alert color="blue" icon={<IconHourglass />} title={t('campaign.waits')}>
					{campaign.waits_for}
				</Alert>
			)}
			{(isOver(campaign) || campaign.hold) && <InDoubt campaign={campaign} />}
		</>
	);
}

export function Progress({ campaign }: { campaign: Campaign }) {
	const forecast = useForecast(campaign);
	return (
		<Stack gap="sm">
			<Holds campaign={campaign} />
			<Paper withBorder p="md">
				<Stack gap="sm">
					<Group justify="space-between">
						<StandingBadge campaign={campaign} />
						<Text fw={600} role="status">
							{forecast}
						</Text>
					</Group>
					<MessagesBar messages={campaign.messages} height="1.25rem" />
					<BarLegend messages={campaign.messages} />
					<Facts campaign={campaign} />
				</Stack>
			</Paper>
		</Stack>
	);
}
