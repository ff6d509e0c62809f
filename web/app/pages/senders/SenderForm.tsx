// A sender is registered, or changed. Token and secret go in and never come out again.
import { Anchor, NumberInput, PasswordInput, SimpleGrid, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { useSave } from '../../lib/acts.ts';
import { crier, read, type Schemas } from '../../lib/client.ts';
import { FormModal } from '../../parts/FormModal.tsx';

type Sender = Schemas['Sender'];

interface Values {
	name: string;
	code: string;
	phone_number_id: string;
	waba_id: string;
	access_token: string;
	app_secret: string;
	rate: number | '';
}

const FIELDS = ['name', 'code', 'phone_number_id', 'waba_id', 'access_token', 'app_secret', 'rate'] as const;
const MAX_RATE = 100_000;

/** Secrets that are left empty stay as they are; an empty rate is none. */
export function changesOf(values: Values, sender: Pick<Sender, 'name' | 'rate'>) {
	const { name, access_token, app_secret, rate } = values;
	return {
		...(name.trim() !== sender.name && { name: name.trim() }),
		...(access_token && { access_token: access_token.trim() }),
		...(app_secret && { app_secret: app_secret.trim() }),
		...((rate === '' ? null : rate) !== sender.rate && { rate: rate === '' ? null : rate }),
	};
}

function registration({ rate, ...texts }: Values) {
	const trimmed = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, text.trim()])) as Omit<Values, 'rate'>;
	return { ...trimmed, channel: 'whatsapp' as const, ...(rate !== '' && { rate }) };
}

function Opened({ sender, close }: { sender: Sender | 'new'; close: () => void }) {
	const { t } = useTranslation();
	const isNew = sender === 'new';
	const form = useForm<Values>({
		initialValues: {
			name: isNew ? '' : sender.name,
			code: '',
			phone_number_id: '',
			waba_id: '',
			access_token: '',
			app_secret: '',
			rate: isNew ? '' : (sender.rate ?? ''),
		},
	});
	const save = useSave({
		save: (): Promise<Sender> =>
			isNew
				? read(crier.POST('/v1/senders', { body: { data: registration(form.getValues()) } }))
				: read(crier.PUT('/v1/senders/{sender}', { params: { path: { sender: sender.id } }, body: { data: changesOf(form.getValues(), sender) } })),
		isSecret: true,
		old: ['sender'],
		told: ({ name }) => t(isNew ? 'senders.registered' : 'senders.changed', { name }),
		then: close,
	});
	const { rate: _, ...texts } = form.getValues();
	const isReady = isNew ? Object.values(texts).every((text) => text.trim() !== '') : texts.name.trim() !== '';
	const field = (name: (typeof FIELDS)[number]) => ({ label: t(`senders.fields.${name}`), ...form.getInputProps(name), error: save.faults[name] });
	const secret = (name: 'access_token' | 'app_secret') => ({
		...field(name),
		description: isNew ? t(`senders.fields_note.${name}`) : t('senders.kept'),
		required: isNew,
		autoComplete: 'off',
		visibilityToggleButtonProps: { 'aria-label': t('common.show_secret') },
	});
	return (
		<FormModal
			close={close}
			title={isNew ? t('senders.register') : t('senders.change_title', { name: sender.name })}
			label={isNew ? t('senders.register') : t('common.save')}
			saving={save}
			isReady={isReady}
			fields={FIELDS}
		>
			{isNew && (
				<Text size="sm">
					{t('senders.where')}{' '}
					<Anchor href="https://developers.facebook.com/apps" target="_blank" rel="noreferrer" inherit>
						developers.facebook.com/apps
					</Anchor>
				</Text>
			)}
			<TextInput {...field('name')} description={t('senders.fields_note.name')} maxLength={45} required data-autofocus />
			{isNew && (
				<>
					<TextInput {...field('code')} description={t('contact.number_rule')} type="tel" dir="ltr" maxLength={45} required />
					<SimpleGrid cols={{ base: 1, xs: 2 }}>
						<TextInput {...field('phone_number_id')} inputMode="numeric" dir="ltr" maxLength={32} required />
						<TextInput {...field('waba_id')} inputMode="numeric" dir="ltr" maxLength={32} required />
					</SimpleGrid>
				</>
			)}
			<PasswordInput {...secret('access_token')} maxLength={1024} />
			<PasswordInput {...secret('app_secret')} maxLength={128} />
			<NumberInput
				{...field('rate')}
				description={t('senders.fields_note.rate')}
				min={1}
				max={MAX_RATE}
				allowDecimal={false}
				allowNegative={false}
				hideControls
			/>
		</FormModal>
	);
}

export const SenderForm = ({ sender, close }: { sender: Sender | 'new' | null; close: () => void }) =>
	sender && <Opened key={sender === 'new' ? 'new' : sender.id} sender={sender} close={close} />;
