import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Campaign, useCampaignActs } from '../../lib/campaigns.ts';
import { faultsOf, FormModal } from '../../parts/FormModal.tsx';

export function Rename({ campaign, close }: { campaign: Campaign; close: () => void }) {
	const { t } = useTranslation();
	const { change } = useCampaignActs(campaign.id);
	const [name, setName] = useState(campaign.name);
	return (
		<FormModal
			opened
			close={close}
			title={t('campaign.rename')}
			label={t('common.save')}
			submit={() => change.mutate({ name: name.trim() }, { onSuccess: close })}
			isBusy={change.isPending}
			isReady={name.trim() !== ''}
			error={change.error}
			fields={['name']}
		>
			<TextInput label={t('campaigns.name')} value={name} onChange={(event) => setName(event.currentTarget.value)} error={faultsOf(change.error).name} maxLength={45} required data-autofocus />
		</FormModal>
	);
}
