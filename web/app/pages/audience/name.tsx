// An audience gets its name, another one, or goes.
import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLoss, useSave } from '../../lib/acts.ts';
import { crier, read, type Schemas, take } from '../../lib/client.ts';
import { number } from '../../lib/format.ts';
import { FormModal } from '../../parts/FormModal.tsx';

export type Audience = Schemas['Audience'];
const MAX_NAME = 45;

interface AudienceNameFormProps {
	audience: Audience | 'new' | null; // null: closed
	close: () => void;
	made?: (audience: Audience) => void;
}

function Form({ audience, close, made }: AudienceNameFormProps & { audience: Audience | 'new' }) {
	const { t } = useTranslation();
	const isNew = audience === 'new';
	const [name, setName] = useState(isNew ? '' : audience.name);
	const save = useSave({
		save: () =>
			isNew
				? read(crier.POST('/v1/audiences', { body: { data: { name: name.trim(), channel: 'whatsapp' } } }))
				: read(crier.PUT('/v1/audiences/{audience}', { params: { path: { audience: audience.id } }, body: { data: { name: name.trim() } } })),
		old: ['audience'],
		told: isNew ? undefined : (saved) => t('audiences.renamed', { name: saved.name }),
		then: (saved) => {
			close();
			if (isNew) made?.(saved);
		},
	});
	return (
		<FormModal
			close={close}
			title={isNew ? t('audiences.create') : t('audiences.rename_title', { name: audience.name })}
			label={isNew ? t('common.create') : t('audiences.rename')}
			saving={save}
			isReady={name.trim() !== ''}
			fields={['name']}
		>
			<TextInput
				label={t('audiences.name')}
				description={t('audiences.name_rule')}
				value={name}
				onChange={(event) => setName(event.currentTarget.value)}
				maxLength={MAX_NAME}
				error={save.faults.name}
				required
				data-autofocus
			/>
		</FormModal>
	);
}

export const AudienceNameForm = ({ audience, ...props }: AudienceNameFormProps) => audience && <Form audience={audience} {...props} />;

export function useDeleteAudience() {
	const { t } = useTranslation();
	const { ask } = useLoss();
	return ({ id, name, contacts_count: count }: Audience, then?: () => void) =>
		ask({
			title: t('audiences.delete_title', { name }),
			loses: t('audiences.delete_loses', { count, n: number(count) }),
			label: t('audiences.delete'),
			deed: () => take(crier.DELETE('/v1/audiences/{audience}', { params: { path: { audience: id } } })),
			old: ['audience'],
			told: () => t('audiences.deleted', { name }),
			then,
		});
}
