import { Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSave } from '../../lib/acts.ts';
import { type Campaign, useCampaignActs } from '../../lib/campaigns.ts';
import { fromServer, toServer, viewerZone } from '../../lib/format.ts';
import { instantOf, localOf } from '../../lib/zones.ts';
import { FormModal } from '../../parts/FormModal.tsx';

export function Reschedule({ campaign, close }: { campaign: Campaign; close: () => void }) {
	const { t } = useTranslation();
	const { change } = useCampaignActs(campaign.id);
	const zone = viewerZone();
	const [when, setWhen] = useState(localOf(campaign.schedule ? fromServer(campaign.schedule) : new Date(), zone));
	const at = instantOf(when, zone);
	const save = useSave({ save: () => change.mutateAsync({ schedule: toServer(at!) }), then: close });
	return (
		<FormModal
			close={close}
			title={t('campaign.reschedule')}
			label={t('common.save')}
			saving={save}
			isReady={at !== null}
			fields={['schedule']}
		>
			<TextInput
				type="datetime-local"
				label={t('campaign.start')}
				description={t('campaign.in_your_zone', { zone })}
				value={when}
				onChange={(event) => setWhen(event.currentTarget.value)}
				error={save.faults.schedule}
				required
				data-autofocus
			/>
			{at && (
				<Text size="sm" c="dimmed">
					{t('campaign.in_utc', { time: toServer(at) })}
				</Text>
			)}
		</FormModal>
	);
}
