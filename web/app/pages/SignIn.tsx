import { Box, Button, Center, Group, Paper, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { type FormEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Refusal } from '../lib/client.ts';
import { useSignIn } from '../lib/session.ts';
import { LanguageMenu, ThemeSwitch } from '../shell/Shell.tsx';

/** A sign-in link has the key behind the `#`, which no server is sent; it leaves the address at once. */
function keyOfLink(): string | null {
	const [path, query] = location.hash.slice(1).split('?');
	return path === '/sign-in' ? new URLSearchParams(query).get('key') : null;
}

export function SignIn() {
	const { t } = useTranslation();
	const [key, setKey] = useState('');
	const signIn = useSignIn();
	useDocumentTitle(`${t('signin.title')} · crier`);
	const { mutate } = signIn;
	useEffect(() => {
		const given = keyOfLink();
		if (!given) return;
		history.replaceState(null, '', '#/');
		mutate(given);
	}, [mutate]);

	const submit = (event: FormEvent) => {
		event.preventDefault();
		signIn.mutate(key.trim());
	};
	const refused = signIn.error instanceof Refusal && signIn.error.status === 401 ? t('signin.wrong') : (signIn.error?.message ?? null);
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
							<Title order={1} size="h2">
								{t('signin.title')}
							</Title>
							<Text c="dimmed">{t('signin.note')}</Text>
							<PasswordInput
								label={t('signin.key')}
								value={key}
								onChange={(event) => setKey(event.currentTarget.value)}
								error={refused}
								autoComplete="current-password"
								visibilityToggleButtonProps={{ 'aria-label': t('signin.show') }}
								required
								data-autofocus
								autoFocus
							/>
							<Button type="submit" loading={signIn.isPending} disabled={key.trim() === ''}>
								{t('signin.enter')}
							</Button>
						</Stack>
					</form>
				</Paper>
			</Center>
		</Box>
	);
}
