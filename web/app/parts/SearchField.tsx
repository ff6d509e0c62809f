// A search that is asked for as one pauses in typing; `/` goes to it.
import { CloseButton, Kbd, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useShortcut } from '../lib/shortcuts.ts';

const PAUSE_MS = 250;

export function SearchField({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
	const { t } = useTranslation();
	const [typed, setTyped] = useState(value);
	const field = useRef<HTMLInputElement>(null);
	const told = useRef(value); // what came from here must not overwrite what is typed meanwhile
	const tell = (text: string) => {
		told.current = text;
		onChange(text);
	};
	const tellSoon = useDebouncedCallback(tell, PAUSE_MS);
	useShortcut('/', () => field.current?.focus());
	useEffect(() => {
		if (value !== told.current) setTyped(value);
		told.current = value;
	}, [value]);
	const clear = () => {
		setTyped('');
		tell('');
		field.current?.focus();
	};
	return (
		<TextInput
			ref={field}
			type="search"
			aria-label={label}
			placeholder={label}
			value={typed}
			maxLength={100}
			maw="22rem"
			flex="1 1 12rem"
			leftSection={<IconSearch size={16} aria-hidden />}
			rightSection={typed ? <CloseButton size="sm" onClick={clear} aria-label={t('common.clear')} /> : <Kbd aria-hidden>/</Kbd>}
			onChange={(event) => {
				setTyped(event.currentTarget.value);
				tellSoon(event.currentTarget.value.trim());
			}}
		/>
	);
}
