import { Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Campaign, useCampaignActs } from '../../lib/campaigns.ts';
import { fromServer, toServer, viewerZone } from '../../lib/format.ts';
import { faultsOf, FormModal } from '../../parts/FormModal.tsx';

/** What a field of date and time shows for it, in the viewer's zone. */
function fieldOf(date: Date): string {
	const two = (n: number) => String(n).padStart(2, '0');
	return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

export function Reschedule({ campaign, close }: { campaign: Campaign; close: () => void }) {
	const { t } = useTranslation();
	const { change } = useCampaignActs(campaign.id);
	const [when, setWhen] = useState(fieldOf(campaign.schedule ? fromServer(campaign.schedule) : new Date()));
	const date = new Date(when); // without a zone: the viewer's
	const isGood = !Number.isNaN(date.getTime());
	return (
		<FormModal
			opened
			close={close}
			title={t('campaign.reschedule')}
			label={t('common.save')}
			submit={() => change.mutate({ schedule: toServer(date) }, { onSuccess: close })}
			isBusy={change.isPending}
			isReady={isGood}
			error={change.error}
			fields={['schedule']}
		>
			<TextInput
				type="datetime-local"
				label={t('campaign.start')}
				description={t('campaign.in_your_zone', { zone: viewerZone() })}
				value={when}
				onChange={(event) => setWhen(event.currentTarget.value)}
				error={faultsOf(change.error).schedule}
				required
				data-autofocus
			/>
			{isGood && (
				<Text size="sm" c="dimmed">
					{t('campaign.in_utc', { time: toServer(date) })}
				</Text>
			)}
		</FormModal>
	);
}
