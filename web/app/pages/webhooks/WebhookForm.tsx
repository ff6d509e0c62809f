import { PasswordInput, Radio, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { crier, read, type Schemas } from '../../lib/client.ts';
import { faultsOf, FormModal } from '../../parts/FormModal.tsx';

type Event = Schemas['Webhook']['event'];

interface WebhookFormProps {
	events: Event[]; // that have no webhook yet
	close: () => void;
	made: (secret: string) => void;
}

export function WebhookForm({ events, close, made }: WebhookFormProps) {
	const { t } = useTranslation();
	const cache = useQueryClient();
	const [url, setUrl] = useState('');
	const [event, setEvent] = useState(events[0]!);
	const [secret, setSecret] = useState('');
	const create = useMutation({
		mutationFn: () => read(crier.POST('/v1/webhooks', { body: { data: { url: url.trim(), event, ...(secret && { secret }) } } })),
		onSuccess: (webhook) => {
			void cache.invalidateQueries({ queryKey: ['webhook'] });
			close();
			made(webhook.secret);
		},
		gcTime: 0, // the secret is not to lie about
	});
	const faults = faultsOf(create.error);
	return (
		<FormModal
			opened
			close={close}
			title={t('webhooks.create')}
			label={t('common.create')}
			submit={create.mutate}
			isBusy={create.isPending}
			isReady={url.trim() !== ''}
			error={create.error}
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
				error={faults.url}
				required
				data-autofocus
			/>
			<Radio.Group label={t('webhooks.event')} value={event} onChange={(value) => setEvent(value as Event)} error={faults.event}>
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
				error={faults.secret}
			/>
		</FormModal>
	);
}
