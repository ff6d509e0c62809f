import { PasswordInput, Radio, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSave } from '../../lib/acts.ts';
import { crier, read, type Schemas } from '../../lib/client.ts';
import { FormModal } from '../../parts/FormModal.tsx';

type Event = Schemas['Webhook']['event'];

interface WebhookFormProps {
	events: Event[]; // that have no webhook yet
	close: () => void;
	made: (secret: string) => void;
}

export function WebhookForm({ events, close, made }: WebhookFormProps) {
	const { t } = useTranslation();
	const [url, setUrl] = useState('');
	const [event, setEvent] = useState(events[0]!);
	const [secret, setSecret] = useState('');
	const create = useSave({
		save: () => read(crier.POST('/v1/webhooks', { body: { data: { url: url.trim(), event, ...(secret && { secret }) } } })),
		isSecret: true,
		old: ['webhook'],
		then: (webhook) => {
			close();
			made(webhook.secret);
		},
	});
	return (
		<FormModal
			close={close}
			title={t('webhooks.create')}
			label={t('common.create')}
			saving={create}
			isReady={url.trim() !== ''}
			fields={['url', 'event', 'secret']}
		>
			<TextInput
				label={t('webhooks.url')}
				description={t('webhooks.url_note')}
				type="url"
				dir="ltr"
				maxLength={2083}
				value={url}
				onChange={(change) => setUrl(change.currentTarget.value)}
				error={create.faults.url}
				required
				data-autofocus
			/>
			<Radio.Group label={t('webhooks.event')} value={event} onChange={(value) => setEvent(value as Event)} error={create.faults.event}>
				<Stack gap="xs" mt="xs">
					{events.map((value) => (
						<Radio key={value} value={value} label={t(`webhooks.events.${value}`)} description={t(`webhooks.events_note.${value}`)} />
					))}
				</Stack>
			</Radio.Group>
			<PasswordInput
				label={t('webhooks.secret')}
				description={t('webhooks.secret_note')}
				maxLength={255}
				autoComplete="off"
				visibilityToggleButtonProps={{ 'aria-label': t('common.show_secret') }}
				value={secret}
				onChange={(change) => setSecret(change.currentTarget.value)}
				error={create.faults.secret}
			/>
		</FormModal>
	);
}
