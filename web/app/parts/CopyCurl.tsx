// What the page asked the server for, as commands for a shell.
import { Button, Code, CopyButton, Drawer, Group, Stack, Text, Tooltip, ActionIcon } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCheck, IconCopy, IconTerminal2 } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { asCurl, useCalls } from '../lib/calls.ts';

export function CopyCurl() {
	const { t } = useTranslation();
	const [opened, { open, close }] = useDisclosure(false);
	const calls = useCalls();
	return (
		<>
			<Tooltip label={t('shell.curl')}>
				<ActionIcon variant="default" size="lg" onClick={open} aria-label={t('shell.curl')}>
					<IconTerminal2 size={18} />
				</ActionIcon>
			</Tooltip>
			<Drawer opened={opened} onClose={close} title={t('shell.curl')} position="right" size="lg" closeButtonProps={{ 'aria-label': t('common.close') }}>
				<Stack>
					<Text size="sm" c="dimmed">
						{t('shell.curl_note')}
					</Text>
					{calls.length === 0 && <Text size="sm">{t('shell.curl_none')}</Text>}
					{calls.map((call) => {
						const text = asCurl(call, location.origin);
						return (
							<Group key={[call.method, call.path, call.body, call.accept].join(' ')} wrap="nowrap" align="start">
								<Code block dir="ltr" flex={1} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
									{text}
								</Code>
								<CopyButton value={text}>
									{({ copied, copy }) => (
										<Button variant="default" size="xs" onClick={copy} leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}>
											{copied ? t('common.copied') : t('common.copy')}
										</Button>
									)}
								</CopyButton>
							</Group>
						);
					})}
				</Stack>
			</Drawer>
		</>
	);
}
