// The header: none, a text, a file, or a place.
import { Group, Radio, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { FormHeader, HeaderKind } from '../../lib/templateForm.ts';
import { LIMIT } from '../../lib/templateLimits.ts';
import { MediaFields } from './MediaFields.tsx';
import { TextField } from './TextField.tsx';

interface HeaderFieldsProps {
	kinds: readonly HeaderKind[];
	header: FormHeader;
	change: (part: Partial<FormHeader>) => void;
	errors: Record<string, string>;
	isDisabled: boolean;
}

/** Each may have placeholders; where it is must be told, how it is called need not. */
function PlaceFields({ header, change, errors, isDisabled }: HeaderFieldsProps) {
	const { t } = useTranslation();
	const field = (name: 'latitude' | 'longitude' | 'name' | 'address') => ({
		name: `header.${name}`,
		label: t(`editor.place.${name}`),
		value: header[name],
		error: errors[`header.${name}`],
		readOnly: isDisabled,
		onChange: (event: { currentTarget: HTMLInputElement }) => change({ [name]: event.currentTarget.value }),
	});
	return (
		<>
			<SimpleGrid cols={{ base: 1, xs: 2 }}>
				<TextInput {...field('latitude')} description={t('editor.place_note.latitude')} dir="ltr" withAsterisk />
				<TextInput {...field('longitude')} description={t('editor.place_note.longitude')} dir="ltr" withAsterisk />
			</SimpleGrid>
			<TextInput {...field('name')} dir="auto" />
			<TextInput {...field('address')} dir="auto" />
		</>
	);
}

export function HeaderFields(props: HeaderFieldsProps) {
	const { kinds, header, change, errors, isDisabled } = props;
	const { t } = useTranslation();
	const { kind } = header;
	return (
		<Stack gap="sm">
			<Radio.Group value={kind} onChange={(value) => change({ kind: value as HeaderKind, media_id: '' })} aria-label={t('editor.header')}>
				<Group gap="md">
					{kinds.map((value) => (
						<Radio key={value} value={value} label={t(`editor.headers.${value}`)} disabled={isDisabled} />
					))}
				</Group>
			</Radio.Group>
			{kind === 'text' && (
				<TextField
					name="header.text"
					label={t('editor.header_text')}
					description={t('editor.header_text_note')}
					value={header.text}
					onChange={(text) => change({ text })}
					max={LIMIT.header}
					error={errors['header.text']}
					isRequired
					isDisabled={isDisabled}
					takesFields
				/>
			)}
			{(kind === 'image' || kind === 'video' || kind === 'document') && <MediaFields kind={kind} header={header} change={change} errors={errors} isDisabled={isDisabled} />}
			{kind === 'location' && <PlaceFields {...props} />}
		</Stack>
	);
}
