import { act, render } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { Link, Route, Router } from 'wouter';
import { address, goTo, useAddress, useFilters } from './address.ts';

beforeEach(() => history.replaceState(null, '', '/#/'));

function List() {
	const [{ search, status }, change] = useFilters('search', 'status');
	return (
		<>
			<p>{`${search}|${status}`}</p>
			<button onClick={() => change({ search: 'a&b', status: '' })}>set</button>
			<Link href="/other">other</Link>
		</>
	);
}

const show = () =>
	render(
		<Router hook={useAddress}>
			<Route path="/list" component={List} />
			<Route path="/other">there</Route>
		</Router>,
	);

test('filters are read from the address and written into it, and stay with their page', () => {
	goTo('/list?status=scheduled');
	const page = show();
	expect(page.container.querySelector('p')!.textContent).toBe('|scheduled');
	act(() => page.getByText('set').click());
	expect(location.hash).toBe('#/list?search=a%26b');
	expect(page.container.querySelector('p')!.textContent).toBe('a&b|');
	act(() => page.getByText('other').click());
	expect(page.container.textContent).toBe('there');
	expect(location.hash).toBe('#/other');
	expect(location.search).toBe('');
});

test('a link from elsewhere and the way back are heard', () => {
	const page = show();
	act(() => goTo('/list?search=x'));
	expect(page.container.querySelector('p')!.textContent).toBe('x|');
	act(() => {
		history.replaceState(null, '', '#/other');
		dispatchEvent(new PopStateEvent('popstate'));
	});
	expect(page.container.textContent).toBe('there');
});

test('filters without a value are not in a link', () => {
	expect(address('/list', { state: 'sent,read', code: undefined, search: '' })).toBe('/list?state=sent%2Cread');
	expect(address('/list', {})).toBe('/list');
});
