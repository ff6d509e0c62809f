import { Anchor, Group, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconHelpCircle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { number, phone } from '../../lib/format.ts';
import { type Sender, useSenders } from '../../lib/senders.ts';
import { type Column, FewRows } from '../../parts/Rows.tsx';
import { Section } from '../../parts/Section.tsx';
import { Loading, Trouble } from '../../parts/States.tsx';

const QUALITY = {
	GREEN: { icon: IconCircleCheck, color: 'var(--crier-delivered)' },
	YELLOW: { icon: IconAlertTriangle, color: 'var(--mantine-color-yellow-7)' },
	RED: { icon: IconCircleX, color: 'var(--crier-failed)' },
	UNKNOWN: { icon: IconHelpCircle, color: 'var(--mantine-color-dimmed)' },
};

function Quality({ quality }: { quality: Sender['quality'] }) {
	const { t } = useTranslation();
	const { icon: Icon, color } = QUALITY[quality];
	return (
		<Group gap={6} wrap="nowrap">
			<Icon size={18} aria-hidden color={color} />
			<span>{t(`health.quality.${quality}`)}</span>
		</Group>
	);
}

export function SendersHealth() {
	const { t } = useTranslation();
	const { data, isPending, error, refetch } = useSenders();
	const columns: Column<Sender>[] = [
		{
			key: 'name',
			title: t('health.sender'),
			cell: ({ name, code }) => (
				<>
					<Anchor component={Link} href="/senders" inherit>
						<bdi>{name}</bdi>
					</Anchor>
					<Text size="xs" c="dimmed">
						{phone(code)}
					</Text>
				</>
			),
		},
		{ key: 'status', title: t('health.status'), cell: ({ status }) => t(`health.statuses.${status}`), hide: 'sm' },
		{ key: 'quality', title: t('health.of_quality'), cell: ({ quality }) => <Quality quality={quality} /> },
		{ key: 'now', title: t('health.now'), cell: ({ throughput }) => t('campaigns.per_second', { rate: number(throughput.now) }), isNumber: true },
		{ key: 'ceiling', title: t('health.ceiling'), cell: ({ throughput }) => t('campaigns.per_second', { rate: number(throughput.limit) }), isNumber: true, hide: 'sm' },
	];
	return (
		<Section title={t('health.title')}>
			{isPending && <Loading />}
			{error && !data && <Trouble error={error} again={refetch} />}
			{data?.length === 0 && <Text c="dimmed">{t('health.none')}</Text>}
			{data && data.length > 0 && <FewRows label={t('health.title')} columns={columns} rows={data} rowKey={({ id }) => id} />}
		</Section>
	);
}
