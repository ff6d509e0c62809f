// Up to ten buttons, in the order in which the phone shows them.
import { ActionIcon, Button, Fieldset, Group, Menu, Stack, Text, TextInput } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from '@tabler/icons-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { addable, type ButtonType, type FormButton, LIMIT, newButton } from '../../lib/templateForm.ts';
import { Count, InsertField, TextField } from './TextField.tsx';

interface ButtonFieldsProps {
	buttons: FormButton[];
	change: (buttons: FormButton[]) => void;
	errors: Record<string, string>;
	isDisabled: boolean;
}

const VALUE_MAX: Record<ButtonType, number | undefined> = { QUICK_REPLY: LIMIT.payload, URL: LIMIT.url, PHONE_NUMBER: undefined, COPY_CODE: undefined };

function Value({ button, at, set, error, isDisabled }: { button: FormButton; at: number; set: (part: Partial<FormButton>) => void; error?: string; isDisabled: boolean }) {
	const { t } = useTranslation();
	const field = useRef<HTMLInputElement>(null);
	const max = VALUE_MAX[button.type];
	const takesField = button.type === 'URL' || button.type === 'COPY_CODE';
	const label = t(`editor.value.${button.type}`);
	return (
		<Stack gap={4}>
			<TextInput
				ref={field}
				name={`buttons.${at}.value`}
				label={label}
				description={t(`editor.value_note.${button.type}`)}
				withAsterisk={button.type !== 'QUICK_REPLY'}
				dir={button.type === 'QUICK_REPLY' ? 'auto' : 'ltr'}
				type={button.type === 'PHONE_NUMBER' ? 'tel' : 'text'}
				value={button.value}
				error={error}
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

export function ButtonFields({ buttons, change, errors, isDisabled }: ButtonFieldsProps) {
	const { t } = useTranslation();
	const set = (at: number) => (part: Partial<FormButton>) => change(buttons.map((button, i) => (i === at ? { ...button, ...part } : button)));
	const swap = (at: number, to: number) => {
		const next = [...buttons];
		[next[at], next[to]] = [next[to]!, next[at]!];
		change(next);
	};
	const types = addable(buttons);
	return (
		<Stack gap="sm">
			{buttons.map((button, at) => {
				const title = t('editor.button_n', { n: at + 1, kind: t(`editor.button_kinds.${button.type}`) });
				return (
					<Fieldset key={button.id} legend={title}>
						<Stack gap="sm">
							<TextField
								name={`buttons.${at}.text`}
								label={t('editor.button_text')}
								description={button.type === 'COPY_CODE' ? t('editor.button_text_own') : undefined}
								value={button.text}
								onChange={(text) => set(at)({ text })}
								max={LIMIT.button}
								error={errors[`buttons.${at}.text`]}
								isRequired={button.type !== 'COPY_CODE'}
								isDisabled={isDisabled}
							/>
							<Value button={button} at={at} set={set(at)} error={errors[`buttons.${at}.value`]} isDisabled={isDisabled} />
							{!isDisabled && (
								<Group gap="xs" justify="flex-end">
									<ActionIcon variant="default" disabled={at === 0} onClick={() => swap(at, at - 1)} aria-label={t('editor.button_up', { button: title })}>
										<IconArrowUp size={16} />
									</ActionIcon>
									<ActionIcon variant="default" disabled={at === buttons.length - 1} onClick={() => swap(at, at + 1)} aria-label={t('editor.button_down', { button: title })}>
										<IconArrowDown size={16} />
									</ActionIcon>
									<ActionIcon variant="default" onClick={() => change(buttons.filter((_, i) => i !== at))} aria-label={t('editor.button_remove', { button: title })}>
										<IconTrash size={16} />
									</ActionIcon>
								</Group>
							)}
						</Stack>
					</Fieldset>
				);
			})}
			{errors.buttons && (
				<Text size="sm" c="var(--mantine-color-error)" role="alert">
					{errors.buttons}
				</Text>
			)}
			{!isDisabled && types.length > 0 && (
				<Menu position="bottom-start">
					<Menu.Target>
						<Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} style={{ alignSelf: 'flex-start' }}>
							{t('editor.button_add')}
						</Button>
					</Menu.Target>
					<Menu.Dropdown>
						{types.map((type) => (
							<Menu.Item key={type} onClick={() => change([...buttons, newButton(type)])}>
								{t(`editor.button_kinds.${type}`)}
							</Menu.Item>
						))}
					</Menu.Dropdown>
				</Menu>
			)}
		</Stack>
	);
}
