// A file that the server makes: the browser saves it as it comes.
import { Button, type ButtonProps } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { noteCall } from '../lib/calls.ts';

export function FileLink({ href, children, ...props }: ButtonProps & { href: string }) {
	return (
		<Button
			component="a"
			href={href}
			download
			variant="default"
			leftSection={<IconDownload size={16} aria-hidden />}
			onClick={() => void noteCall(new Request(new URL(href, location.origin)))}
			{...props}
		>
			{children}
		</Button>
	);
}
