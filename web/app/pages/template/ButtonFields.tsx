// Up to ten buttons, in the order in which the phone shows them.
import { Button, Fieldset, Group, Menu, Stack, Text, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { type ButtonType, type FormButton, newButton, type Shape } from '../../lib/templateForm.ts';
import { addable, LIMIT } from '../../lib/templateLimits.ts';
import { Moves } from './Moves.tsx';
import { Count, InsertField, TextField } from './TextField.tsx';

const VALUE_MAX: Record<ButtonType, number | undefined> = { QUICK_REPLY: LIMIT.payload, URL: LIMIT.url, PHONE_NUMBER: undefined, COPY_CODE: undefined };

interface ButtonContentProps {
	at: string; // before the names of its fields
	button: FormButton;
	set: (part: Partial<FormButton>) => void;
	errors: Record<string, string>;
	isDisabled: boolean;
}

function Value({ at, button, set, errors, isDisabled }: ButtonContentProps) {
	const { t } = useTranslation();
	const field = useRef<HTMLInputElement>(null);
	const max = VALUE_MAX[button.type];
	const takesField = button.type === 'URL' || button.type === 'COPY_CODE';
	const label = t(`editor.value.${button.type}`);
	return (
		<Stack gap={4}>
			<TextInput
				ref={field}
				name={`${at}.value`}
				label={label}
				description={t(`editor.value_note.${button.type}`)}
				withAsterisk={button.type !== 'QUICK_REPLY'}
				dir={button.type === 'QUICK_REPLY' ? 'auto' : 'ltr'}
				type={button.type === 'PHONE_NUMBER' ? 'tel' : 'text'}
				value={button.value}
				error={errors[`${at}.value`]}
				readOnly={isDisabled}
				onChange={(event) => set({ value: event.currentTarget.value })}
			/>
			{(takesField || max) && (
				<Group justify="space-between">
					{takesField && !isDisabled && !button.value.includes('{') ? (
						<InsertField field={field} value={button.type === 'URL' ? button.value : ''} onChange={(value) => set({ value })} label={label} atEnd />
					) : (
						<span />
					)}
					{max && button.value.length > max * 0.8 && <Count count={[...button.value].length} max={max} />}
				</Group>
			)}
		</Stack>
	);
}

/** What stands on a button, and what it does. */
export function ButtonContent(props: ButtonContentProps) {
	const { at, button, set, errors, isDisabled } = props;
	const { t } = useTranslation();
	return (
		<>
			<TextField
				name={`${at}.text`}
				label={t('editor.button_text')}
				description={button.type === 'COPY_CODE' ? t('editor.button_text_own') : undefined}
				value={button.text}
				onChange={(text) => set({ text })}
				max={LIMIT.button}
				error={errors[`${at}.text`]}
				isRequired={button.type !== 'COPY_CODE'}
				isDisabled={isDisabled}
			/>
			<Value {...props} />
		</>
	);
}

/** Another one, of the kinds that there may still be. */
export function AddButton({ types, add }: { types: ButtonType[]; add: (type: ButtonType) => void }) {
	const { t } = useTranslation();
	if (types.length === 0) return null;
	return (
		<Menu position="bottom-start">
			<Menu.Target>
				<Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} style={{ alignSelf: 'flex-start' }}>
					{t('editor.button_add')}
				</Button>
			</Menu.Target>
			<Menu.Dropdown>
				{types.map((type) => (
					<Menu.Item key={type} onClick={() => add(type)}>
						{t(`editor.button_kinds.${type}`)}
					</Menu.Item>
				))}
			</Menu.Dropdown>
		</Menu>
	);
}

interface ButtonFieldsProps {
	buttons: FormButton[];
	change: (buttons: FormButton[]) => void;
	shape: Shape;
	errors: Record<string, string>;
	isDisabled: boolean;
}

export function ButtonFields({ buttons, change, shape, errors, isDisabled }: ButtonFieldsProps) {
	const { t } = useTranslation();
	const set = (at: number) => (part: Partial<FormButton>) => change(buttons.map((button, i) => (i === at ? { ...button, ...part } : button)));
	return (
		<Stack gap="sm">
			{shape === 'offer' && (
				<Text size="sm" c="dimmed">
					{t('editor.offer_buttons')}
				</Text>
			)}
			{buttons.map((button, at) => {
				const title = t('editor.button_n', { n: at + 1, kind: t(`editor.button_kinds.${button.type}`) });
				return (
					<Fieldset key={button.id} legend={title}>
						<Stack gap="sm">
							<ButtonContent at={`buttons.${at}`} button={button} set={set(at)} errors={errors} isDisabled={isDisabled} />
							{!isDisabled && <Moves list={buttons} at={at} change={change} name={title} isOrdered={shape === 'offer'} />}
						</Stack>
					</Fieldset>
				);
			})}
			{errors.buttons && (
				<Text size="sm" c="var(--mantine-color-error)" role="alert">
					{errors.buttons}
				</Text>
			)}
			{!isDisabled && <AddButton types={addable(buttons, shape)} add={(type) => change([...buttons, newButton(type)])} />}
		</Stack>
	);
}
