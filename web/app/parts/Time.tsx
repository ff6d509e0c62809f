import { Text, type TextProps } from '@mantine/core';
import { fromServer, moment, wholeMoment } from '../lib/format.ts';

/** A time of the server in the viewer's zone; the whole of it and UTC on hover. */
export function Time({ at, empty = '—', ...props }: { at: string | null | undefined; empty?: string } & TextProps) {
	if (!at) return <Text span inherit {...props}>{empty}</Text>;
	const date = fromServer(at);
	return (
		<Text span inherit {...props}>
			<time dateTime={date.toISOString()} title={`${wholeMoment(date)} · ${at} UTC`}>
				{moment(date)}
			</time>
		</Text>
	);
}
