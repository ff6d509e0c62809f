// A contact is added or changed: its number, name, tags, and values of any name.
import { ActionIcon, Button, Fieldset, Group, SimpleGrid, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useSave } from '../../lib/acts.ts';
import { crier, read, type Schemas } from '../../lib/client.ts';
import { phone } from '../../lib/format.ts';
import { FormModal } from '../../parts/FormModal.tsx';
import { type Contact, nameOf } from './Contacts.tsx';

const TEXTS = ['first_name', 'last_name', 'custom1', 'custom2'] as const;
const MAX_LENGTH = { first_name: 32, last_name: 32, custom1: 32, custom2: 70 };
const MAX_TAGS = 10;
const MAX_FIELDS = 50;

interface Values {
	number: string;
	first_name: string;
	last_name: string;
	custom1: string;
	custom2: string;
	tags: string[];
	fields: { name: string; value: string }[];
}

function valuesOf(contact: Contact | 'new'): Values {
	if (contact === 'new') return { number: '', first_name: '', last_name: '', custom1: '', custom2: '', tags: [], fields: [] };
	const { number, first_name, last_name, custom1, custom2, tags, fields } = contact;
	return { number, first_name, last_name, custom1, custom2, tags, fields: Object.entries(fields).map(([name, value]) => ({ name, value })) };
}

/** Fields without a name are left out. */
export function requestOf({ fields, number, ...rest }: Values, isNew: boolean): Schemas['ContactRequest'] {
	const named = fields.filter(({ name }) => name.trim() !== '').map(({ name, value }) => [name.trim(), value]);
	return { ...rest, ...(isNew && { number: number.trim() }), fields: Object.fromEntries(named) };
}

interface ContactFormProps {
	audience: string;
	contact: Contact | 'new' | null; // null: closed
	close: () => void;
}

type Form = ReturnType<typeof useForm<Values>>;

function Fields({ form, fault }: { form: Form; fault?: string }) {
	const { t } = useTranslation();
	const { fields } = form.getValues();
	return (
		<Fieldset legend={t('contact.fields')}>
			<Stack gap="xs">
				<Text size="sm" c="dimmed">
					{t('contact.fields_note')}
				</Text>
				{fields.map((_, at) => (
					<Group key={form.key(`fields.${at}`)} wrap="nowrap" align="end" gap="xs">
						<TextInput label={t('contact.field_name')} flex={1} miw={0} {...form.getInputProps(`fields.${at}.name`)} key={form.key(`fields.${at}.name`)} />
						<TextInput label={t('contact.field_value')} flex={2} miw={0} {...form.getInputProps(`fields.${at}.value`)} key={form.key(`fields.${at}.value`)} maxLength={1024} />
						<ActionIcon variant="default" size="input-sm" aria-label={t('contact.field_remove', { name: fields[at]!.name })} onClick={() => form.removeListItem('fields', at)}>
							<IconX size={16} />
						</ActionIcon>
					</Group>
				))}
				{fault && (
					<Text size="sm" c="var(--mantine-color-error)" role="alert">
						{fault}
					</Text>
				)}
				<Group>
					<Button
						size="xs"
						variant="default"
						leftSection={<IconPlus size={14} />}
						disabled={fields.length >= MAX_FIELDS}
						onClick={() => form.insertListItem('fields', { name: '', value: '' })}
					>
						{t('contact.field_add')}
					</Button>
				</Group>
			</Stack>
		</Fieldset>
	);
}

function Opened({ audience, contact, close }: ContactFormProps & { contact: Contact | 'new' }) {
	const { t } = useTranslation();
	const isNew = contact === 'new';
	const form = useForm<Values>({ initialValues: valuesOf(contact) });
	const save = useSave({
		save: (): Promise<Contact> => {
			const body = { data: requestOf(form.getValues(), isNew) };
			return isNew
				? read(crier.POST('/v1/audiences/{audience}/contacts', { params: { path: { audience } }, body }))
				: read(crier.PUT('/v1/audiences/{audience}/contacts/{contact}', { params: { path: { audience, contact: contact.id } }, body }));
		},
		old: ['contact', 'audience'],
		told: ({ number }) => t(isNew ? 'contact.added' : 'contact.saved', { number: phone(number) }),
		then: close,
	});
	const { faults } = save;
	return (
		<FormModal
			close={close}
			title={isNew ? t('contact.add') : nameOf(contact) || phone(contact.number)}
			label={isNew ? t('contact.add') : t('common.save')}
			saving={save}
			isReady={form.getValues().number.trim() !== ''}
			fields={['number', 'tags', 'fields', ...TEXTS]}
		>
			{isNew ? (
				<TextInput
					label={t('contact.number')}
					description={t('contact.number_rule')}
					type="tel"
					dir="ltr"
					maxLength={45}
					required
					data-autofocus
					{...form.getInputProps('number')}
					error={faults.number}
				/>
			) : (
				<Text>
					{t('contact.number')}: {phone(contact.number)}
				</Text>
			)}
			<SimpleGrid cols={{ base: 1, xs: 2 }}>
				{TEXTS.map((name) => (
					<TextInput key={name} label={t(`contact.${name}`)} maxLength={MAX_LENGTH[name]} dir="auto" {...form.getInputProps(name)} error={faults[name]} />
				))}
			</SimpleGrid>
			<TagsInput
				label={t('contact.tags')}
				description={t('contact.tags_rule')}
				maxTags={MAX_TAGS}
				{...form.getInputProps('tags')}
				error={faults.tags}
			/>
			<Fields form={form} fault={faults.fields} />
		</FormModal>
	);
}

export const ContactForm = ({ contact, ...props }: ContactFormProps) =>
	contact && <Opened key={contact === 'new' ? 'new' : contact.id} contact={contact} {...props} />;
