import { render } from '@testing-library/react';
import { expect, test } from 'vitest';
import { MantineProvider } from '@mantine/core';
import { MARK_FROM, MARK_TO } from '../lib/placeholders.ts';
import { Bubble, marked } from './Bubble.tsx';

const html = (text: string) => render(<div>{marked(text)}</div>).container.firstElementChild!.innerHTML;

test("WhatsApp's marks are shown", () => {
	expect(html('a *b* _c_ ~d~ ```e```')).toBe('a <strong>b</strong> <em>c</em> <s>d</s> <code>e</code>');
	expect(html('*a _b_*')).toBe('<strong>a <em>b</em></strong>');
});

test('a value that is missing is marked, inside of marks too', () => {
	expect(html(`*${MARK_FROM}code${MARK_TO}* and \`\`\`${MARK_FROM}a_b_c${MARK_TO}\`\`\``)).toBe(
		'<strong><mark class="bubble-missing">code</mark></strong> and <code><mark class="bubble-missing">a_b_c</mark></code>',
	);
});

test('what only looks like a mark is left alone', () => {
	for (const text of ['2*3*4', 'snake_case_name', '* a *', '**', 'a*', '~ ~']) expect(html(text)).toBe(text);
});

test("a contact's name never becomes markup", () => {
	const { container } = render(
		<MantineProvider>
			<Bubble label="Preview" message={{ body: 'Hi <img src=x onerror=alert(1)> *<b>x</b>*', footer: '<script>1</script>', buttons: [{ kind: 'url', text: '<i>go</i>' }] }} />
		</MantineProvider>,
	);
	expect(container.querySelector('img, script, b, i')).toBeNull();
	expect(container.textContent).toContain('<img src=x onerror=alert(1)>');
});
