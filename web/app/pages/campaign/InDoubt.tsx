// Messages that left and of which no answer is known: a person may have them sent once more, or give them up.
import { Alert, Button, Group, Text } from '@mantine/core';
import { IconHelpCircle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useLoss } from '../../lib/acts.ts';
import { type Campaign, useCampaignActs } from '../../lib/campaigns.ts';
import { number } from '../../lib/format.ts';
import { useMay } from '../../lib/session.ts';

export function InDoubt({ campaign }: { campaign: Campaign }) {
	const { t } = useTranslation();
	const maySend = useMay('sender');
	const { ask } = useLoss();
	const { decide } = useCampaignActs(campaign.id);
	const { messages, status } = campaign;
	if (messages.unconfirmed === 0) return null;
	const act = (action: 'resend' | 'give_up') =>
		ask({
			title: t(`campaign.doubt.${action}_title`),
			loses: t(`campaign.doubt.${action}_risk`),
			label: t(`campaign.doubt.${action}`),
			deed: () => decide.mutateAsync(action),
			told: () => t(`campaign.doubt.${action}_told`),
		});
	return (
		<Alert color="yellow" icon={<IconHelpCircle />} title={t('campaign.doubt.title', { count: messages.unconfirmed, n: number(messages.unconfirmed) })}>
			<Text size="sm">{t('campaign.doubt.note')}</Text>
			{maySend && (
				<Group mt="xs">
					{status !== 'canceled' && (
						<Button size="xs" variant="default" onClick={() => act('resend')}>
							{t('campaign.doubt.resend')}
						</Button>
					)}
					<Button size="xs" variant="default" onClick={() => act('give_up')}>
						{t('campaign.doubt.give_up')}
					</Button>
				</Group>
			)}
		</Alert>
	);
}
