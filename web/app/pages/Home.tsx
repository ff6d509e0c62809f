import { Button, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { useCampaigns } from '../lib/campaigns.ts';
import { useMay } from '../lib/session.ts';
import { PageHead } from '../parts/PageHead.tsx';
import { Section } from '../parts/Section.tsx';
import { Loading, Trouble } from '../parts/States.tsx';
import { Budgets } from './home/Budgets.tsx';
import { CampaignCard } from './home/CampaignCard.tsx';
import { FirstSteps } from './home/FirstSteps.tsx';
import { NeedsPerson } from './home/NeedsPerson.tsx';
import { Received } from './home/Received.tsx';
import { SendersHealth } from './home/SendersHealth.tsx';

const MAX_SHOWN = 6;

export default function Home() {
	const { t } = useTranslation();
	const maySend = useMay('sender');
	const running = useCampaigns({ statuses: 'in_progress' });
	const scheduled = useCampaigns({ statuses: 'scheduled' });
	const all = useCampaigns({});
	const head = (
		<PageHead title={t('home.title')}>
			{maySend && (
				<Button component={Link} href="/campaigns/new" leftSection={<IconPlus size={16} aria-hidden />}>
					{t('campaigns.new')}
				</Button>
			)}
		</PageHead>
	);
	if (all.isPending) return <>{head}<Loading /></>;
	if (all.isError && all.rows.length === 0) return <>{head}<Trouble error={all.error} again={all.refetch} /></>;
	const now = running.rows.filter(({ status }) => status === 'in_progress');
	const next = scheduled.rows.filter(({ status }) => status === 'scheduled').sort((a, b) => (a.schedule ?? '').localeCompare(b.schedule ?? ''));
	return (
		<>
			{head}
			<Stack gap="xl">
				{all.rows.length === 0 && <FirstSteps />}
				<NeedsPerson campaigns={[...now, ...next, ...all.rows.filter(({ status }) => status === 'completed' || status === 'canceled')]} />
				<SimpleGrid cols={{ base: 1, lg: 2 }} spacing="xl">
					<Section title={t('home.now')}>
						{now.length === 0 && <Text c="dimmed">{t('home.nothing_now')}</Text>}
						{now.slice(0, MAX_SHOWN).map((campaign) => (
							<CampaignCard key={campaign.id} campaign={campaign} />
						))}
						<More hidden={now.length - MAX_SHOWN} status="in_progress" />
					</Section>
					<Section title={t('home.next')}>
						{next.length === 0 && <Text c="dimmed">{t('home.nothing_next')}</Text>}
						{next.slice(0, MAX_SHOWN).map((campaign) => (
							<CampaignCard key={campaign.id} campaign={campaign} />
						))}
						<More hidden={next.length - MAX_SHOWN} status="scheduled" />
					</Section>
				</SimpleGrid>
				<SimpleGrid cols={{ base: 1, lg: 2 }} spacing="xl">
					<Budgets />
					<Received />
				</SimpleGrid>
				<SendersHealth />
			</Stack>
		</>
	);
}

function More({ hidden, status }: { hidden: number; status: string }) {
	const { t } = useTranslation();
	if (hidden <= 0) return null;
	return (
		<Button component={Link} href={`/campaigns?status=${status}`} variant="default" size="xs" style={{ alignSelf: 'start' }}>
			{t('home.more', { count: hidden })}
		</Button>
	);
}
