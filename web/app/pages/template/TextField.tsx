// A text with placeholders: its characters counted as Meta counts them, the contacts' fields offered.
import { Autocomplete, Button, Group, Popover, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBraces } from '@tabler/icons-react';
import { type RefObject, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSampleContacts } from '../../lib/contacts.ts';
import { number } from '../../lib/format.ts';
import { CONTACT_FIELDS, countCharacters } from '../../lib/placeholders.ts';

interface InsertProps {
	field: RefObject<HTMLInputElement | HTMLTextAreaElement | null>;
	value: string;
	onChange: (value: string) => void;
	label: string; // of the text that it is put into
	atEnd?: boolean; // where else it may not stand
}

/** Where the cursor was, or over what was chosen; a brace would end the placeholder, so it is left out. */
export function InsertField({ field, value, onChange, label, atEnd }: InsertProps) {
	const { t } = useTranslation();
	const [opened, { close, toggle }] = useDisclosure(false);
	const [key, setKey] = useState('');
	const [fallback, setFallback] = useState('');
	const contacts = useSampleContacts();
	const own = [...new Set(contacts.flatMap((contact) => Object.keys(contact.fields)))].sort();
	const data = [
		{ group: t('editor.fields_all'), items: [...CONTACT_FIELDS] },
		...(own.length > 0 ? [{ group: t('editor.fields_own'), items: own.filter((name) => !(CONTACT_FIELDS as readonly string[]).includes(name)) }] : []),
	];
	const insert = () => {
		const clean = (text: string) => text.replace(/[{}|]/g, '').trim();
		const placeholder = `{${clean(key)}${clean(fallback) ? `|${clean(fallback)}` : ''}}`;
		const from = atEnd ? value.length : (field.current?.selectionStart ?? value.length);
		const to = atEnd ? value.length : (field.current?.selectionEnd ?? from);
		onChange(value.slice(0, from) + placeholder + value.slice(to));
		close();
		setKey('');
		setFallback('');
		requestAnimationFrame(() => {
			field.current?.focus();
			field.current?.setSelectionRange(from + placeholder.length, from + placeholder.length);
		});
	};
	return (
		<Popover opened={opened} onChange={(open) => !open && close()} trapFocus returnFocus position="bottom-start" width={280} shadow="md">
			<Popover.Target>
				<Button size="compact-sm" variant="default" leftSection={<IconBraces size={14} aria-hidden />} onClick={toggle} aria-label={t('editor.insert_into', { label })}>
					{t('editor.insert')}
				</Button>
			</Popover.Target>
			<Popover.Dropdown>
				<Stack gap="sm">
					<Autocomplete label={t('editor.insert_key')} data={data} value={key} onChange={setKey} maxLength={64} comboboxProps={{ withinPortal: false }} data-autofocus />
					<TextInput
						label={t('editor.insert_fallback')}
						description={t('editor.insert_fallback_note')}
						value={fallback}
						maxLength={256}
						onChange={(event) => setFallback(event.currentTarget.value)}
						onKeyDown={(event) => {
							if (event.key !== 'Enter' || key.trim() === '') return;
							event.preventDefault(); // it is the popover's, not the form's
							insert();
						}}
					/>
					<Button onClick={insert} disabled={key.trim() === ''}>
						{t('editor.insert_do')}
					</Button>
				</Stack>
			</Popover.Dropdown>
		</Popover>
	);
}

export function Count({ count, max }: { count: number; max: number }) {
	const { t } = useTranslation();
	const isOver = count > max;
	return (
		<Text size="sm" c={isOver ? 'var(--mantine-color-error)' : 'dimmed'} fw={isOver ? 600 : undefined} span className="number">
			{t('editor.count', { n: number(count), max: number(max) })}
		</Text>
	);
}

interface TextFieldProps {
	name: string;
	label: string;
	description?: string;
	value: string;
	onChange: (value: string) => void;
	max: number;
	error?: string;
	isLong?: boolean; // of several lines
	isRequired?: boolean;
	isDisabled?: boolean;
	takesFields?: boolean;
}

export function TextField({ name, label, description, value, onChange, max, error, isLong, isRequired, isDisabled, takesFields }: TextFieldProps) {
	const area = useRef<HTMLTextAreaElement>(null);
	const line = useRef<HTMLInputElement>(null);
	const shared = { name, label, description, value, error, withAsterisk: isRequired, readOnly: isDisabled, dir: 'auto' as const };
	return (
		<Stack gap={4}>
			{isLong ? (
				<Textarea ref={area} {...shared} autosize minRows={5} maxRows={16} onChange={(event) => onChange(event.currentTarget.value)} />
			) : (
				<TextInput ref={line} {...shared} onChange={(event) => onChange(event.currentTarget.value)} />
			)}
			<Group justify="space-between">
				{takesFields && !isDisabled ? <InsertField field={isLong ? area : line} value={value} onChange={onChange} label={label} /> : <span />}
				<Count count={takesFields ? countCharacters(value) : [...value].length} max={max} />
			</Group>
		</Stack>
	);
}
