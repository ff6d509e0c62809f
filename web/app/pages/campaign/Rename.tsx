import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSave } from '../../lib/acts.ts';
import { type Campaign, useCampaignActs } from '../../lib/campaigns.ts';
import { FormModal } from '../../parts/FormModal.tsx';

export function Rename({ campaign, close }: { campaign: Campaign; close: () => void }) {
	const { t } = useTranslation();
	const { change } = useCampaignActs(campaign.id);
	const [name, setName] = useState(campaign.name);
	const save = useSave({ save: () => change.mutateAsync({ name: name.trim() }), then: close });
	return (
		<FormModal
			close={close}
			title={t('campaign.rename')}
			label={t('common.save')}
			saving={save}
			isReady={name.trim() !== ''}
			fields={['name']}
		>
			<TextInput label={t('campaigns.name')} value={name} onChange={(event) => setName(event.currentTarget.value)} error={save.faults.name} maxLength={45} required data-autofocus />
		</FormModal>
	);
}
