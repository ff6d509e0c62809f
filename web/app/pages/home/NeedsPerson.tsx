// What does not go on, or go well, without somebody: each with the button that deals with it.
import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { type Campaign, useCampaignActs } from '../../lib/campaigns.ts';
import { crier, take } from '../../lib/client.ts';
import { number } from '../../lib/format.ts';
import { peopleAt } from '../../lib/recipients.ts';
import { type Sender, useResumeSender, useSenders } from '../../lib/senders.ts';
import { useMay } from '../../lib/session.ts';
import { tellTrouble } from '../../parts/confirm.tsx';
import { HoldNotice } from '../../parts/HoldNotice.tsx';
import { Section } from '../../parts/Section.tsx';

const MAX_EACH = 5;

function Notice({ title, text, children }: { title: string; text: string; children: ReactNode }) {
	return (
		<Alert color="yellow" icon={<IconAlertTriangle />} title={<Text span inherit c="var(--mantine-color-text)">{title}</Text>}>
			<Text size="sm" style={{ overflowWrap: 'anywhere' }}>
				{text}
			</Text>
			<Group justify="flex-end" mt="xs">
				{children}
			</Group>
		</Alert>
	);
}

const Go = ({ to, text }: { to: string; text: string }) => (
	<Button component={Link} href={to} size="xs" variant="default">
		{text}
	</Button>
);

function HeldCampaign({ campaign }: { campaign: Campaign }) {
	const { t } = useTranslation();
	const maySend = useMay('sender');
	const { resume } = useCampaignActs(campaign.id);
	return (
		<HoldNotice hold={campaign.hold!} title={t('home.held_campaign', { name: campaign.name })}>
			<Group gap="xs">
				<Go to={`/campaigns/${campaign.id}`} text={t('home.look')} />
				{maySend && (
					<Button size="xs" loading={resume.isPending} onClick={() => resume.mutate(undefined, { onError: tellTrouble })}>
						{t('campaign.resume')}
					</Button>
				)}
			</Group>
		</HoldNotice>
	);
}

function HeldSender({ sender }: { sender: Sender }) {
	const { t } = useTranslation();
	const maySend = useMay('sender');
	const resume = useResumeSender();
	return (
		<HoldNotice hold={sender.hold!} title={t('campaign.sender_held', { name: sender.name })}>
			<Group gap="xs">
				<Go to="/senders" text={t('home.look')} />
				{maySend && (
					<Button size="xs" loading={resume.isPending} onClick={() => resume.mutate(sender.id, { onError: tellTrouble })}>
						{t('campaign.resume_sender')}
					</Button>
				)}
			</Group>
		</HoldNotice>
	);
}

function useRefusedTemplates() {
	const { data } = useQuery({
		queryKey: ['template', 'refused'],
		queryFn: () => take(crier.GET('/v1/templates', { params: { query: { page_size: MAX_EACH, 'filter[status]': 'CANCELED' } } })),
	});
	return data?.data ?? [];
}

function useFailingWebhooks() {
	const { data } = useQuery({ queryKey: ['webhook', 'failing'], queryFn: () => take(crier.GET('/v1/webhooks', { params: { query: { page_size: 100 } } })) });
	return data?.data.filter(({ last_error }) => last_error !== null) ?? [];
}

function useNotices(campaigns: Campaign[]): ReactNode[] {
	const { t } = useTranslation();
	const senders = useSenders();
	const templates = useRefusedTemplates();
	const webhooks = useFailingWebhooks();
	const seen = new Set<string>();
	const once = campaigns.filter(({ id }) => !seen.has(id) && seen.add(id));
	return [
		...(senders.data ?? []).filter(({ hold }) => hold).map((sender) => <HeldSender key={sender.id} sender={sender} />),
		...once.filter(({ hold }) => hold).map((campaign) => <HeldCampaign key={campaign.id} campaign={campaign} />),
		...once
			.filter(({ messages, on_unconfirmed }) => messages.unconfirmed > 0 && on_unconfirmed === 'hold')
			.slice(0, MAX_EACH)
			.map(({ id, name, messages }) => (
				<Notice key={`${id} unconfirmed`} title={t('home.unconfirmed', { name })} text={t('home.unconfirmed_note', { count: messages.unconfirmed, n: number(messages.unconfirmed) })}>
					<Go to={peopleAt(id, 'unconfirmed')} text={t('home.show_people')} />
				</Notice>
			)),
		...templates.map(({ id, name, reason }) => (
			<Notice key={id} title={t('home.refused', { name })} text={reason ?? t('home.refused_note')}>
				<Go to={`/templates/${id}`} text={t('home.change_template')} />
			</Notice>
		)),
		...webhooks.map(({ id, url, last_error }) => (
			<Notice key={id} title={t('home.failing', { url })} text={last_error ?? ''}>
				<Go to="/webhooks" text={t('home.look')} />
			</Notice>
		)),
	];
}

export function NeedsPerson({ campaigns }: { campaigns: Campaign[] }) {
	const { t } = useTranslation();
	const notices = useNotices(campaigns);
	return (
		<Section title={t('home.needs')}>
			{notices.length > 0 ? (
				<Stack gap="sm">{notices}</Stack>
			) : (
				<Group gap="xs">
					<IconCircleCheck aria-hidden color="var(--crier-delivered)" />
					<Text c="dimmed">{t('home.needs_nothing')}</Text>
				</Group>
			)}
		</Section>
	);
}
