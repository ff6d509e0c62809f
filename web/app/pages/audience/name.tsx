// An audience gets its name, another one, or goes.
import { TextInput } from '@mantine/core';
import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query';
import i18next from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { crier, read, type Schemas, take } from '../../lib/client.ts';
import { number } from '../../lib/format.ts';
import { confirmLoss, tellDone, tellTrouble } from '../../parts/confirm.tsx';
import { faultsOf, FormModal } from '../../parts/FormModal.tsx';

export type Audience = Schemas['Audience'];
const MAX_NAME = 45;

interface AudienceNameFormProps {
	audience: Audience | 'new' | null; // null: closed
	close: () => void;
	made?: (audience: Audience) => void;
}

function Form({ audience, close, made }: AudienceNameFormProps & { audience: Audience | 'new' }) {
	const { t } = useTranslation();
	const cache = useQueryClient();
	const isNew = audience === 'new';
	const [name, setName] = useState(isNew ? '' : audience.name);
	const save = useMutation({
		mutationFn: () =>
			isNew
				? read(crier.POST('/v1/audiences', { body: { data: { name: name.trim(), channel: 'whatsapp' } } }))
				: read(crier.PUT('/v1/audiences/{audience}', { params: { path: { audience: audience.id } }, body: { data: { name: name.trim() } } })),
		onSuccess: (saved) => {
			void cache.invalidateQueries({ queryKey: ['audience'] });
			close();
			if (isNew) made?.(saved);
			else tellDone(t('audiences.renamed', { name: saved.name }));
		},
	});
	return (
		<FormModal
			opened
			close={close}
			title={isNew ? t('audiences.create') : t('audiences.rename_title', { name: audience.name })}
			label={isNew ? t('common.create') : t('audiences.rename')}
			submit={save.mutate}
			isBusy={save.isPending}
			isReady={name.trim() !== ''}
			error={save.error}
			fields={['name']}
		>
			<TextInput
				label={t('audiences.name')}
				description={t('audiences.name_rule')}
				value={name}
				onChange={(event) => setName(event.currentTarget.value)}
				maxLength={MAX_NAME}
				error={faultsOf(save.error).name}
				required
				data-autofocus
			/>
		</FormModal>
	);
}

export const AudienceNameForm = ({ audience, ...props }: AudienceNameFormProps) => audience && <Form audience={audience} {...props} />;

export function deleteAudience(audience: Audience, cache: QueryClient, gone?: () => void): void {
	const remove = async () => {
		try {
			await take(crier.DELETE('/v1/audiences/{audience}', { params: { path: { audience: audience.id } } }));
			gone?.();
			void cache.invalidateQueries({ queryKey: ['audience'] });
			tellDone(i18next.t('audiences.deleted', { name: audience.name }));
		} catch (error) {
			tellTrouble(error);
		}
	};
	confirmLoss({
		title: i18next.t('audiences.delete_title', { name: audience.name }),
		loses: i18next.t('audiences.delete_loses', { count: audience.contacts_count, n: number(audience.contacts_count) }),
		label: i18next.t('audiences.delete'),
		deed: remove,
	});
}
