// A template as the phone shows it, filled for one contact after the other.
import { ActionIcon, Group, Stack, Text } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSampleContacts } from '../lib/contacts.ts';
import { number, phone } from '../lib/format.ts';
import { useMedia } from '../lib/media.ts';
import type { Contact } from '../lib/placeholders.ts';
import { keysOf, valueOf } from '../lib/placeholders.ts';
import { bubbleOf, type Component, mediaOf, textsOf } from '../lib/template.ts';
import { Bubble } from './Bubble.tsx';

function Turn({ contacts, at, setAt }: { contacts: Contact[]; at: number; setAt: (at: number) => void }) {
	const { t, i18n } = useTranslation();
	const contact = contacts[at]!;
	const name = [contact.first_name, contact.last_name].filter(Boolean).join(' ');
	const [Back, On] = i18n.dir() === 'rtl' ? [IconChevronRight, IconChevronLeft] : [IconChevronLeft, IconChevronRight];
	const to = (step: number) => setAt((at + step + contacts.length) % contacts.length);
	return (
		<Group gap="xs" wrap="nowrap" justify="space-between">
			<Text size="sm" role="status" style={{ overflowWrap: 'anywhere' }}>
				{t('preview.filled', { who: name ? `${name} (${phone(contact.number)})` : phone(contact.number) })}
			</Text>
			{contacts.length > 1 && (
				<Group gap={4} wrap="nowrap">
					<ActionIcon variant="default" onClick={() => to(-1)} aria-label={t('preview.before')}>
						<Back size={16} />
					</ActionIcon>
					<Text size="sm" className="number">
						{number(at + 1)}/{number(contacts.length)}
					</Text>
					<ActionIcon variant="default" onClick={() => to(1)} aria-label={t('preview.next')}>
						<On size={16} />
					</ActionIcon>
				</Group>
			)}
		</Group>
	);
}

/** `audience`: whose contacts; without it, those of the newest. */
export function TemplatePreview({ components, audience }: { components: Component[]; audience?: string }) {
	const { t } = useTranslation();
	const contacts = useSampleContacts(audience);
	const [turned, setTurned] = useState(0);
	const { pictures } = useMedia(mediaOf(components));
	const at = Math.min(turned, contacts.length - 1);
	const contact = contacts[at];
	const keys = keysOf(...textsOf(components));
	const empty = contact ? keys.filter((key) => valueOf(contact, key) === '') : [];
	const message = bubbleOf(components, { contact, pictures });
	const isBlank = message.body.trim() === '' && !message.header && !message.footer && !message.cards && !message.buttons;
	return (
		<Stack gap="xs">
			{isBlank ? <Text c="dimmed">{t('preview.blank')}</Text> : <Bubble label={t('preview.title')} message={message} />}
			{keys.length > 0 && (contact ? <Turn contacts={contacts} at={at} setAt={setTurned} /> : <Text size="sm" c="dimmed">{t('preview.nobody')}</Text>)}
			{empty.length > 0 && (
				<Text size="sm" c="dimmed">
					{t('preview.empty', { fields: empty.join(', ') })}
				</Text>
			)}
		</Stack>
	);
}
