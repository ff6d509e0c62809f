// A secret that the server tells once: to be copied now.
import { ActionIcon, Alert, Button, CopyButton, Group, Modal, Stack, Text, TextInput, Tooltip } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconCopy } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

interface SecretOnceProps {
	title: string;
	label: string;
	note: string; // what is lost with it
	secret: string | null; // null: nothing to show
	close: () => void;
}

/** Closed by its button alone, so that no stray click loses the secret. */
export function SecretOnce({ title, label, note, secret, close }: SecretOnceProps) {
	const { t } = useTranslation();
	return (
		<Modal opened={secret !== null} onClose={close} title={title} closeOnClickOutside={false} closeOnEscape={false} withCloseButton={false}>
			<Stack>
				<Alert color="yellow" icon={<IconAlertTriangle />}>
					<Text size="sm">{note}</Text>
				</Alert>
				<CopyButton value={secret ?? ''}>
					{({ copied, copy }) => (
						<TextInput
							label={label}
							value={secret ?? ''}
							readOnly
							dir="ltr"
							styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
							onFocus={(event) => event.currentTarget.select()}
							rightSection={
								<Tooltip label={copied ? t('common.copied') : t('common.copy')}>
									<ActionIcon variant="subtle" onClick={copy} aria-label={copied ? t('common.copied') : t('common.copy')}>
										{copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
									</ActionIcon>
								</Tooltip>
							}
						/>
					)}
				</CopyButton>
				<Group justify="flex-end">
					<Button onClick={close}>{t('common.secret_kept')}</Button>
				</Group>
			</Stack>
		</Modal>
	);
}
