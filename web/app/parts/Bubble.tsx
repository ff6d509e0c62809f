// A message as the phone shows it: header, body, footer, buttons. Text only: nothing that a person wrote becomes markup, but
// WhatsApp's own four marks (*bold*, _italic_, ~struck~, ```code```), which are parsed here into elements.
import { Box, Image, Stack, Text } from '@mantine/core';
import { IconArrowBackUp, IconCopy, IconExternalLink, IconFile, IconMapPin, IconPhone, IconPhoto, IconVideo } from '@tabler/icons-react';
import { Fragment, type ReactNode, useState } from 'react';
import { MARK_FROM, MARK_TO } from '../lib/placeholders.ts';

export type BubbleButton = { kind: 'quick_reply' | 'url' | 'phone' | 'copy_code' | 'other'; text: string };
export interface BubbleMessage {
	header?: { kind: 'text'; text: string } | { kind: 'image' | 'video' | 'document' | 'location'; url?: string; name?: string };
	body: string;
	offer?: string; // of a limited-time offer
	footer?: string;
	buttons?: BubbleButton[];
	cards?: BubbleMessage[]; // of a carousel, under the message
	time?: string;
}

const MARKS: [RegExp, (inner: ReactNode, key: number) => ReactNode][] = [
	[/```([^`]+)```/, (inner, key) => <code key={key}>{inner}</code>],
	[/(?<![\p{L}\p{N}*])\*(\S(?:[^*\n]*\S)?)\*(?![\p{L}\p{N}*])/u, (inner, key) => <strong key={key}>{inner}</strong>],
	[/(?<![\p{L}\p{N}_])_(\S(?:[^_\n]*\S)?)_(?![\p{L}\p{N}_])/u, (inner, key) => <em key={key}>{inner}</em>],
	[/(?<![\p{L}\p{N}~])~(\S(?:[^~\n]*\S)?)~(?![\p{L}\p{N}~])/u, (inner, key) => <s key={key}>{inner}</s>],
	[new RegExp(`${MARK_FROM}([^${MARK_TO}]*)${MARK_TO}`), (inner, key) => <mark key={key} className="bubble-missing">{inner}</mark>], // a placeholder
];

const PLACEHOLDER = MARKS.length - 1; // alone is read inside of code

export function marked(text: string, from = 0): ReactNode {
	for (let i = from; i < MARKS.length; i++) {
		const [pattern, dress] = MARKS[i]!;
		const found = pattern.exec(text);
		if (found) {
			const inner = found[1]!;
			return (
				<>
					{marked(text.slice(0, found.index), i + 1)}
					{dress(i === PLACEHOLDER ? inner : marked(inner, i === 0 ? PLACEHOLDER : i + 1), 0)}
					{marked(text.slice(found.index + found[0].length), i)}
				</>
			);
		}
	}
	return <Fragment>{text}</Fragment>;
}

const HEADER_ICON = { image: IconPhoto, video: IconVideo, document: IconFile, location: IconMapPin };
const BUTTON_ICON = { quick_reply: IconArrowBackUp, url: IconExternalLink, phone: IconPhone, copy_code: IconCopy, other: IconExternalLink };

/** A picture that cannot be shown (only https may be fetched by the page) leaves its place. */
function Picture({ url }: { url: string }) {
	const [isLost, setLost] = useState(false);
	if (!isLost && /^(https|blob|data):/.test(url)) return <Image src={url} alt="" radius="sm" mah="12rem" fit="cover" onError={() => setLost(true)} />;
	return (
		<Box className="bubble-medium">
			<IconPhoto aria-hidden />
		</Box>
	);
}

function Header({ header }: { header: NonNullable<BubbleMessage['header']> }) {
	if (header.kind === 'text')
		return (
			<Text fw={700} dir="auto" style={{ overflowWrap: 'anywhere' }}>
				{marked(header.text)}
			</Text>
		);
	const Icon = HEADER_ICON[header.kind];
	if (header.kind === 'image' && header.url) return <Picture key={header.url} url={header.url} />;
	return (
		<Box className="bubble-medium">
			<Icon aria-hidden /> {header.name && <Text size="sm">{marked(header.name)}</Text>}
		</Box>
	);
}

function Buttons({ buttons }: { buttons: BubbleButton[] }) {
	return buttons.map((button, at) => {
		const Icon = BUTTON_ICON[button.kind];
		return (
			<Box key={at} className="bubble-button" dir="auto">
				<Icon size={16} aria-hidden /> <span>{button.text}</span>
			</Box>
		);
	});
}

function Panel({ message }: { message: BubbleMessage }) {
	return (
		<Box className="bubble">
			<Stack gap={6}>
				{message.header && <Header header={message.header} />}
				{message.offer && (
					<Text fw={600} dir="auto" className="bubble-offer">
						{message.offer}
					</Text>
				)}
				<Text dir="auto" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
					{marked(message.body)}
				</Text>
				{message.footer && (
					<Text size="sm" className="bubble-dim" dir="auto">
						{message.footer}
					</Text>
				)}
				{message.time && (
					<Text size="xs" className="bubble-dim" ta="end">
						{message.time}
					</Text>
				)}
			</Stack>
			{message.buttons && <Buttons buttons={message.buttons} />}
		</Box>
	);
}

export function Bubble({ message, label }: { message: BubbleMessage; label: string }) {
	return (
		<Box className="bubble-ground" role="figure" aria-label={label}>
			<Panel message={message} />
			{message.cards && (
				<Box className="bubble-cards" tabIndex={0} role="group" aria-label={label}>
					{message.cards.map((card, at) => (
						<Panel key={at} message={card} />
					))}
				</Box>
			)}
		</Box>
	);
}
