// Whether what WhatsApp tells of the messages is worked off as it comes.
import { Group, Paper, Stack, Text } from '@mantine/core';
import { IconCircleCheck, IconHourglass } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { number } from '../../lib/format.ts';
import { type Status, useStatus } from '../../lib/status.ts';
import { Section } from '../../parts/Section.tsx';
import { Loading, Trouble } from '../../parts/States.tsx';
import { Time } from '../../parts/Time.tsx';

const LATE_S = 5;

function Lag({ webhooks }: { webhooks: Status['webhooks'] }) {
	const { t } = useTranslation();
	const isLate = webhooks.lag_seconds >= LATE_S;
	return (
		<Paper withBorder p="sm">
			<Stack gap={6}>
				<Group gap="xs" wrap="nowrap">
					{isLate ? <IconHourglass aria-hidden /> : <IconCircleCheck aria-hidden color="var(--crier-delivered)" />}
					<Text fw={600}>
						{isLate ? t('received.late', { count: webhooks.lag_seconds, n: number(webhooks.lag_seconds) }) : t('received.current')}
					</Text>
				</Group>
				{webhooks.set_aside > 0 && <Text size="sm">{t('received.set_aside', { count: webhooks.set_aside, n: number(webhooks.set_aside) })}</Text>}
				<Text size="sm">{t('received.waiting', { count: webhooks.waiting, n: number(webhooks.waiting) })}</Text>
				<Text size="sm" c="dimmed">
					{t('received.last')} <Time at={webhooks.last_received} empty={t('received.never')} />
				</Text>
			</Stack>
		</Paper>
	);
}

export function Received() {
	const { t } = useTranslation();
	const { data, isPending, error, refetch } = useStatus();
	return (
		<Section title={t('received.title')}>
			{isPending && <Loading />}
			{error && !data && <Trouble error={error} again={refetch} />}
			{data && <Lag webhooks={data.webhooks} />}
		</Section>
	);
}
