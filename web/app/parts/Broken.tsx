import { Component, type ReactNode } from 'react';
import { Trouble } from './States.tsx';

/** A page that fails says so, and leaves the others usable. A chunk that an older server had is one such failure: load it anew. */
export class Broken extends Component<{ children: ReactNode }, { error: unknown }> {
	override state = { error: null };

	static getDerivedStateFromError(error: unknown) {
		return { error };
	}

	override render() {
		if (this.state.error === null) return this.props.children;
		return <Trouble error={this.state.error} again={() => location.reload()} />;
	}
}
