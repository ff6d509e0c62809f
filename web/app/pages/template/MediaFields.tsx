// A file of a header: uploaded, or named by its address.
import { Button, FileButton, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ACCEPTED, useMedia, upload } from '../../lib/media.ts';
import type { FormHeader } from '../../lib/templateForm.ts';
import { LIMIT } from '../../lib/templateLimits.ts';

export type MediaKind = keyof typeof ACCEPTED;

interface MediaFieldsProps {
	at?: string; // before the names of the fields: of a card
	kind: MediaKind;
	header: FormHeader;
	change: (part: Partial<FormHeader>) => void;
	errors: Record<string, string>;
	isDisabled: boolean;
}

function Upload({ kind, header, change, isDisabled }: MediaFieldsProps) {
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

export function MediaFields(props: MediaFieldsProps) {
	const { at = '', kind, header, change, errors, isDisabled } = props;
	const { t } = useTranslation();
	const fault = errors[`${at}header.url`] ?? errors[`${at}header`];
	return (
		<Stack gap="sm">
			{!(isDisabled && header.url) && <Upload {...props} />}
			{header.media_id ? (
				fault && (
					<Text size="sm" c="var(--mantine-color-error)">
						{fault}
					</Text>
				)
			) : (
				<TextInput
					name={`${at}header.url`}
					label={t('editor.header_url')}
					description={t('editor.header_url_note')}
					type="url"
					dir="ltr"
					value={header.url}
					error={fault}
					readOnly={isDisabled}
					onChange={(event) => change({ url: event.currentTarget.value })}
				/>
			)}
			{kind === 'document' && (
				<TextInput
					name={`${at}header.filename`}
					label={t('editor.filename')}
					description={t('editor.filename_note')}
					withAsterisk
					dir="ltr"
					maxLength={LIMIT.filename}
					value={header.filename}
					error={errors[`${at}header.filename`]}
					readOnly={isDisabled}
					onChange={(event) => change({ filename: event.currentTarget.value })}
				/>
			)}
		</Stack>
	);
}
