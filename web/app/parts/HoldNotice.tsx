import { Alert, Group, Text } from '@mantine/core';
import { IconHandStop } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../lib/client.ts';
import { Time } from './Time.tsx';

type Hold = NonNullable<Schemas['Hold']>;

/** Why it waits and what lifts it; `children` is the button that does. */
export function HoldNotice({ hold, title, children }: { hold: Hold; title: string; children?: ReactNode }) {
	const { t } = useTranslation();
	return (
		<Alert color="yellow" icon={<IconHandStop />} title={title}>
			<Text size="sm">{hold.reason}</Text>
			<Text size="sm">{hold.remedy}</Text>
			<Group justify="space-between" mt="xs">
				<Text size="sm" c="dimmed">
					{t('common.since')} <Time at={hold.since} />
					{hold.until && (
						<>
							{' · '}
							{t('common.until')} <Time at={hold.until} />
						</>
					)}
				</Text>
				{children}
			</Group>
		</Alert>
	);
}
