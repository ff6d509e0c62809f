-- A webhook's events are counted and chosen by their state without reading them.
DROP INDEX hook_event_by_hook;
CREATE INDEX hook_event_by_hook ON hook_event(hook_no, no, state);
