// The frame around every page: where one can go, who is signed in, whether the page is live.
import { ActionIcon, AppShell, Badge, Burger, Group, Menu, NavLink, ScrollArea, Text, Tooltip, useMantineColorScheme } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
	IconAddressBook,
	IconBan,
	IconDeviceMobile,
	IconHistory,
	IconHome,
	IconKey,
	IconLanguage,
	IconLogout,
	IconMessage2,
	IconMoon,
	IconSpeakerphone,
	IconSquare,
	IconSquareCheck,
	IconSun,
	IconTemplate,
	IconUser,
	IconWebhook,
	IconBook2,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';
import { useLiveState } from '../lib/live.tsx';
import { useMay, useSession, useSignOut } from '../lib/session.ts';
import { useShortcutsOn } from '../lib/shortcuts.ts';
import { CopyCurl } from '../parts/CopyCurl.tsx';
import { chooseLanguage, type Language, languages } from '../text/index.ts';

const PLACES = [
	{ path: '/', text: 'nav.home', icon: IconHome },
	{ path: '/campaigns', text: 'nav.campaigns', icon: IconSpeakerphone },
	{ path: '/templates', text: 'nav.templates', icon: IconTemplate },
	{ path: '/audiences', text: 'nav.audiences', icon: IconAddressBook },
	{ path: '/senders', text: 'nav.senders', icon: IconDeviceMobile },
	{ path: '/optouts', text: 'nav.optouts', icon: IconBan },
	{ path: '/webhooks', text: 'nav.webhooks', icon: IconWebhook },
	{ path: '/activity', text: 'nav.activity', icon: IconHistory },
] as const;

function Places({ onGo }: { onGo: () => void }) {
	const { t } = useTranslation();
	const [location] = useLocation();
	const isAdmin = useMay('admin');
	const places = isAdmin ? [...PLACES, { path: '/keys', text: 'nav.keys', icon: IconKey } as const] : PLACES;
	const isHere = (path: string) => (path === '/' ? location === '/' : location.startsWith(path));
	return (
		<>
			{places.map(({ path, text, icon: Icon }) => (
				<NavLink
					key={path}
					component={Link}
					href={path}
					label={t(text)}
					leftSection={<Icon size={18} aria-hidden />}
					active={isHere(path)}
					aria-current={isHere(path) ? 'page' : undefined}
					onClick={onGo}
				/>
			))}
			<NavLink component="a" href="/docs" target="_blank" rel="noreferrer" label={t('nav.reference')} leftSection={<IconBook2 size={18} aria-hidden />} />
		</>
	);
}

export function LanguageMenu() {
	const { t, i18n } = useTranslation();
	return (
		<Menu>
			<Menu.Target>
				<ActionIcon variant="default" size="lg" aria-label={t('shell.language')}>
					<IconLanguage size={18} />
				</ActionIcon>
			</Menu.Target>
			<Menu.Dropdown>
				{Object.entries(languages).map(([code, { name }]) => (
					<Menu.Item key={code} lang={code} onClick={() => void chooseLanguage(code as Language)} aria-current={i18n.language === code}>
						{name}
					</Menu.Item>
				))}
			</Menu.Dropdown>
		</Menu>
	);
}

export function ThemeSwitch() {
	const { t } = useTranslation();
	const { colorScheme, setColorScheme } = useMantineColorScheme();
	const isDark = colorScheme === 'dark' || (colorScheme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
	return (
		<Tooltip label={isDark ? t('shell.light') : t('shell.dark')}>
			<ActionIcon variant="default" size="lg" aria-label={isDark ? t('shell.light') : t('shell.dark')} onClick={() => setColorScheme(isDark ? 'light' : 'dark')}>
				{isDark ? <IconSun size={18} /> : <IconMoon size={18} />}
			</ActionIcon>
		</Tooltip>
	);
}

function Who() {
	const { t } = useTranslation();
	const { data: session } = useSession();
	const signOut = useSignOut();
	const [hasShortcuts, setShortcuts] = useShortcutsOn();
	return (
		<Menu>
			<Menu.Target>
				<ActionIcon variant="default" size="lg" aria-label={t('shell.who')}>
					<IconUser size={18} />
				</ActionIcon>
			</Menu.Target>
			<Menu.Dropdown>
				<Menu.Label>
					<bdi>{session?.key_name}</bdi> · {session && t(`roles.${session.role}`)}
				</Menu.Label>
				<Menu.Item
					role="menuitemcheckbox"
					aria-checked={hasShortcuts}
					closeMenuOnClick={false}
					leftSection={hasShortcuts ? <IconSquareCheck size={16} /> : <IconSquare size={16} />}
					onClick={() => setShortcuts(!hasShortcuts)}
				>
					{t('shell.shortcuts')}
				</Menu.Item>
				<Menu.Item leftSection={<IconLogout size={16} />} onClick={() => signOut.mutate()}>
					{t('shell.sign_out')}
				</Menu.Item>
			</Menu.Dropdown>
		</Menu>
	);
}

export function Shell({ children }: { children: ReactNode }) {
	const { t } = useTranslation();
	const [opened, { toggle, close }] = useDisclosure(false);
	const live = useLiveState();
	return (
		<AppShell header={{ height: 56 }} navbar={{ width: 210, breakpoint: 'sm', collapsed: { mobile: !opened } }} padding="md">
			<a className="skip" href="#main" onClick={(event) => (event.preventDefault(), document.getElementById('main')?.focus())}>
				{t('shell.skip')}
			</a>
			<AppShell.Header>
				<Group h="100%" px="md" justify="space-between" wrap="nowrap">
					<Group gap="sm" wrap="nowrap">
						<Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={t('shell.menu')} aria-expanded={opened} />
						<IconMessage2 aria-hidden color="var(--mantine-primary-color-filled)" style={{ flexShrink: 0 }} />
						<Text fw={700} visibleFrom="xs">
							crier
						</Text>
						<Badge variant="light" color={live === 'on' ? 'brand' : 'gray'} role="status" style={{ flexShrink: 0 }} autoContrast={false} c={live === 'on' ? undefined : 'var(--mantine-color-text)'}>
							{live === 'on' ? t('shell.live') : t('shell.not_live')}
						</Badge>
					</Group>
					<Group gap="xs" wrap="nowrap">
						<CopyCurl />
						<LanguageMenu />
						<ThemeSwitch />
						<Who />
					</Group>
				</Group>
			</AppShell.Header>
			<AppShell.Navbar p="xs" aria-label={t('shell.menu')}>
				<ScrollArea>
					<Places onGo={close} />
				</ScrollArea>
			</AppShell.Navbar>
			<AppShell.Main id="main" tabIndex={-1} style={{ outline: 'none' }}>
				{children}
			</AppShell.Main>
		</AppShell>
	);
}
