import { Badge, Button, Menu, Radio, Stack, Text, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLoss, useSave } from '../lib/acts.ts';
import { crier, read, type Schemas, take } from '../lib/client.ts';
import { PAGE_SIZE, usePages } from '../lib/pages.ts';
import { type Role, useMay, useSession } from '../lib/session.ts';
import { FormModal } from '../parts/FormModal.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { RowActs } from '../parts/RowActs.tsx';
import { type Column, Rows } from '../parts/Rows.tsx';
import { SecretOnce } from '../parts/SecretOnce.tsx';
import { Empty } from '../parts/States.tsx';
import { Time } from '../parts/Time.tsx';

type Key = Schemas['Key'];
const ROLES: Role[] = ['viewer', 'sender', 'admin'];

const keysPage = (token: string | undefined) => take(crier.GET('/v1/keys', { params: { query: { page_size: PAGE_SIZE, page_token: token } } }));

function CreateForm({ close, made }: { close: () => void; made: (key: string) => void }) {
	const { t } = useTranslation();
	const [name, setName] = useState('');
	const [role, setRole] = useState<Role>('viewer');
	const create = useSave({
		save: () => read(crier.POST('/v1/keys', { body: { data: { name: name.trim(), role } } })),
		isSecret: true,
		old: ['key'],
		then: ({ key }) => {
			close();
			made(key);
		},
	});
	return (
		<FormModal
			close={close}
			title={t('keys.create')}
			label={t('common.create')}
			saving={create}
			isReady={name.trim() !== ''}
			fields={['name', 'role']}
		>
			<TextInput
				label={t('keys.name')}
				description={t('keys.name_note')}
				maxLength={45}
				value={name}
				onChange={(event) => setName(event.currentTarget.value)}
				error={create.faults.name}
				required
				data-autofocus
			/>
			<Radio.Group label={t('keys.role')} value={role} onChange={(value) => setRole(value as Role)} error={create.faults.role}>
				<Stack gap="xs" mt="xs">
					{ROLES.map((value) => (
						<Radio key={value} value={value} label={t(`roles.${value}`)} description={t(`keys.may.${value}`)} />
					))}
				</Stack>
			</Radio.Group>
		</FormModal>
	);
}

function useDelete() {
	const { t } = useTranslation();
	const { data: session } = useSession();
	const { ask } = useLoss();
	return ({ id, name }: Key) => {
		const isOwn = id === session?.key_id;
		ask({
			title: t('keys.delete_title', { name }),
			loses: t(isOwn ? 'keys.delete_loses_own' : 'keys.delete_loses'),
			label: t('keys.delete'),
			deed: () => take(crier.DELETE('/v1/keys/{key}', { params: { path: { key: id } } })),
			old: [isOwn ? 'session' : 'key'],
			told: () => t('keys.deleted', { name }),
		});
	};
}

function List() {
	const { t } = useTranslation();
	const { data: session } = useSession();
	const pages = usePages(['key', 'list'], keysPage);
	const remove = useDelete();
	const columns: Column<Key>[] = [
		{
			key: 'name',
			title: t('keys.name'),
			cell: (row) => (
				<>
					<bdi>{row.name}</bdi>
					{row.id === session?.key_id && (
						<Badge ms="xs">
							{t('keys.own')}
						</Badge>
					)}
				</>
			),
		},
		{ key: 'role', title: t('keys.role'), cell: (row) => t(`roles.${row.role}`) },
		{ key: 'used', title: t('keys.used'), cell: (row) => <Time at={row.last_used_date} empty={t('keys.never')} />, hide: 'sm' },
		{ key: 'made', title: t('common.made'), cell: (row) => <Time at={row.create_date} />, hide: 'sm' },
		{
			key: 'acts',
			title: t('common.acts'),
			isNarrow: true,
			cell: (row) => (
				<RowActs label={t('keys.acts', { name: row.name })}>
					<Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => remove(row)}>
						{t('common.delete')}
					</Menu.Item>
				</RowActs>
			),
		},
	];
	return <Rows label={t('keys.title')} columns={columns} pages={pages} empty={<Empty title={t('common.nothing_found')} />} />;
}

export default function Keys() {
	const { t } = useTranslation();
	const isAdmin = useMay('admin');
	const [isCreating, setCreating] = useState(false);
	const [secret, setSecret] = useState<string | null>(null);
	if (!isAdmin)
		return (
			<>
				<PageHead title={t('keys.title')} />
				<Empty title={t('keys.not_yours')}>{t('keys.not_yours_next')}</Empty>
			</>
		);
	return (
		<>
			<PageHead title={t('keys.title')}>
				<Button leftSection={<IconPlus size={16} />} onClick={() => setCreating(true)}>
					{t('keys.create')}
				</Button>
			</PageHead>
			<Text mb="md" c="dimmed">
				{t('keys.note')}
			</Text>
			<List />
			{isCreating && <CreateForm close={() => setCreating(false)} made={setSecret} />}
			<SecretOnce title={t('keys.made')} label={t('signin.key')} note={t('keys.made_note')} secret={secret} close={() => setSecret(null)} />
		</>
	);
}
