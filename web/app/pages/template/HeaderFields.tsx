// The header: none, a text, or a file that is uploaded or named by its address.
import { Button, FileButton, Group, Radio, Stack, Text, TextInput } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ACCEPTED, useMedia, upload } from '../../lib/media.ts';
import { HEADER_KINDS, type HeaderKind, LIMIT, type TemplateForm } from '../../lib/templateForm.ts';
import { TextField } from './TextField.tsx';

type Header = TemplateForm['header'];

interface HeaderFieldsProps {
	header: Header;
	change: (part: Partial<Header>) => void;
	errors: Record<string, string>;
	isDisabled: boolean;
}

function Upload({ kind, header, change, isDisabled }: HeaderFieldsProps & { kind: keyof typeof ACCEPTED }) {
	const { t } = useTranslation();
	const cache = useQueryClient();
	const kept = useMedia(header.media_id ? [header.media_id] : []).media[0];
	const send = useMutation({
		mutationFn: upload,
		onSuccess: (medium) => {
			cache.setQueryData(['medium', medium.id], medium);
			change({ media_id: medium.id, url: '' });
		},
	});
	return (
		<Stack gap={4}>
			<Group gap="sm">
				<FileButton onChange={(file) => file && send.mutate(file)} accept={ACCEPTED[kind].join(',')} disabled={isDisabled}>
					{(props) => (
						<Button {...props} variant="default" leftSection={<IconUpload size={16} aria-hidden />} loading={send.isPending} disabled={isDisabled}>
							{header.media_id ? t('editor.upload_other') : t('editor.upload')}
						</Button>
					)}
				</FileButton>
				{header.media_id && (
					<Text size="sm" role="status">
						<bdi>{kept?.file_name ?? kept?.mime_type ?? t('editor.uploaded')}</bdi>
					</Text>
				)}
				{header.media_id && (
					<Button variant="subtle" size="compact-sm" onClick={() => change({ media_id: '' })} disabled={isDisabled}>
						{t('editor.by_url')}
					</Button>
				)}
			</Group>
			<Text size="sm" c="dimmed">
				{t(`editor.upload_note.${kind}`)}
			</Text>
			{send.isError && (
				<Text size="sm" c="var(--mantine-color-error)" role="alert">
					{send.error.message}
				</Text>
			)}
		</Stack>
	);
}

export function HeaderFields(props: HeaderFieldsProps) {
	const { header, change, errors, isDisabled } = props;
	const { t } = useTranslation();
	const { kind } = header;
	const isFile = kind === 'image' || kind === 'video' || kind === 'document';
	return (
		<Stack gap="sm">
			<Radio.Group value={kind} onChange={(value) => change({ kind: value as HeaderKind, media_id: '' })} aria-label={t('editor.header')}>
				<Group gap="md">
					{HEADER_KINDS.map((value) => (
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
			{isFile && !(isDisabled && header.url) && <Upload {...props} kind={kind} />}
			{isFile && !header.media_id && (
				<TextInput
					name="header.url"
					label={t('editor.header_url')}
					description={t('editor.header_url_note')}
					type="url"
					dir="ltr"
					value={header.url}
					error={errors['header.url'] ?? errors.header}
					readOnly={isDisabled}
					onChange={(event) => change({ url: event.currentTarget.value })}
				/>
			)}
			{isFile && header.media_id && (errors['header.url'] ?? errors.header) && (
				<Text size="sm" c="var(--mantine-color-error)">
					{errors['header.url'] ?? errors.header}
				</Text>
			)}
			{kind === 'document' && (
				<TextInput
					name="header.filename"
					label={t('editor.filename')}
					description={t('editor.filename_note')}
					withAsterisk
					dir="ltr"
					maxLength={LIMIT.filename}
					value={header.filename}
					error={errors['header.filename']}
					disabled={isDisabled}
					onChange={(event) => change({ filename: event.currentTarget.value })}
				/>
			)}
		</Stack>
	);
}
