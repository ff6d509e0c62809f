import { Alert, Box, Button, Center, Group, Paper, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { IconMessage2 } from '@tabler/icons-react';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { goTo } from '../lib/address.ts';
import { Refusal } from '../lib/client.ts';
import { SIGN_IN, type useSignIn } from '../lib/session.ts';
import { LanguageMenu, ThemeSwitch } from '../shell/Shell.tsx';

interface SignInProps {
	signIn: ReturnType<typeof useSignIn>;
	hasEnded: boolean; // a session was here, and nobody signed out
}

function useFault({ error }: SignInProps['signIn']): string | null {
	const { t } = useTranslation();
	if (!error) return null;
	if (!(error instanceof Refusal)) return t('common.unreachable');
	return error.status === 401 ? t('signin.wrong') : error.message;
}

/** Who signs in again after the session ended is back where they were. */
export function SignIn({ signIn, hasEnded }: SignInProps) {
	const { t } = useTranslation();
	const [path] = useLocation();
	const [key, setKey] = useState('');
	const field = useRef<HTMLInputElement>(null);
	const fault = useFault(signIn);
	const isBack = path === SIGN_IN;
	useDocumentTitle(`${t('signin.title')} · crier`);
	useEffect(() => {
		if (fault) field.current?.focus();
	}, [fault]);

	const submit = (event: FormEvent) => {
		event.preventDefault();
		signIn.mutate(key.trim(), { onSuccess: () => isBack && goTo('/', { replace: true }) });
	};
	return (
		<Box component="main">
			<Group justify="flex-end" p="md" gap="xs">
				<LanguageMenu />
				<ThemeSwitch />
			</Group>
			<Center mih="70vh" p="md">
				<Paper withBorder p="xl" maw="26rem" w="100%">
					<form onSubmit={submit}>
						<Stack>
							<Group gap="xs">
								<IconMessage2 aria-hidden color="var(--mantine-primary-color-filled)" />
								<Text fw={700}>crier</Text>
							</Group>
							<Title order={1} size="h2">
								{t('signin.title')}
							</Title>
							{hasEnded && !isBack && (
								<Alert color="yellow" role="status">
									{t('signin.ended')}
								</Alert>
							)}
							<Text c="dimmed">{t('signin.note')}</Text>
							<PasswordInput
								ref={field}
								label={t('signin.key')}
								value={key}
								onChange={(event) => setKey(event.currentTarget.value)}
								error={fault}
								autoComplete="current-password"
								visibilityToggleButtonProps={{ 'aria-label': t('signin.show') }}
								maxLength={256}
								dir="ltr"
								required
								autoFocus
							/>
							<Button type="submit" loading={signIn.isPending} disabled={key.trim() === ''}>
								{t('signin.enter')}
							</Button>
							<Text size="sm" c="dimmed">
								{t('signin.where')}
							</Text>
						</Stack>
					</form>
				</Paper>
			</Center>
		</Box>
	);
}
