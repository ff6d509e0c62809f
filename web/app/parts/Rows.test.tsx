import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, fireEvent, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type Page, usePages } from '../lib/pages.ts';
import { startTexts } from '../text/index.ts';
import { Rows } from './Rows.tsx';

interface Line {
	id: string;
	name: string;
}

const ROW = 48;
const WINDOW = 480;
const SIZE = 100;

beforeAll(async () => {
	await startTexts('en');
	// a layout, which jsdom has not: rows of one height in a window of ten
	const height = (element: Element) => (element.tagName === 'TR' ? ROW : WINDOW);
	Object.defineProperty(HTMLElement.prototype, 'offsetHeight', { get(this: Element) { return height(this); } });
	Object.defineProperty(HTMLElement.prototype, 'offsetWidth', { get: () => 800 });
	Object.defineProperty(Element.prototype, 'clientHeight', { get(this: Element) { return height(this); } });
	Object.defineProperty(Element.prototype, 'scrollHeight', { get: () => 1_000_000 });
	Element.prototype.scrollTo = function (this: Element, to?: ScrollToOptions | number) {
		this.scrollTop = (to as ScrollToOptions).top ?? 0;
		this.dispatchEvent(new Event('scroll'));
	};
});

const pagination = (next: string | null, total: number | null): Page<Line>['pagination'] => ({
	number: 1,
	size: SIZE,
	total,
	links: { first: null, current: null, previous: null, next: next && `http://h/v1/things?page_token=${next}` },
});

const fetchPage = vi.fn<(token: string | undefined) => Promise<Page<Line>>>();
const open = vi.fn<(row: Line) => void>();
const press = vi.fn();

beforeEach(() => {
	fetchPage.mockReset();
	open.mockReset();
	press.mockReset();
	fetchPage.mockImplementation(async (token) => {
		const from = Number(token ?? 0);
		const data = Array.from({ length: SIZE }, (_, at) => ({ id: `${from + at}`, name: `Line ${from + at}` }));
		return { data, pagination: pagination(from < 2 * SIZE ? String(from + SIZE) : null, 3 * SIZE) };
	});
});

function Things() {
	const pages = usePages(['thing', 'list'], fetchPage);
	const columns = [
		{ key: 'name', title: 'Name', cell: (row: Line) => row.name },
		{ key: 'act', title: 'Actions', cell: (row: Line) => <button onClick={() => press(row.id)}>{`Press ${row.id}`}</button> },
	];
	return <Rows label="Things" columns={columns} pages={pages} empty={<p>Nothing here</p>} open={open} />;
}

async function show() {
	const cache = new QueryClient({ defaultOptions: { queries: { retry: false } } });
	render(
		<MantineProvider>
			<QueryClientProvider client={cache}>
				<Things />
			</QueryClientProvider>
		</MantineProvider>,
	);
	await waitFor(() => expect(screen.queryByRole('status', { name: 'Loading' })).toBeNull());
}

const rowOf = (name: string) => screen.getByText(name).closest('tr')!;
const scrollTo = (row: number) => {
	const box = screen.getByRole('region', { name: 'Things' });
	box.scrollTop = row * ROW;
	fireEvent.scroll(box);
};

test('only the rows in sight are in the page', async () => {
	await show();
	expect(screen.getByText('Line 0')).toBeTruthy();
	expect(screen.queryByText('Line 60')).toBeNull();
	expect(screen.getByText('100 of 300 loaded')).toBeTruthy();
});

test('the next page is fetched as its end comes near, once each, to the last', async () => {
	await show();
	expect(fetchPage.mock.calls).toEqual([[undefined]]);
	scrollTo(40);
	expect(fetchPage).toHaveBeenCalledTimes(1);
	scrollTo(75);
	await screen.findByText('200 of 300 loaded');
	scrollTo(190);
	await screen.findByText('300 in all');
	scrollTo(290);
	await screen.findByText('Line 299');
	expect(fetchPage.mock.calls).toEqual([[undefined], ['100'], ['200']]);
});

test('arrows, Home and End go through the rows; Enter opens', async () => {
	await show();
	act(() => rowOf('Line 0').focus());
	await userEvent.keyboard('{ArrowDown}{ArrowDown}{ArrowUp}');
	expect(document.activeElement).toBe(rowOf('Line 1'));
	await userEvent.keyboard('{Enter}');
	expect(open.mock.calls).toEqual([[{ id: '1', name: 'Line 1' }]]);
	await userEvent.keyboard('{End}');
	await waitFor(() => expect(document.activeElement).toBe(rowOf('Line 99')));
	await userEvent.keyboard('{Home}');
	await waitFor(() => expect(document.activeElement).toBe(rowOf('Line 0')));
});

test('a click opens; one on a control of the row does not', async () => {
	await show();
	await userEvent.click(screen.getByText('Line 3'));
	expect(open).toHaveBeenCalledTimes(1);
	await userEvent.click(screen.getByRole('button', { name: 'Press 3' }));
	expect(press).toHaveBeenCalledWith('3');
	screen.getByRole('button', { name: 'Press 3' }).focus();
	await userEvent.keyboard('{Enter}');
	expect(press).toHaveBeenCalledTimes(2);
	expect(open).toHaveBeenCalledTimes(1);
});

test('nothing at all, and what the server refuses, are told', async () => {
	fetchPage.mockResolvedValueOnce({ data: [], pagination: pagination(null, 0) });
	await show();
	expect(screen.getByText('Nothing here')).toBeTruthy();
});

test('a page without rows is not the end as long as another follows', async () => {
	let answer: (page: Page<Line>) => void = () => {};
	fetchPage.mockResolvedValueOnce({ data: [], pagination: pagination('0', null) });
	fetchPage.mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)));
	const shown = show();
	await waitFor(() => expect(fetchPage).toHaveBeenCalledTimes(2));
	expect(screen.queryByText('Nothing here')).toBeNull();
	answer({ data: [{ id: '7', name: 'Line 7' }], pagination: pagination(null, null) });
	await shown;
	expect(await screen.findByText('Line 7')).toBeTruthy();
});

test('a first page that fails can be asked for again', async () => {
	fetchPage.mockRejectedValueOnce(new Error('the disk is full'));
	await show();
	expect(screen.getByRole('alert').textContent).toContain('the disk is full');
	await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
	expect(await screen.findByText('Line 0')).toBeTruthy();
});
