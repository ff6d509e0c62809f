// Which page stands at which address. Each but the first is fetched when it is gone to.
import { lazy, Suspense, useLayoutEffect } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { forgetCalls } from './lib/calls.ts';
import Home from './pages/Home.tsx';
import { Nowhere } from './pages/Nowhere.tsx';
import { Broken } from './parts/Broken.tsx';
import { Loading } from './parts/States.tsx';

const Campaigns = lazy(() => import('./pages/Campaigns.tsx'));
const NewCampaign = lazy(() => import('./pages/NewCampaign.tsx'));
const Campaign = lazy(() => import('./pages/Campaign.tsx'));
const Templates = lazy(() => import('./pages/Templates.tsx'));
const TemplateEditor = lazy(() => import('./pages/TemplateEditor.tsx'));
const Audiences = lazy(() => import('./pages/Audiences.tsx'));
const Audience = lazy(() => import('./pages/Audience.tsx'));
const Senders = lazy(() => import('./pages/Senders.tsx'));
const Optouts = lazy(() => import('./pages/Optouts.tsx'));
const Webhooks = lazy(() => import('./pages/Webhooks.tsx'));
const Keys = lazy(() => import('./pages/Keys.tsx'));
const Activity = lazy(() => import('./pages/Activity.tsx'));

export function Pages() {
	const [location] = useLocation();
	const page = location.split('?')[0];
	useLayoutEffect(forgetCalls, [page]); // before the effects of the page, which makes its first calls in them
	return (
		<Broken key={page}>
			<Suspense fallback={<Loading />}>
				<Switch>
					<Route path="/" component={Home} />
					<Route path="/sign-in" component={Home} />
					<Route path="/campaigns" component={Campaigns} />
					<Route path="/campaigns/new" component={NewCampaign} />
					<Route path="/campaigns/:id">{({ id }) => <Campaign key={id} id={id} />}</Route>
					<Route path="/templates" component={Templates} />
					<Route path="/templates/new">
						<TemplateEditor />
					</Route>
					<Route path="/templates/:id">{({ id }) => <TemplateEditor key={id} id={id} />}</Route>
					<Route path="/audiences" component={Audiences} />
					<Route path="/audiences/:id">{({ id }) => <Audience key={id} id={id} />}</Route>
					<Route path="/senders" component={Senders} />
					<Route path="/optouts" component={Optouts} />
					<Route path="/webhooks" component={Webhooks} />
					<Route path="/keys" component={Keys} />
					<Route path="/activity" component={Activity} />
					<Route component={Nowhere} />
				</Switch>
			</Suspense>
		</Broken>
	);
}
