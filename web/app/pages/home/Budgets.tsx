// How many people each business portfolio may still begin with in these 24 hours.
import { Paper, Progress, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { locale, number } from '../../lib/format.ts';
import { type Status, useStatus } from '../../lib/status.ts';
import { Section } from '../../parts/Section.tsx';
import { Loading, Trouble } from '../../parts/States.tsx';

const NEARLY = 90; // percent

function Budget({ portfolio }: { portfolio: Status['portfolios'][number] }) {
	const { t } = useTranslation();
	const { limit, used_24h, left_24h, senders } = portfolio;
	const used = limit && used_24h !== null ? Math.min(100, (used_24h / limit) * 100) : 0;
	const names = new Intl.ListFormat(locale(), { type: 'conjunction' }).format(senders);
	return (
		<Paper withBorder p="sm">
			<Stack gap={6}>
				<Text fw={600}>
					<bdi>{names}</bdi>
				</Text>
				{limit === null ? (
					<Text size="sm">{t('budgets.no_limit')}</Text>
				) : (
					<>
						<Progress value={used} color={used >= NEARLY ? 'red' : 'brand'} aria-label={t('budgets.of', { name: names })} size="lg" />
						<Text size="sm">{t('budgets.used', { used: number(used_24h ?? 0), limit: number(limit), left: number(left_24h ?? 0) })}</Text>
					</>
				)}
			</Stack>
		</Paper>
	);
}

export function Budgets() {
	const { t } = useTranslation();
	const { data, isPending, error, refetch } = useStatus();
	return (
		<Section title={t('budgets.title')}>
			{isPending && <Loading />}
			{error && !data && <Trouble error={error} again={refetch} />}
			{data?.portfolios.length === 0 && <Text c="dimmed">{t('budgets.none')}</Text>}
			{data?.portfolios.map((portfolio) => <Budget key={portfolio.id} portfolio={portfolio} />)}
		</Section>
	);
}
